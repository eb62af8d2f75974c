// SPDX-License-Identifier: Apache-2.0
// `fallback` before the router only: the call that sends a request again, and the mark that it carries.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HttpCallout } from "./callouts.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost, type HostOptions } from "./proxy-host.ts";
import type { HeaderPair } from "../providers/types.ts";

const MARK = "x-ai-fallback-replay";
const FROM = "x-higress-fallback-from";
const TARGET = "x-ai-fallback-target";
const OWN = [MARK, FROM, TARGET];
const ROUTE = "default";
const config = {
  targets: [{ name: "second", model: "qwq-32b" }, { name: "third" }],
  replay: { cluster: "gateway", timeout: "5s", max_bytes: 1000 },
  cooldown: "0s",
};
const BODY = '{"messages":[],"model":"r1","n":1}';
const CLIENT: HeaderPair[] = [
  [":method", "POST"],
  [":path", "/v1/chat/completions?a=b"],
  [":authority", "gateway.example"],
  ["content-type", "application/json"],
  ["authorization", "Bearer of-the-client"],
  ["x-list", "1"],
  ["x-list", "2"],
  ["connection", "keep-alive"],
  ["x-envoy-max-retries", "3"],
];

class Gateway {
  readonly host: ProxyHost;
  private readonly context;

  constructor(options: HostOptions = {}, configuration: object = config) {
    this.host = new ProxyHost("build/fallback.wasm", { clusters: ["gateway"], ...options });
    const context = this.host.configure("fallback", JSON.stringify(configuration));
    assert.ok(context, "the configuration is accepted");
    this.context = context;
  }

  request(headers: HeaderPair[] = CLIENT, body = BODY): HttpStream {
    const stream = this.host.stream(this.context);
    stream.requestHeaders(headers, body === "");
    if (body) stream.requestBody(Buffer.from(body), true);
    return stream;
  }

  /** The call after a failure of the route. */
  failed(stream: HttpStream, status = 429): HttpCallout {
    stream.responseHeaders(
      [
        [":status", String(status)],
        ["x-failed", "yes"],
        ["content-length", "4"],
      ],
      false,
    );
    stream.responseBody(Buffer.from("fail"), true);
    this.host.check();
    return this.call;
  }

  get call(): HttpCallout {
    const [call, ...more] = this.host.callouts as HttpCallout[];
    assert.ok(call, "a call was made");
    assert.equal(more.length, 0);
    return call;
  }
}

const reply = (status: number, body = "ok", from = ROUTE): { status: number; headers: HeaderPair[]; body: string } => ({
  ...{ status, body },
  headers: [
    [FROM, from],
    ["x-kept", "yes"],
    ["transfer-encoding", "chunked"],
    ["content-length", String(body.length)],
  ],
});
const without = (headers: HeaderPair[], ...names: string[]): HeaderPair[] =>
  headers.filter(([name]) => !names.includes(name));
const pairsOf = (call: HttpCallout): HeaderPair[] => call.headers.pairs() as HeaderPair[];
const valueOf = (pairs: HeaderPair[], name: string): string | undefined => pairs.find(([key]) => key === name)?.[1];
const received = (stream: HttpStream): [status: string | undefined, body: string] => [
  stream.client.headers?.get(":status"),
  stream.client.bodyBytes.toString(),
];

