// SPDX-License-Identifier: Apache-2.0
// `fallback` before the router only, as on Higress: a failed request is sent again through a call to the same Envoy.
import assert from "node:assert/strict";
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { after, before, beforeEach, describe, it } from "node:test";
import { bootstrapFor, clusterFor, listenerFor, routeFor } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { MARK, MOST_BYTES, replayChain, replayRoutes } from "../harness/replay-gateway.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import type { HeaderPair, ProviderReply, ProviderRequest } from "../providers/types.ts";

const json = (status: number, body: object, more: HeaderPair[] = []): ProviderReply => ({
  status,
  headers: [["content-type", "application/json"], ...more],
  chunks: [Buffer.from(JSON.stringify(body))],
});
const error = (message: string): object => ({ error: { message, type: "rate_limit_error", param: null, code: null } });
const completion = (content: string): object => ({
  ...{ id: "c", object: "chat.completion", created: 1, model: "qwq-32b" },
  choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
});
const STREAM = ["Hello", " world"]
  .map((content) => ({ id: "c", choices: [{ index: 0, delta: { content }, finish_reason: null }] }))
  .map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
  .join("");

const header = (from: ProviderRequest | ClientResponse, name: string): string | undefined =>
  from.headers.find(([key]) => key === name)?.[1];
const all = (from: ProviderRequest | ClientResponse, name: string): string[] =>
  from.headers.filter(([key]) => key === name).map(([, value]) => value);

