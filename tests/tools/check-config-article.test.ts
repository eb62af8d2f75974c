// A WasmPlugin as an article shows it, with one mistake each: the file, the line and the path, and never the API key.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { checkFiles } from "../../tools/check-config/files.ts";
import { root } from "../../tools/plugins.ts";

const article = readFileSync(join(root, "tests/fixtures/wasmplugin/four-providers.yaml"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "article-"));
after(() => rmSync(folder, { recursive: true }));

const KEY = "apiToken: YOUR_DASHSCOPE_API_KEY";
const URL_END = "/openai/deployments/YOUR_DEPLOYMENT_NAME/chat/completions?api-version=2024-02-01";
/** The text that is replaced, what replaces it, and the message at that line; `above`: at the line before. */
const rows: [title: string, from: string, to: string, said: string, above?: number][] = [
  ["no type", "        type: qwen\n", "", "matchRules[0].config.provider.type is required", 1],
  ["a misspelt type", "type: qwen", "type: qwn", "matchRules[0].config.provider.type must be one of"],
  [
    "a misspelt protocol",
    "protocol: openai",
    "protocol: opanai",
    "matchRules[0].config.provider.protocol must be one of",
  ],
  [
    "no URL of Azure",
    /\n {8}azureServiceUrl.*/.exec(article)![0],
    "",
    "matchRules[1].config.provider.azureServiceUrl is required",
    2,
  ],
  [
    "a URL of Azure without a version",
    URL_END,
    URL_END.replace(/\?.*/, ""),
    "matchRules[1].config.provider.azureServiceUrl must say api-version=",
  ],
  [
    "a list as a mapping",
    /modelMapping: \{.*/.exec(article)![0],
    "modelMapping: []",
    "matchRules[0].config.provider.modelMapping must be an object",
  ],
  [
    "a list as a key",
    KEY,
    "apiToken: [YOUR_DASHSCOPE_API_KEY]",
    "matchRules[0].config.provider.apiToken must be a string",
  ],
  ["an empty key", KEY, 'apiToken: ""', "matchRules[0].config.provider.apiToken must not be empty"],
  [
    "both spellings of the key",
    KEY,
    `${KEY}\n        apiTokens: [YOUR_DASHSCOPE_API_KEY]`,
    "matchRules[0].config.provider.apiToken and $.spec.matchRules[0].config.provider.apiTokens say the same",
  ],
];

describe("a WasmPlugin of an article", () => {
  for (const [title, from, to, said, above = 0] of rows) {
    it(`is refused with ${title}`, () => {
      const file = join(folder, "FILE");
      writeFileSync(file, article.replace(from, to));
      const { accepted, lines } = checkFiles([file]);
      const line = article.slice(0, article.indexOf(from)).split("\n").length - above;
      assert.equal(accepted, false);
      const errors = lines.filter((text) => text.includes(": error: ")).map((text) => text.replace(file, "FILE"));
      assert.equal(errors.length, 1, lines.join("\n"));
      assert.ok(
        errors[0].startsWith(`FILE:${line}: error: ai-proxy: $.spec.${said}`),
        `${errors[0]}, not line ${line}`,
      );
      assert.doesNotMatch(lines.join("\n"), /YOUR_/);
    });
  }
});
