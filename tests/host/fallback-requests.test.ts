// SPDX-License-Identifier: Apache-2.0
// What `fallback` does with requests of every kind: methods, headers, trailers, time limits, and the shape of its errors.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HeaderPair } from "../providers/types.ts";
import { busy, chatTo, headerOf, JSON_TYPE, replyOf, Worker, type WorkerOptions } from "./fallback-worker.ts";

const policy = { targets: [{ name: "next", model: "other" }], cooldown: "0s" };
const workerOf = (more: object = {}, options: Partial<WorkerOptions> = {}): Worker => {
  const worker = new Worker({ policies: { origin: { ...policy, ...more } }, targets: ["next"], ...options });
  worker.replies.origin = busy;
  return worker;
};
const TIMEOUT = "x-envoy-upstream-rq-per-try-timeout-ms";

describe("requests that fall back", () => {
  for (const method of ["GET", "HEAD", "OPTIONS", "DELETE", "POST"])
    it(`${method} without a body`, () => {
      const worker = workerOf();
      const { response, attempts } = worker.send(chatTo("origin", { method, chunks: [] }));
      assert.deepEqual([response.status, worker.asked], [200, ["origin", "next"]]);
      for (const { body } of attempts) assert.equal(body.length, 0);
    });

  it("an error without a body has one for the client", () => {
    const worker = workerOf();
    worker.replies = { origin: replyOf(503), next: replyOf(503) };
    const { response } = worker.send(chatTo("origin", { method: "GET", chunks: [] }));
    assert.equal(response.status, 503);
    assert.match(JSON.parse(response.body.toString()).error.message, /^The target next failed with status 503/);
  });

  for (const [name, headers] of [
    [
      "a WebSocket",
      [
        ["upgrade", "websocket"],
        ["connection", "Upgrade"],
      ],
    ],
    ["gRPC", [["content-type", "application/grpc"]]],
    ["an encoded body", [["content-encoding", "gzip"]]],
  ] as [string, HeaderPair[]][])
    it(`${name} has no fallback`, () => {
      const worker = workerOf();
      const { response } = worker.send(chatTo("origin", { headers: [["x-route", "origin"], ...headers] }));
      assert.deepEqual([response.status, worker.asked], [429, ["origin"]]);
    });

  it("trailers of the request are no obstacle", () => {
    const worker = workerOf();
    const { response, attempts } = worker.send(chatTo("origin", { trailers: [["x-end", "1"]] }));
    assert.deepEqual([response.status, worker.asked], [200, ["origin", "next"]]);
    assert.equal(JSON.parse(attempts[1].body.toString()).model, "other");
  });

  it("50 KB of headers, some repeated, are the same for each target", () => {
    const worker = workerOf();
    const many: HeaderPair[] = Array.from({ length: 50 }, (_, i) => [`x-${i % 40}`, `${i}-`.padEnd(1000, "é\t a")]);
    many.push(["x-empty", ""], ["x-0", "last"]);
    const { attempts } = worker.send(chatTo("origin", { headers: [JSON_TYPE, ["x-route", "origin"], ...many] }));
    const own = ({ headers }: (typeof attempts)[0]): HeaderPair[] =>
      headers.filter(([name]) => /^x-(\d+|empty)$/.test(name));
    assert.equal(attempts.length, 2);
    assert.equal(own(attempts[0]).length, 52);
    assert.deepEqual(own(attempts[1]), own(attempts[0]));
  });

  it("no provider gets the gateway's own headers", () => {
    const worker = workerOf();
    const forged: HeaderPair[] = ["x-higress-fallback-from", "x-ai-fallback-tombstone"].map((name) => [name, "forged"]);
    const { headers } = chatTo("origin");
    const { attempts } = worker.send(chatTo("origin", { headers: [...headers, ...forged] }));
    assert.equal(attempts.length, 2);
    for (const attempt of attempts)
      for (const [name] of attempt.headers) assert.doesNotMatch(name, /fallback/, `${name} of ${attempt.path}`);
  });
});

