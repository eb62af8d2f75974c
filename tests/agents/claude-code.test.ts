// SPDX-License-Identifier: Apache-2.0
// Claude Code, which speaks Anthropic's Messages, reads a file and says what it says, by models that speak other protocols.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { startAgentGateway, type AgentGateway } from "./agent-gateway.ts";
import { Workplace } from "./agent.ts";
import { chatModel } from "./chat-model.ts";

const PROVIDERS = {
  qwen: {
    dialect: "dashscope",
    provider: { type: "qwen", translateMessages: true, modelMapping: { "*": "qwen-plus" } },
  },
  deepseek: {
    dialect: "deepseek",
    provider: { type: "deepseek", translateMessages: true, modelMapping: { "*": "deepseek-chat" } },
  },
  openai: { dialect: "openai", provider: { type: "openai", modelMapping: { "*": "gpt-4o" } } },
};

for (const [name, { dialect, provider }] of Object.entries(PROVIDERS)) {
  describe(`Claude Code over ${name}`, () => {
    const secret = randomUUID();
    const place = new Workplace(`The code word is ${secret}.\n`);
    let gateway: AgentGateway;
    before(async () => {
      const model = chatModel(dialect, { name: "Read", arguments: { file_path: place.note } });
      gateway = await startAgentGateway(provider, model);
    });
    after(async () => {
      await gateway.close();
      place.remove();
    });

    test("it uses a tool, and ends without an error", async () => {
      const prompt = "Read note.txt and tell me the code word.";
      const options = ["--allowedTools", "Read", "--output-format", "json"];
      const run = await place.run("claude", ["-p", prompt, ...options], {
        ANTHROPIC_BASE_URL: gateway.url,
        ANTHROPIC_API_KEY: "sk-client-0001",
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
        DISABLE_AUTOUPDATER: "1",
      });
      assert.equal(run.code, 0, `${run.stdout}\n${run.stderr}\n${gateway.refusals().join("\n")}`);
      const result = JSON.parse(run.stdout) as { is_error: boolean; result: string; num_turns: number };
      assert.equal(result.is_error, false);
      assert.equal(result.num_turns, 2);
      assert.ok(result.result.includes(secret), result.result);
      assert.deepEqual(gateway.refusals(), []);
      const seen = gateway.requests().filter(({ path }) => path.endsWith("/chat/completions"));
      assert.ok(seen.length >= 2, `${seen.length} chats`);
      for (const { headers, body } of seen) {
        assert.ok(
          !headers.some(([, value]) => value.includes("sk-client-0001")),
          "the client's key reached the provider",
        );
        assert.ok(!body.includes("sk-client-0001"));
      }
    });
  });
}
