// SPDX-License-Identifier: Apache-2.0
// Whoever follows docs/adding-a-provider.md and docs/adding-a-plugin.md to the letter ends with a plugin and a provider that
// compile, pass their cases and pass the checks of `make lint`: both pages are applied to a copy of the repository here.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { after, before, describe, it } from "node:test";
import { filesIn } from "../../tools/files.ts";
import { root } from "../../tools/plugins.ts";
import { prettier } from "../../tools/prettier.ts";
import { apply, type Step, stepsOf } from "../harness/guide.ts";

const scratch = join(root, "tests/.tmp", `guides-${process.pid}`);
const PARTS = ["assembly", "plugins", "tools", "docs", "envoy", "examples", "build"];
const FILES = ["README.md", "CHANGELOG.md", "GOALS.md", "LICENSE", "Makefile", "package.json", "asconfig.json"];
const SETTINGS = ["tsconfig.json", "tsconfig.assembly.json", ".prettierrc", ".prettierignore", "requirements.txt"];

/** The checks of `make lint` that look at sources and documents; types and format have a test of their own below. */
const SOURCES = ["file-sizes", "import-directions", "import-circles", "no-throw", "unsafe-code", "request-headers"];
const CHECKS = [...SOURCES, "provider-names", "provider-lists", "config-keys"];

const steps = (guide: string): Step[] => stepsOf(readFileSync(join(root, "docs", guide), "utf8"));

function run(...args: string[]): string {
  const env = { ...process.env, P: "", T: "", NODE_TEST_CONTEXT: undefined };
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", ...args], { cwd: scratch, env });
  assert.equal(status, 0, `${args.join(" ")}\n${stdout}${stderr}`);
  return String(stdout);
}

/** The faults that some checks of the copy find. */
function faults(names: string[]): string[] {
  const code = `
    const found = [];
    for (const name of ${JSON.stringify(names)}) {
      const parts = Object.values(await import("./tools/lint/" + name + ".ts"));
      const check = parts.find((part) => typeof part.run === "function");
      found.push(...(await check.run()));
    }
    console.log(JSON.stringify(found));`;
  return JSON.parse(run("--input-type=module", "--eval", code)) as string[];
}

/** The files of the copy that the guides have written or changed: those of the repository have a check of their own. */
function written(): string[] {
  const folders = PARTS.filter((part) => part !== "build").concat("tests/cases", "tests/host", "tests/providers");
  const copy = relative(root, scratch);
  const inside = folders.flatMap((folder) => filesIn(`${copy}/${folder}`).map((file) => relative(copy, file)));
  return [...FILES, ...inside].filter((file) => {
    const original = join(root, file);
    return !existsSync(original) || !readFileSync(original).equals(readFileSync(join(scratch, file)));
  });
}

/** Whether the copy gets a file: other tests write their modules below `build` meanwhile. */
const isCopied = (path: string): boolean => {
  const [folder, file = ".stamps"] = relative(root, path).split("/");
  return folder !== "build" || file === ".stamps" || file.endsWith(".wasm");
};

describe("the guides, followed to the letter", { timeout: 240_000 }, () => {
  before(() => {
    mkdirSync(scratch, { recursive: true });
    const tests = readdirSync(join(root, "tests")).filter((entry) => entry !== ".tmp");
    for (const part of [...PARTS, ...tests.map((entry) => `tests/${entry}`), ...FILES, ...SETTINGS]) {
      cpSync(join(root, part), join(scratch, part), { recursive: true, filter: isCopied });
    }
    for (const shared of ["node_modules", ".venv"]) symlinkSync(join(root, shared), join(scratch, shared));
  });
  after(() => rmSync(scratch, { recursive: true, force: true }));

  it("a provider's file alone does not pass make lint, which names the list", () => {
    const [file, ...rest] = steps("adding-a-provider.md");
    apply(scratch, file);
    assert.deepEqual(faults(["provider-lists"]), [
      "plugins/ai-proxy/providers/index.ts: PROVIDERS lacks upstage, which has a file beside it",
    ]);
    const [list, facts] = rest;
    assert.equal(rest.length, 2);
    apply(scratch, list);
    assert.deepEqual(faults(["provider-lists"]), [
      "plugins/ai-proxy/PROVIDERS.md says nothing of `upstage`",
      "plugins/ai-proxy/schema.json lacks the type upstage: run make docs",
      "tests/providers/compatible/facts/upstage.yaml is missing: no test covers upstage",
    ]);
    apply(scratch, facts);
  });

  it("a plugin's files are all there", () => {
    const files = steps("adding-a-plugin.md");
    for (const step of files) apply(scratch, step);
    assert.deepEqual(
      files.map(({ file }) => file.replace(/^plugins\/hello\//, "")),
      [
        ...["index.ts", "config.ts", "filter.ts", "schema.json", "README.md"],
        ...["tests/cases/hello/greets.yaml", "tests/host/exports.test.ts"],
      ],
    );
  });

  it("the tables are written, with the new type in the schema and in the documents", () => {
    run("tools/docs.ts");
    const readme = readFileSync(join(scratch, "README.md"), "utf8");
    assert.match(readme, /\[`upstage`\]\(plugins\/ai-proxy\/providers\/upstage\.ts\)/);
    assert.match(
      readFileSync(join(scratch, "plugins/ai-proxy/PROVIDERS.md"), "utf8"),
      /^\| \[`upstage`\]\(providers\/upstage\.ts\) \| Upstage's Solar\. \(\[API\]/m,
    );
    assert.match(readme, /^\| \[hello\]\(plugins\/hello\/README\.md\) \| Greets every client in a header\. \|$/m);
    assert.match(readFileSync(join(scratch, "plugins/ai-proxy/schema.json"), "utf8"), /"longcat",\s+"upstage"\s*\]/);
  });

  it("both compile, and their cases pass", () => {
    for (const plugin of ["ai-proxy", "hello"]) run("tools/build.ts", "--plugin", plugin, "--target", "debug");
    const env = {
      ...process.env,
      T: "(ai-proxy: compatible upstage|hello: greets)",
      P: "",
      NODE_TEST_CONTEXT: undefined,
    };
    const args = [
      "--import",
      "tsx",
      "--test",
      "--test-reporter=tap",
      "tests/host/cases.test.ts",
      "tests/host/compatible/cases.test.ts",
    ];
    const { stdout } = spawnSync(process.execPath, args, { cwd: scratch, env });
    // The case of the plugin, and two tests of the provider.
    assert.match(String(stdout), /^# pass 3$/m, String(stdout));
    assert.match(String(stdout), /^# fail 0$/m, String(stdout));
    run("--test", "tests/host/exports.test.ts");
  });

  it("make lint finds nothing wrong, and every provider has its tests with the SDKs", () => {
    assert.deepEqual(faults([...CHECKS, "links", "generated-documents"]), []);
    run(prettier, "--check", ...written());
    const args = [
      "--test",
      "--test-name-pattern=every provider has a suite",
      "tests/clients/gateway-providers.test.ts",
    ];
    run(...args);
  });
});