describe("a request that fallback sends again", () => {
  it("is the client's, with the target's model and headers, and a mark", () => {
    const gateway = new Gateway();
    const call = gateway.failed(gateway.request());
    assert.equal(call.cluster, "gateway");
    assert.equal(call.timeoutMs, 5000);
    assert.equal(call.body.toString(), BODY.replace("r1", "qwq-32b"));
    const pairs = pairsOf(call);
    const added = ["x-forwarded-proto", "x-request-id", "x-higress-llm-model", ...OWN];
    assert.deepEqual(without(pairs, ...added), without(CLIENT, "connection", "x-envoy-max-retries"));
    assert.equal(valueOf(pairs, "x-higress-llm-model"), "qwq-32b");
    assert.equal(valueOf(pairs, FROM), ROUTE);
    assert.equal(valueOf(pairs, TARGET), "second");
    assert.match(valueOf(pairs, MARK) ?? "", /^[0-9a-f]{16}\.[0-9a-f]{64}$/);
  });

  it("is followed by the target's response, and by the next target where that fails too", () => {
    const gateway = new Gateway();
    const stream = gateway.request();
    gateway.host.answer(gateway.failed(stream), reply(503));
    const second = gateway.call;
    assert.equal(valueOf(pairsOf(second), TARGET), "third");
    assert.equal(second.body.toString(), BODY);
    gateway.host.answer(second, reply(200, "whole"));
    gateway.host.check();
    assert.deepEqual(received(stream), ["200", "whole"]);
    assert.equal(stream.details, "fallback.503");
    assert.equal(stream.client.headers?.get("x-kept"), "yes");
    assert.equal(stream.client.headers?.get("transfer-encoding"), undefined);
    assert.equal(stream.client.headers?.get("content-length"), "5");
  });

  it("ends with the last failure, or with the first response where no target responds", () => {
    const gateway = new Gateway();
    const failed = gateway.request();
    gateway.host.answer(gateway.failed(failed), reply(500));
    gateway.host.answer(gateway.call, reply(501, "last"));
    assert.deepEqual(received(failed), ["501", "last"]);
    for (const answer of [reply(503, "no healthy upstream", "another"), { status: 200, body: "not this gateway" }]) {
      const stream = gateway.request();
      gateway.host.answer(gateway.failed(stream), answer);
      assert.deepEqual(received(stream), ["429", "fail"]);
      assert.equal(stream.client.headers?.get("x-failed"), "yes");
    }
    const silent = gateway.request();
    gateway.host.fail(gateway.failed(silent));
    assert.deepEqual(received(silent), ["429", "fail"]);
    const large = gateway.request();
    gateway.host.answer(gateway.failed(large), reply(200, "x".repeat(1001)));
    assert.deepEqual(received(large), ["429", "fail"]);
    gateway.host.check();
  });

  it("goes on to the next target after the timeout", () => {
    const gateway = new Gateway();
    const stream = gateway.request();
    const call = gateway.failed(stream);
    gateway.host.advance(5000);
    gateway.host.answer(call, { status: 504, body: "upstream request timeout" });
    gateway.host.answer(gateway.call, reply(200, "whole"));
    assert.deepEqual(received(stream), ["200", "whole"]);
    assert.equal(stream.details, "fallback.timeout");
  });

  it("is not sent for other statuses, an upload that goes on, a large body, or a cluster that is missing", () => {
    const gateway = new Gateway();
    for (const status of [200, 400, 404]) {
      const stream = gateway.request();
      stream.responseHeaders([[":status", String(status)]], true);
      assert.equal(stream.client.headers?.get(":status"), String(status));
    }
    const large = gateway.request(CLIENT, BODY.padEnd(1001));
    large.responseHeaders([[":status", "429"]], true);
    assert.equal(large.client.headers?.get(":status"), "429");
    assert.equal(gateway.host.callouts.length, 0);
    const missing = new Gateway({ clusters: ["upstream"] });
    const stream = missing.request();
    stream.responseHeaders([[":status", "429"]], true);
    assert.equal(stream.client.headers?.get(":status"), "429");
    missing.host.check();
  });

  it("goes to the target at once while the route is in cooldown, which the next success ends", () => {
    const gateway = new Gateway({}, { ...config, cooldown: "10s" });
    gateway.host.answer(gateway.failed(gateway.request()), reply(200));
    const length: HeaderPair[] = [["content-length", String(BODY.length)]];
    const cool = gateway.request([...CLIENT, ...length]);
    assert.equal(cool.upstream.headers?.get(TARGET), "second");
    assert.equal(cool.upstream.headers?.get(MARK), undefined);
    assert.equal(cool.upstream.bodyBytes.toString(), BODY.replace("r1", "qwq-32b"));
    assert.equal(cool.upstream.headers?.get("content-length"), String(BODY.length + 5));
    cool.responseHeaders([[":status", "200"]], true);
    assert.equal(cool.client.headers?.get(FROM), ROUTE);
    gateway.host.advance(13_000);
    for (let probe = 0; probe < 2; probe++) {
      const stream = gateway.request();
      assert.equal(stream.upstream.headers?.get(TARGET), undefined);
      stream.responseHeaders([[":status", "200"]], true);
      assert.equal(stream.client.headers?.get(FROM), undefined);
    }
    gateway.host.check();
  });

  it("fails at the target that stands in for the route, and goes on to the next one", () => {
    const gateway = new Gateway({}, { ...config, cooldown: "10s" });
    gateway.host.answer(gateway.failed(gateway.request()), reply(200));
    const stream = gateway.request();
    const call = gateway.failed(stream, 503);
    assert.equal(valueOf(pairsOf(call), TARGET), "third");
    assert.equal(call.body.toString(), BODY);
    gateway.host.answer(call, reply(500, "last"));
    assert.deepEqual(received(stream), ["500", "last"]);
    // Every target is in cooldown: the route is the first to return, and there is no second request.
    const last = gateway.request();
    last.responseHeaders([[":status", "429"]], true);
    assert.equal(last.client.headers?.get(":status"), "429");
    assert.equal(gateway.host.callouts.length, 0);
    gateway.host.check();
  });

  it("is forgotten when the client leaves", () => {
    const gateway = new Gateway();
    const stream = gateway.request();
    const call = gateway.failed(stream);
    stream.clientReset();
    gateway.host.answer(call, reply(503));
    assert.equal(gateway.host.callouts.length, 0);
    gateway.host.check();
  });
});

