// SPDX-License-Identifier: Apache-2.0
// A fallback in the APIs that ai-proxy passes through: OpenAI's Responses, and Anthropic's Messages between two vendors.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { APP_KEY, startFailover, type FailoverGateway } from "../harness/failover.ts";
import type { Failure } from "../providers/scripted.ts";
import { vendors } from "./failover-vendors.ts";

const failures: [name: string, failure: Failure][] = [
  ["429", { status: 429 }],
  ["a refused connection", "refused"],
  ["no response", "silent"],
  ["headers and no event", "no-event"],
  ["an error event in a 200 stream", "error-event"],
];
const fallback = { cooldown: "0s", first_event_timeout: "2s" };

async function eventsOf(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const events: unknown[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

describe("examples/model-failover with OpenAI's Responses API", () => {
  let gateway: FailoverGateway;
  let client: OpenAI;
  before(async () => {
    gateway = await startFailover({ fallback });
    client = new OpenAI({ baseURL: gateway.baseUrl, apiKey: APP_KEY, maxRetries: 0, timeout: 20_000 });
  });
  after(() => gateway?.close());

  const ask = (model: string) => client.responses.create({ model, input: "解释量子计算", stream: true }).withResponse();

  for (const [name, failure] of failures) {
    it(`streams the response of qwq-32b after ${name}`, async () => {
      const direct = await eventsOf((await ask("qwq-32b")).data);
      await gateway.servers["deepseek-r1"].failWith(failure);
      const { data, response } = await ask("deepseek-r1");
      assert.deepEqual(await eventsOf(data), direct);
      assert.equal(response.headers.get("x-higress-fallback-from"), "my-deepseek-r1");
    });
  }
});

describe("examples/model-failover with Anthropic's Messages API, from DeepSeek to Qwen", () => {
  let gateway: FailoverGateway;
  let client: Anthropic;
  before(async () => {
    gateway = await startFailover({ fallback, ...vendors() });
    const url = gateway.baseUrl.replace(/\/v1$/, "");
    client = new Anthropic({ baseURL: url, authToken: APP_KEY, apiKey: null, maxRetries: 0, timeout: 20_000 });
  });
  after(() => gateway?.close());

  const ask = (model: string) =>
    client.messages
      .create({ model, max_tokens: 64, stream: true, messages: [{ role: "user", content: "解释量子计算" }] })
      .withResponse();

  for (const [name, failure] of failures) {
    it(`streams the message of qwq-32b after ${name}`, async () => {
      const direct = await eventsOf((await ask("qwq-32b")).data);
      await gateway.servers["deepseek-r1"].failWith(failure);
      const { data, response } = await ask("deepseek-r1");
      assert.deepEqual(await eventsOf(data), direct);
      assert.equal(response.headers.get("x-higress-fallback-from"), "my-deepseek-r1");
    });
  }
});
