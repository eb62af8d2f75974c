// SPDX-License-Identifier: Apache-2.0
// Prompts that are decorated, masked and checked, in a set of `fallback` whose first target fails: each is done once, and the second target's response is restored.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openai as moderation } from "../checkers/openai.ts";
import { FallbackGateway } from "../harness/fallback-gateway.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { jsonReply } from "../providers/wire.ts";
import type { HeaderPair, ProviderReply } from "../providers/types.ts";

const instruction = { role: "system", content: "Be brief." };
const provider = (id: string): Record<string, object> => ({ "ai-proxy": { activeProviderId: id } });
const stream = (events: (object | string)[]): ProviderReply => ({
  status: 200,
  headers: [["content-type", "text/event-stream"]],
  chunks: events.map((event) => Buffer.from(`data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`)),
});
const chunk = (content: string, finish_reason: string | null = null): object => ({
  ...{ id: "c", object: "chat.completion.chunk", created: 1, model: "qwq-32b" },
  choices: [{ index: 0, delta: { content }, finish_reason }],
});
const error = { error: { message: "busy", type: "server_error", param: null, code: null } };

describe("masking and checks in a fallback set", () => {
  let gateway: FallbackGateway;
  let failure: ProviderReply = jsonReply(429, error);
  /** What the second target says. */
  let said = "Write to [[T1]]";

  before(async () => {
    gateway = await FallbackGateway.start({
      members: [
        {
          model: "deepseek-r1",
          configs: {
            fallback: { cooldown: "0s", targets: [{ name: "second", model: "qwq-32b" }] },
            ...provider("first"),
          },
          reply: () => failure,
        },
        {
          model: "qwq-32b",
          configs: provider("second"),
          reply: ({ body }) => {
            if ((JSON.parse(body.toString()) as { stream?: boolean }).stream)
              return stream([...said.split(/(?<=\[)/).map((piece) => chunk(piece)), chunk("", "stop"), "[DONE]"]);
            const message = { role: "assistant", content: said };
            return jsonReply(200, {
              id: "c",
              object: "chat.completion",
              choices: [{ index: 0, message, finish_reason: "stop" }],
            });
          },
        },
        { model: "checker", configs: {}, reply: (request) => moderation.handle(request) },
      ],
      providers: ["none", "first", "second"].map((id) => ({ id, type: "openai", apiToken: `sk-test-${id}` })),
      chain: [
        ["ai-prompt-decorator", { prepend: [instruction] }],
        ["ai-data-masking", { replace_roles: [{ detector: "email", restore: true }] }],
        [
          "ai-security-guard",
          {
            checks: [
              {
                ...{ name: "moderation", on: ["request", "response"], mode: "all", on_error: "block" },
                provider: { type: "openai", cluster: "checker", apiKey: "sk-of-the-checker" },
              },
            ],
          },
        ],
      ],
    });
  });
  after(() => gateway?.close());

  const ask = (isStream: boolean): Promise<ClientResponse> => {
    gateway.forget();
    const messages = [{ role: "user", content: "I am ann@example.com" }];
    const body = Buffer.from(JSON.stringify({ model: "deepseek-r1", stream: isStream, messages }));
    const headers: HeaderPair[] = [
      ["content-type", "application/json"],
      ["content-length", String(body.length)],
    ];
    const path = "/v1/chat/completions";
    return send(gateway.port, { method: "POST", path, authority: "gateway.example", headers, chunks: [body] });
  };
  const bodiesOf = (model: string): Record<string, unknown>[] =>
    gateway.mocks[model].requests.map(({ body }) => JSON.parse(body.toString()) as Record<string, unknown>);
  const messages = [instruction, { role: "user", content: "I am [[T1]]" }];
  /** Asserts what the targets and the checker received. */
  const assertOnce = (response: string): void => {
    for (const model of ["deepseek-r1", "qwq-32b"])
      assert.deepEqual(
        bodiesOf(model).map((body) => [body.model, body.messages]),
        [[model, messages]],
      );
    assert.deepEqual(
      bodiesOf("checker").map(({ input }) => input),
      ["Be brief.\nI am [[T1]]", response],
    );
  };
  const textOf = (body: Buffer): string =>
    [...body.toString().matchAll(/"content":"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1]).join("");

  for (const [what, reply, isStream] of [
    ["a 429", jsonReply(429, error), false],
    ["a 429", jsonReply(429, error), true],
    ["a stream that begins with an error", stream([error]), true],
  ] as [string, ProviderReply, boolean][])
    it(`after ${what} the ${isStream ? "streamed" : "whole"} response of the next target is checked and restored`, async () => {
      failure = reply;
      said = "Write to [[T1]]";
      const { status, body } = await ask(isStream);
      assert.equal(status, 200, body.toString());
      assert.equal(textOf(body), "Write to ann@example.com");
      assertOnce(said);
    });

  for (const isStream of [false, true])
    it(`the ${isStream ? "streamed" : "whole"} response of the next target is refused`, async () => {
      failure = jsonReply(429, error);
      said = "A bomb for [[T1]]";
      const { body } = await ask(isStream);
      assert.match(body.toString(), /blockedDetails/);
      assert.doesNotMatch(body.toString(), /bomb|ann@/);
      assertOnce(said);
    });
});