describe("fallback before the router only", () => {
  let envoy: EnvoyProcess;
  let relay: Server;
  const mocks: Record<string, RunningServer> = {};
  const replies: Record<string, ProviderReply> = {};

  before(async () => {
    for (const name of ["first", "second", "busy", "hang"]) mocks[name] = await serve(() => replies[name]);
    // Envoy chooses the port of its listener when it starts: the cluster of that listener goes through this one.
    relay = createServer((socket) => {
      const gateway = connect(envoy.listenerPorts.gateway, "127.0.0.1");
      socket.on("error", () => gateway.destroy()).pipe(gateway);
      gateway.on("error", () => socket.destroy()).pipe(socket);
    });
    await new Promise<void>((done) => relay.listen(0, "127.0.0.1", done));
    const { port } = relay.address() as AddressInfo;
    const listener = listenerFor({
      ...{ name: "gateway", routes: replayRoutes.map(routeFor) },
      downstream: replayChain,
      accessLog: { path: "%TMP%/access.log", fields: { details: "%RESPONSE_CODE_DETAILS%", route: "%ROUTE_NAME%" } },
    });
    const ports = Object.entries(mocks).map(([name, mock]): [string, number] => [name, mock.port]);
    const clusters = [...ports, ["dead", 1] as [string, number], ["gateway", port] as [string, number]];
    envoy = await startEnvoy(
      bootstrapFor(
        [listener],
        clusters.map(([name, port]) => clusterFor({ name, port })),
      ),
    );
  });
  beforeEach(() => {
    for (const { requests } of Object.values(mocks)) requests.length = 0;
    replies.first = json(429, error("Slow down."), [["retry-after", "7"]]);
    replies.busy = json(503, error("Busy."), [["x-busy", "yes"]]);
    replies.hang = { status: 200, headers: [["content-type", "application/json"]], chunks: [], end: "hang" };
    replies.second = json(200, completion("Hi"), [
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
      ["x-kept", "yes"],
    ]);
  });
  after(async () => {
    await envoy?.stop();
    relay?.close();
    for (const mock of Object.values(mocks)) await mock.close();
  });

  function chat(
    model: string,
    headers: HeaderPair[] = [],
    more: object = {},
    key = "key-one",
  ): Promise<ClientResponse> {
    const body = Buffer.from(JSON.stringify({ messages: [{ role: "user", content: "hello" }], model, ...more }));
    return send(envoy.listenerPorts.gateway, {
      ...{ method: "POST", path: "/v1/chat/completions?trace=1", authority: "gateway.example", chunks: [body] },
      headers: [
        ["content-type", "application/json"],
        ["content-length", String(body.length)],
        ["apikey", key],
        ...headers,
      ],
    });
  }
  const served = (name: string): number => mocks[name].requests.length;

  it("a 429 is followed by the response of the target, as the client's request to its route", async () => {
    const response = await chat("r1", [["x-own", "kept"]]);
    assert.equal(response.status, 200, response.body.toString() + envoy.logs().join("\n"));
    assert.equal(JSON.parse(response.body.toString()).choices[0].message.content, "Hi");
    assert.equal(header(response, "x-higress-fallback-from"), "route-of-r1");
    assert.equal(header(response, "x-kept"), "yes");
    assert.deepEqual(all(response, "set-cookie"), ["a=1", "b=2"]);
    assert.equal(header(response, "retry-after"), undefined);
    assert.deepEqual([served("first"), served("second")], [1, 1]);
    const [request] = mocks.second.requests;
    assert.equal(request.path, "/v1/chat/completions?trace=1");
    assert.equal(JSON.parse(request.body.toString()).model, "qwq-32b");
    assert.equal(header(request, "content-length"), String(request.body.length));
    assert.equal(header(request, "authorization"), "Bearer sk-test-second");
    assert.equal(header(request, "x-own"), "kept");
    for (const name of [MARK, "apikey", "x-mse-consumer"]) assert.equal(header(request, name), undefined, name);
  });

  it("so is a connection that nobody accepts", async () => {
    const response = await chat("r1-dead");
    assert.equal(response.status, 200, response.body.toString());
    assert.equal(header(response, "x-higress-fallback-from"), "route-of-r1-dead");
  });

  it("a stream arrives whole", async () => {
    replies.second = { status: 200, headers: [["content-type", "text/event-stream"]], chunks: [Buffer.from(STREAM)] };
    const response = await chat("r1", [], { stream: true });
    assert.equal(response.status, 200, response.body.toString());
    assert.match(header(response, "content-type") ?? "", /^text\/event-stream/);
    assert.ok(response.body.toString().startsWith(STREAM), response.body.toString());
  });

  it("targets are tried in order; one that hangs until the timeout, too", async () => {
    assert.equal((await chat("r1-two")).status, 200);
    assert.deepEqual([served("first"), served("busy"), served("second")], [1, 1, 1]);
    const response = await chat("r1-slow");
    assert.equal(response.status, 200, response.body.toString());
    assert.deepEqual([served("hang"), served("second")], [1, 2]);
  });

  it("a route in cooldown is skipped: the target's response is streamed", async () => {
    assert.equal((await chat("r1-cool")).status, 200);
    assert.deepEqual([served("first"), served("second")], [1, 1]);
    const response = await chat("r1-cool", [["x-own", "kept"]]);
    assert.equal(response.status, 200, response.body.toString());
    assert.equal(header(response, "x-higress-fallback-from"), "route-of-r1-cool");
    assert.deepEqual([served("first"), served("second")], [1, 2]);
    const request = mocks.second.requests[1];
    assert.equal(JSON.parse(request.body.toString()).model, "qwq-32b");
    assert.equal(header(request, "content-length"), String(request.body.length));
    assert.equal(header(request, "authorization"), "Bearer sk-test-second");
    assert.equal(header(request, MARK), undefined);
  });

  it("the last failure goes to the client", async () => {
    const response = await chat("r1-all");
    assert.equal(response.status, 503);
    assert.equal(JSON.parse(response.body.toString()).error.message, "Busy.");
    assert.equal(header(response, "x-busy"), "yes");
    assert.equal(header(response, "x-higress-fallback-from"), "route-of-r1-all");
  });

  it("the plugins behind it see the second request like any other", async () => {
    const denied = await chat("r1", [], {}, "key-three");
    assert.equal(denied.status, 403, denied.body.toString());
    assert.equal(header(denied, "x-higress-fallback-from"), "route-of-r1");
    assert.deepEqual([served("first"), served("second")], [1, 0]);
    // The request counts twice: once on each route.
    const response = await chat("r1", [["x-limited", "a"]]);
    assert.equal(response.status, 429);
    assert.deepEqual([served("second")], [0]);
  });

  it("a refusal of the gateway itself is not sent again", async () => {
    assert.equal((await chat("r1-two", [["x-limited", "b"]])).status, 429);
    for (const mock of Object.values(mocks)) mock.requests.length = 0;
    assert.equal((await chat("r1", [["x-limited", "b"]])).status, 429);
    assert.deepEqual([served("first"), served("second")], [0, 0]);
  });

  it("a request with a forged mark is not sent again, and has none of the gateway's headers", async () => {
    const forged: HeaderPair[] = [
      [MARK, `${"0".repeat(16)}.${"0".repeat(64)}`],
      ["x-higress-fallback-from", "route-of-r1"],
      ["x-ai-fallback-target", "second"],
    ];
    const response = await chat("r1", forged);
    assert.equal(response.status, 429);
    assert.equal(header(response, "x-higress-fallback-from"), undefined);
    assert.equal(served("second"), 0);
    const [request] = mocks.first.requests;
    for (const [name] of forged) assert.equal(header(request, name), undefined, name);
  });

  it("a target that leads to the route itself ends after one more request", async () => {
    const response = await chat("r1-loop");
    assert.equal(response.status, 429);
    assert.equal(served("first"), 2);
  });

  it("the response that failed goes to the client where the request cannot be sent again", async () => {
    const lost = await chat("r1-lost");
    assert.equal(lost.status, 429);
    assert.equal(JSON.parse(lost.body.toString()).error.message, "Slow down.");
    assert.equal(header(lost, "retry-after"), "7");
    const elsewhere = await chat("r1-else");
    assert.equal(elsewhere.status, 429);
    assert.equal(JSON.parse(elsewhere.body.toString()).error.message, "Slow down.");
    const logs = envoy.logs().join("\n");
    assert.match(logs, /fallback: a request cannot be sent again: there is no cluster "none"/);
    assert.match(logs, /what responds to it is not the listener of this Envoy/);
  });

  it("so it does where the request or the response is larger than the limit", async () => {
    const long = "x".repeat(MOST_BYTES);
    assert.equal((await chat("r1", [], { note: long })).status, 429);
    assert.equal(served("second"), 0);
    replies.second = json(200, completion(long));
    const response = await chat("r1");
    assert.equal(response.status, 429);
    assert.equal(JSON.parse(response.body.toString()).error.message, "Slow down.");
    assert.match(envoy.logs().join("\n"), /its response has more bytes than max_bytes/);
  });

  it("x-should-retry: false is honoured, and a provider's own header of the gateway removed", async () => {
    replies.first = json(429, error("No."), [
      ["x-should-retry", "false"],
      ["x-higress-fallback-from", "forged"],
    ]);
    const response = await chat("r1");
    assert.equal(response.status, 429);
    assert.equal(header(response, "x-higress-fallback-from"), undefined);
    assert.equal(served("second"), 0);
  });

  it("says once that responses are not streamed", () => {
    const lines = envoy.logs().filter((line) => line.includes("fallback: failed requests are sent again"));
    assert.equal(lines.length, 1, lines.join("\n"));
  });

  it("the body of the response that failed is complete, however long it is", async () => {
    replies.first = json(429, error("x".repeat(300_000)));
    const response = await chat("r1-lost");
    assert.equal(JSON.parse(response.body.toString()).error.message.length, 300_000);
  });

  it("clients that leave meanwhile, and many requests at once, do no harm", async () => {
    const url = `http://127.0.0.1:${envoy.listenerPorts.gateway}/v1/chat/completions`;
    const leave = (): Promise<unknown> =>
      fetch(url, {
        ...{
          method: "POST",
          body: '{"model":"r1-slow","messages":[{"role":"user","content":"hi"}]}',
          signal: AbortSignal.timeout(300),
        },
        headers: { "content-type": "application/json", apikey: "key-one" },
      }).catch((why: Error) => why.name);
    assert.deepEqual(new Set(await Promise.all(Array.from({ length: 20 }, leave))), new Set(["TimeoutError"]));
    const many = await Promise.all(Array.from({ length: 50 }, () => chat("r1-two")));
    assert.deepEqual(new Set(many.map(({ status }) => status)), new Set([200]));
    assert.equal(served("second"), 50);
  });
});
