// SPDX-License-Identifier: Apache-2.0
// The Node host notices what a plugin must not do. Each mistake is made by the probe, on purpose.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import type { ClientRequest } from "../harness/http-client.ts";
import { runExchange, type Outcome } from "./exchange.ts";
import { GuestMemory } from "./guest-memory.ts";
import { findLeak } from "./leak-check.ts";
import { compileProbe, PROBE_WASM } from "./probe/compile.ts";
import { ProxyHost } from "./proxy-host.ts";

const request: ClientRequest = {
  method: "POST",
  path: "/",
  authority: "gateway.example",
  headers: [["content-length", "5"]],
  chunks: [Buffer.from("hello")],
};
const peers = { answer: () => ({ status: 200, headers: [], chunks: [Buffer.from("answer")] }), callout: () => ({}) };

/** Runs one exchange through the probe on a strict host. */
function run(script: string, host = new ProxyHost(PROBE_WASM)): Outcome {
  const context = host.configure("probe", script);
  assert.ok(context);
  return runExchange(host, context, request, peers);
}

const call = "call upstream :method=GET,:path=/,:authority=x; return 4";
const mistakes: [what: string, script: string, notice: RegExp][] = [
  ["reads headers that are gone", "response_headers: get 0 :path", /reads RequestHeaders: this phase has no such map/],
  ["reads response headers too early", "request_headers: get 2 :status", /reads ResponseHeaders/],
  ["reads all headers that are gone", "response_headers: names 0", /reads all of RequestHeaders/],
  [
    "sets a header that cannot be sent",
    "request_headers: set 0 x a\u0001b",
    /x has a character that no header can hold/,
  ],
  ["adds a header that cannot be sent", "request_headers: add 0 x \u007f", /x has a character that no header can hold/],
  ["sets a header of no map", "request_headers: set 2 x y", /sets in ResponseHeaders/],
  [
    "changes headers that went out",
    "request_headers: return 1\nresponse_headers: set 0 x y",
    /they have gone out already/,
  ],
  ["reads a body in headers", "request_headers: len 0", /touches RequestBody: this phase has none/],
  ["changes the middle of a body", "request_body: write 0 2 1 x", /in a way Envoy refuses/],
  ["reads behind the end", "request_body: read 0 99 1", /behind its end/],
  ["leaves a wrong length", "request_body: write 0 0 9 other-length", /content-length 5 and a body of 12/],
  ["removes what a request needs", "request_headers: del 0 :authority", /goes out without :authority/],
  ["continues what is not stopped", "request_headers: continue 0", /that is not stopped/],
  [
    "forgets the stream's context",
    `request_headers: ${call}\ncallout: continue 0`,
    /without an effective stream context/,
  ],
  [
    "replies without context",
    `request_headers: ${call}\ncallout: reply 400 a b c=d`,
    /without an effective stream context/,
  ],
  ["sets a property without context", `request_headers: ${call}\ncallout: setprop a b`, /without an effective/],
  ["calls an unknown foreign function", "request_headers: foreign higress_thing x", /stock Envoy does not have/],
  ["uses an unknown metric", "request_headers: increment 400 1", /increments metric 400/],
  ["logs at no level", "request_headers: log 9 x", /logs at level 9/],
  ["sends a broken status", "request_headers: reply 7 a b c=d", /local reply with status 7/],
  ["traps", "request_headers: trap", /trap in proxy_on_request_headers/],
  ["frees twice", "request_headers: freetwice", /trap in proxy_on_request_headers/],
];

describe("the Node host notices a plugin that", () => {
  before(() => compileProbe());

  for (const [what, script, notice] of mistakes) {
    test(what, () => assert.throws(() => run(script), notice));
  }

  test("reads memory of the host after its callback", () => {
    const bytes = new WebAssembly.Memory({ initial: 1 });
    const memory = new GuestMemory(bytes, () => 64);
    assert.ok(memory.handOver(Buffer.from("header"), 0, 4));
    memory.poison(64, 68);
    assert.equal(memory.readText(64, 6), "header", "what lies elsewhere is not the module's own range");
    assert.ok(memory.handOver(Buffer.from("header"), 0, 4));
    memory.poison(64, 128);
    assert.deepEqual(memory.read(64, 7), Buffer.from([0xdd, 0xdd, 0xdd, 0xdd, 0xdd, 0xdd, 0]));
  });

  test("keeps a buffer of the host", () => {
    const host = new ProxyHost(PROBE_WASM);
    const context = host.configure("probe", "request_headers: keep 0 :authority");
    assert.ok(context);
    assert.match(findLeak(host, () => runExchange(host, context, request, peers), 50) ?? "", /grew by [1-9]/);
  });

  test("but not one that frees it", () => {
    const host = new ProxyHost(PROBE_WASM);
    const context = host.configure("probe", "request_headers: get 0 :authority");
    assert.ok(context);
    assert.equal(
      findLeak(host, () => runExchange(host, context, request, peers), 50),
      null,
    );
  });
});

describe("the Node host", () => {
  before(() => compileProbe());

  test("delivers what is well done", () => {
    const { response, received } = run("request_headers: set 0 x-a b; return 1\nrequest_body: return 1");
    assert.equal(received?.body.toString(), "hello");
    assert.deepEqual(
      received?.headers.find(([name]) => name === "x-a"),
      ["x-a", "b"],
    );
    assert.equal(response.body.toString(), "answer");
  });

  test("runs ticks when the clock reaches them", () => {
    const host = new ProxyHost(PROBE_WASM);
    assert.ok(host.configure("probe", "configure: tick 100; return 1\ntick: log 2 ticked"));
    host.advance(350);
    assert.equal(host.vm.logs.filter(({ text }) => text === "ticked").length, 3);
  });

  test("drops the answer of a callout whose stream is over", () => {
    const host = new ProxyHost(PROBE_WASM);
    const context = host.configure("probe", `request_headers: ${call}\ncallout: context stream`);
    assert.ok(context);
    const stream = host.stream(context);
    stream.requestHeaders(
      [
        [":method", "GET"],
        [":path", "/"],
        [":authority", "x"],
      ],
      false,
    );
    stream.clientReset();
    host.answer(host.callouts[0]);
    assert.match(host.vm.logs.at(-1)?.text ?? "", /callout context stream -> 2/);
  });

  test("keeps shared data for all VMs of one id", () => {
    const host = new ProxyHost(PROBE_WASM);
    run("request_headers: share key value 0", host);
    const other = new ProxyHost(PROBE_WASM, { shared: host.shared });
    run("request_headers: shared key", other);
    assert.ok(other.vm.logs.some(({ text }) => text === "request_headers shared key -> 0 value cas=1"));
  });
});