describe("the time limits of fallback", () => {
  const limitOf = (worker: Worker, request = chatTo("origin")): (string | undefined)[] =>
    worker.send(request).attempts.map(({ headers }) => headers.find(([name]) => name === TIMEOUT)?.[1]);
  const bodyOf = (body: string | Buffer): { chunks: Buffer[] } => ({ chunks: [Buffer.from(body)] });

  it("first_event_timeout is for streams, whatever says that it is one", () => {
    const worker = workerOf({ first_event_timeout: "3s" });
    assert.deepEqual(limitOf(worker), ["300000", "300000"]);
    assert.deepEqual(limitOf(worker, chatTo("origin", bodyOf('{"model":"m","stream":true}'))), ["3000", "3000"]);
    const gemini = "/v1beta/models/gemini-pro:streamGenerateContent?alt=sse";
    assert.deepEqual(limitOf(worker, chatTo("origin", { path: gemini, ...bodyOf('{"contents":[]}') })), [
      "3000",
      "3000",
    ]);
    const named = "/upstream/v1/chat/completions?stream=1";
    assert.deepEqual(limitOf(worker, chatTo("origin", { path: named })), ["300000", "300000"]);
    const accept: HeaderPair = ["accept", "text/event-stream"];
    const { headers } = chatTo("origin");
    assert.deepEqual(limitOf(worker, chatTo("origin", { headers: [...headers, accept] })), ["3000", "3000"]);
  });

  it("a body that is no JSON has response_timeout", () => {
    const worker = workerOf({ first_event_timeout: "3s", response_timeout: "9s" });
    for (const body of ['{"stream":true', "stream=true", "\0\xff", '{"stream":"true"}', "[true]"])
      assert.deepEqual(limitOf(worker, chatTo("origin", bodyOf(body))), ["9000", "9000"], body);
  });

  it("deadline is for all attempts together", () => {
    const worker = workerOf({ deadline: "2s", response_timeout: "1500ms" });
    worker.onAsked = () => worker.host.sleep(1200);
    assert.deepEqual(limitOf(worker), ["1500", "800"]);
    const late = workerOf({ deadline: "1s" });
    late.onAsked = () => late.host.sleep(1000);
    assert.equal(late.send(chatTo("origin")).response.status, 429);
    assert.deepEqual(late.asked, ["origin"]);
  });
});

describe("the errors of fallback", () => {
  it("have the shape of the client's API", () => {
    const types: Record<number, string> = {
      429: "rate_limit_error",
      503: "api_error",
      504: "timeout_error",
      529: "overloaded_error",
    };
    for (const [status, type] of Object.entries(types)) {
      const worker = workerOf();
      worker.replies = { origin: replyOf(Number(status)), next: replyOf(Number(status)) };
      const message = worker.send(chatTo("origin", { path: "/v1/messages?beta=true" })).response;
      assert.equal(message.status, Number(status));
      const body = JSON.parse(message.body.toString());
      assert.deepEqual([body.type, body.error.type], ["error", type]);
      const response = worker.send(chatTo("origin", { path: "/v1/responses" })).response;
      const { error } = JSON.parse(response.body.toString());
      assert.deepEqual(Object.keys(error), ["message", "type", "param", "code"]);
      assert.equal(error.code, status);
    }
  });

  it("more attempts than redirects: the client gets an explained error, and no redirect", () => {
    const action = { internal_redirect_policy: { redirect_response_codes: [307], max_internal_redirects: 1 } };
    const targets = ["a", "b", "c"].map((name) => ({ name }));
    const worker = new Worker({ policies: { origin: { targets, cooldown: "0s" } }, targets: ["a", "b", "c"], action });
    worker.replies = { origin: busy, a: busy };
    const outcome = worker.send(chatTo("origin"));
    assert.deepEqual([outcome.response.status, worker.asked], [429, ["origin", "a"]]);
    assert.equal(headerOf(outcome, "location"), undefined);
    assert.equal(outcome.details, "fallback.429");
  });
});
