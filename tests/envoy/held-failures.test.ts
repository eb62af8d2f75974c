// SPDX-License-Identifier: Apache-2.0
// Responses that turn out to be failures while ai-proxy, in the router's chain, reads them, on a route with a retry policy. Envoy 1.37
// repeats them. An earlier one would crash: there the headers of errors are forwarded at once, and the rest are local replies.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter, type EnvoyConfig } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { isBefore137 } from "../harness/oldest.ts";
import type { HeaderPair, ProviderReply } from "../providers/types.ts";
import { serve, type RunningServer } from "../providers/server.ts";

const JSON_TYPE: HeaderPair = ["content-type", "application/json"];
const EVENTS: HeaderPair = ["content-type", "text/event-stream"];
const reply = (status: number, headers: HeaderPair[], ...chunks: string[]): ProviderReply => ({
  ...{ status, headers },
  chunks: chunks.map((chunk) => Buffer.from(chunk)),
});
const GOOD = { output: { choices: [{ message: { content: "hi" }, finish_reason: "stop" }] }, request_id: "r" };
const THROTTLED = '{"code":"Throttling","message":"slow"}';
const REPEATS = 60;

interface Failure {
  reply: ProviderReply;
  stream?: boolean;
  /** What the client of the last attempt gets. */
  status: number;
  message: RegExp;
  /** Which Envoys repeat it: all, if the status is the provider's; none, if a local reply is sent in its place. */
  repeatedBy?: "all" | "none";
}

const failures: Record<string, Failure> = {
  "an error in two pieces": {
    reply: reply(503, [JSON_TYPE], '{"code":"Busy","mess', 'age":"slow"}'),
    ...{ status: 503, message: /^slow$/, repeatedBy: "all" },
  },
  "an error in plain text": {
    reply: reply(503, [["content-type", "text/plain"]], "try ", "later"),
    ...{ status: 503, message: /^try later$/, repeatedBy: "all" },
  },
  "a compressed error": {
    reply: reply(503, [JSON_TYPE, ["content-encoding", "gzip"]], "\x1f\x8b", "more"),
    ...{ status: 503, message: /503/, repeatedBy: "all" },
  },
  "a response that is not what its API promises": {
    reply: reply(200, [JSON_TYPE], '{"out', 'put":1}'),
    ...{ status: 502, message: /not what its API promises/ },
  },
  "a whole error for a client that asked for a stream": {
    reply: reply(200, [JSON_TYPE], '{"out', 'put":1}'),
    ...{ stream: true, status: 500, message: /without a message/ },
  },
  "trailers in place of a response": {
    reply: { ...reply(200, [JSON_TYPE]), trailers: [["x-end", "1"]] },
    ...{ status: 502, message: /without a body/, repeatedBy: "none" },
  },
  "a stream that begins with an error": {
    reply: reply(200, [EVENTS], ":hello\n\nid:1\nevent:er", `ror\n:HTTP_STATUS/503\ndata:${THROTTLED}\n\n`),
    ...{ stream: true, status: 503, message: /slow/ },
  },
  "the same, ended by trailers": {
    reply: { ...reply(200, [EVENTS], `event:error\n:HTTP_STATUS/503\ndata:${THROTTLED}`), trailers: [["x-end", "1"]] },
    ...{ stream: true, status: 503, message: /slow/ },
  },
};

describe("failures that ai-proxy finds in the router's chain", () => {
  let envoy: EnvoyProcess;
  let mock: RunningServer;
  let next: ProviderReply[] = [];
  let good: ProviderReply;

  before(async () => {
    mock = await serve(() => next.shift() ?? good);
    const provider = { type: "qwen", apiToken: "sk-test-native", qwenEnableCompatible: false };
    const filter = wasmFilter({
      ...{ plugin: "ai-proxy", wasm: "build/ai-proxy.wasm", configuration: JSON.stringify({ provider }) },
    });
    const repeats = { retry_on: "5xx", num_retries: 1, retry_back_off: { base_interval: "0.001s" } };
    const action = (policy: EnvoyConfig): EnvoyConfig => ({ retry_policy: { ...repeats, ...policy } });
    const listener = listenerFor({
      name: "gateway",
      routes: [
        routeFor({
          name: "impatient",
          match: { prefix: "/impatient" },
          cluster: "upstream",
          action: action({ per_try_timeout: "0.3s" }),
        }),
        routeFor({ name: "default", match: { prefix: "/" }, cluster: "upstream", action: action({}) }),
      ],
      upstream: [filter],
    });
    envoy = await startEnvoy(bootstrapFor([listener], [clusterFor({ name: "upstream", port: mock.port })]));
  });
  after(async () => {
    await envoy?.stop();
    await mock?.close();
  });

  function chat(stream: boolean, prefix = ""): Promise<ClientResponse> {
    mock.requests.length = 0;
    const events = [`id:1\nevent:result\n:HTTP_STATUS/200\ndata:${JSON.stringify(GOOD)}\n\n`];
    good = stream ? reply(200, [EVENTS], ...events) : reply(200, [JSON_TYPE], JSON.stringify(GOOD));
    const body = Buffer.from(JSON.stringify({ model: "m", stream, messages: [{ role: "user", content: "hello" }] }));
    const headers: HeaderPair[] = [["content-type", "application/json"]];
    return send(envoy.listenerPorts.gateway, {
      ...{
        method: "POST",
        path: `${prefix}/v1/chat/completions`,
        authority: "gateway.example",
        headers,
        chunks: [body],
      },
    });
  }
  const errorOf = ({ body }: ClientResponse): string =>
    (JSON.parse(body.toString()) as { error: { message: string } }).error.message;

  for (const [name, { reply: failure, stream = false, status, message, repeatedBy }] of Object.entries(failures)) {
    const isFinal = repeatedBy ? repeatedBy === "none" : isBefore137();
    it(`${name}: the next attempt serves it, or the client gets it`, async () => {
      for (let done = 0; done < REPEATS; done++) {
        next = [failure];
        const response = await chat(stream);
        if (isFinal) {
          assert.equal(response.status, status, response.body.toString());
          assert.match(errorOf(response), message);
          assert.equal(mock.requests.length, 1);
          continue;
        }
        assert.equal(response.status, 200, response.body.toString());
        assert.match(response.body.toString(), /"content":"hi"/);
        assert.equal(mock.requests.length, 2);
      }
    });

    it(`${name}: the client gets that of the last attempt in OpenAI's shape`, async () => {
      next = [failure, failure];
      const response = await chat(stream);
      assert.equal(response.status, status, response.body.toString());
      assert.equal(response.headers.find(([key]) => key === "content-type")?.[1], "application/json");
      assert.match(errorOf(response), message);
      assert.equal(mock.requests.length, isFinal ? 1 : 2);
    });
  }

  it("an attempt that hangs while its headers are held is repeated", async () => {
    for (let done = 0; done < 5; done++) {
      next = [{ ...reply(200, [EVENTS], ":wait\n\n"), end: "hang" }];
      const response = await chat(true, "/impatient");
      assert.equal(response.status, 200, response.body.toString());
      assert.equal(mock.requests.length, 2);
    }
  });

  it("a connection that breaks while the headers are held is repeated", async () => {
    for (let done = 0; done < REPEATS; done++) {
      next = [{ ...reply(200, [JSON_TYPE], '{"out'), end: "cut" }];
      const response = await chat(false);
      assert.equal(response.status, 200, response.body.toString());
      assert.equal(mock.requests.length, 2);
    }
  });
});