describe("the mark of a request", () => {
  /** The headers of a request that one worker sends again. */
  function marked(gateway: Gateway): HeaderPair[] {
    return pairsOf(gateway.failed(gateway.request()));
  }

  it("is verified by any worker of the Envoy, and removed", () => {
    const one = new Gateway();
    const other = new Gateway({ shared: one.host.shared }, {});
    const stream = other.request(marked(one), BODY);
    assert.equal(stream.upstream.headers?.get(MARK), undefined);
    assert.equal(stream.upstream.headers?.get(FROM), ROUTE);
    assert.equal(stream.upstream.headers?.get(TARGET), "second");
    stream.responseHeaders(
      [
        [":status", "200"],
        [FROM, "forged"],
      ],
      true,
    );
    assert.equal(stream.client.headers?.get(FROM), ROUTE);
    other.host.check();
  });

  it("stops the request from being sent once more", () => {
    const gateway = new Gateway();
    const headers = marked(gateway);
    const stream = gateway.request(headers);
    stream.responseHeaders([[":status", "429"]], true);
    assert.equal(stream.client.headers?.get(":status"), "429");
    assert.equal(gateway.host.callouts.length, 1, "only the call of the first request");
  });

  const forgeries: Record<string, (headers: HeaderPair[], gateway: Gateway) => HeaderPair[] | void> = {
    "a time of its own": (headers) => change(headers, MARK, (mark) => `f${mark.slice(1)}`),
    "another digit": (headers) => change(headers, MARK, (mark) => mark.slice(0, -1) + (mark.endsWith("0") ? "1" : "0")),
    "a digit less": (headers) => change(headers, MARK, (mark) => mark.slice(0, -1)),
    nothing: (headers) => change(headers, MARK, () => ""),
    "no hexadecimal digits": (headers) => change(headers, MARK, () => `${"z".repeat(16)}.${"z".repeat(64)}`),
    "a megabyte": (headers) => change(headers, MARK, () => "0".repeat(1 << 20)),
    "another target": (headers) => change(headers, TARGET, () => "third"),
    "another route": (headers) => change(headers, FROM, () => "other"),
    "another path": (headers) => change(headers, ":path", () => "/v1/models"),
    "another method": (headers) => change(headers, ":method", () => "PUT"),
    "a mark that has expired": (_, gateway) => gateway.host.sleep(30_001),
  };
  const change = (headers: HeaderPair[], name: string, to: (value: string) => string): HeaderPair[] =>
    headers.map(([key, value]) => [key, key === name ? to(value) : value]);
  for (const [name, forge] of Object.entries(forgeries)) {
    it(`is not valid with ${name}`, () => {
      const gateway = new Gateway();
      const headers = marked(gateway);
      const stream = gateway.request(forge(headers, gateway) || headers);
      for (const own of OWN) assert.equal(stream.upstream.headers?.get(own), undefined, own);
      stream.responseHeaders(
        [
          [":status", "429"],
          [FROM, "forged"],
        ],
        true,
      );
      assert.equal(stream.client.headers?.get(FROM), undefined);
      assert.equal(gateway.host.callouts.length, 1, "it is not sent again either");
      gateway.host.check();
    });
  }

  it("is not valid in an Envoy that has sent nothing again", () => {
    const stream = new Gateway().request(marked(new Gateway()));
    for (const own of OWN) assert.equal(stream.upstream.headers?.get(own), undefined, own);
  });

  it("has another secret in each Envoy", () => {
    const [one, other] = [new Gateway(), new Gateway()];
    other.host.vm.environment.random(Buffer.alloc(32));
    assert.notEqual(valueOf(marked(one), MARK), valueOf(marked(other), MARK));
  });
});
