// SPDX-License-Identifier: Apache-2.0
// Codex, which speaks OpenAI's Responses, reads a file and says what it says, by models that speak other protocols.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { ProviderReply, ProviderRequest } from "../providers/types.ts";
import type { JsonObject } from "../providers/wire.ts";
import { startAgentGateway, type AgentGateway } from "./agent-gateway.ts";
import { Workplace } from "./agent.ts";
import { chatModel } from "./chat-model.ts";
import { messagesModel } from "./messages-model.ts";

const use = { name: "exec_command", arguments: { cmd: "cat note.txt" } };
type Model = (request: ProviderRequest) => ProviderReply;

const PROVIDERS: Record<string, { provider: JsonObject; model: Model; path: string }> = {
  deepseek: {
    provider: { type: "deepseek", translateResponses: true, modelMapping: { "*": "deepseek-chat" } },
    model: chatModel("deepseek", use),
    path: "/chat/completions",
  },
  qwen: {
    provider: { type: "qwen", translateResponses: true, modelMapping: { "*": "qwen-plus" } },
    model: chatModel("dashscope", use),
    path: "/chat/completions",
  },
  claude: {
    provider: { type: "claude", modelMapping: { "*": "claude-sonnet-4-5" } },
    model: messagesModel(use),
    path: "/messages",
  },
};

for (const [name, { provider, model, path }] of Object.entries(PROVIDERS)) {
  describe(`Codex over ${name}`, () => {
    const secret = randomUUID();
    const place = new Workplace(`The code word is ${secret}.\n`);
    let gateway: AgentGateway;
    before(async () => {
      // Codex searches the web by a tool of OpenAI's.
      gateway = await startAgentGateway({ serverTools: "drop", ...provider }, model);
      mkdirSync(join(place.home, ".codex"));
      writeFileSync(
        join(place.home, ".codex/config.toml"),
        `model = "gpt-5.1"
model_provider = "gateway"
[model_providers.gateway]
name = "gateway"
base_url = "${gateway.url}/v1"
env_key = "GATEWAY_KEY"
wire_api = "responses"
`,
      );
    });
    after(async () => {
      await gateway.close();
      place.remove();
    });

    test("it uses a tool, and ends without an error", async () => {
      const prompt = "Read note.txt and tell me the code word.";
      const options = ["--skip-git-repo-check", "--json", "--sandbox", "danger-full-access"];
      const run = await place.run("codex", ["exec", ...options, prompt], { GATEWAY_KEY: "sk-client-0001" });
      const said = `${run.stdout}\n${run.stderr}\n${gateway.refusals().join("\n")}`;
      assert.equal(run.code, 0, said);
      const events = run.stdout
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line) as { type: string; item?: { type: string; text?: string } });
      const messages = events.filter(({ item }) => item?.type === "agent_message");
      assert.ok(
        messages.some(({ item }) => item?.text?.includes(secret)),
        said,
      );
      assert.ok(
        events.some(({ item }) => item?.type === "command_execution"),
        said,
      );
      assert.equal(events.at(-1)?.type, "turn.completed", said);
      assert.deepEqual(gateway.refusals(), []);
      const seen = gateway.requests().filter((request) => request.path.endsWith(path));
      assert.ok(seen.length >= 2, `${seen.length} requests`);
      assert.ok(!seen.some(({ headers }) => headers.some(([, value]) => value.includes("sk-client-0001"))));
    });
  });
}
