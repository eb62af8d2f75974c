// SPDX-License-Identifier: Apache-2.0
// The Node host notices what a plugin must not do with gRPC streams. Each mistake is made by the probe, on purpose.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { GrpcPeer } from "./grpc-peer.ts";
import { compileGrpc, compilePoisonedGrpc, GRPC_WASM, POISONED_WASM } from "./grpc/compile.ts";
import { NodeGrpc } from "./grpc/node-host.ts";
import { scenarios } from "./grpc/scenarios.ts";
import { findLeak } from "./leak-check.ts";
import { compileProbe, PROBE_WASM } from "./probe/compile.ts";
import { ProxyHost } from "./proxy-host.ts";

const OPEN = "grpcstream grpc test.Service Chat x-a=b";
/** The first token of a stream. */
const TOKEN = 6;

/** Runs the script, with one stream opened by the request headers, and lets the peer do something to it. */
function run(script: string, peer: (peer: GrpcPeer) => void): ProxyHost {
  const host = new ProxyHost(PROBE_WASM, { clusters: ["upstream", "grpc"] });
  const context = host.configure("probe", script);
  assert.ok(context);
  const stream = host.stream(context);
  stream.requestHeaders(
    [
      [":method", "GET"],
      [":path", "/"],
      [":authority", "gateway.example"],
    ],
    false,
  );
  host.check();
  peer(new GrpcPeer(host));
  host.check();
  return host;
}

const end = (peer: GrpcPeer): void => peer.end(peer.streams[0], { status: 0 });
const mistakes: [what: string, script: string, notice: RegExp][] = [
  ["keeps a stream that has ended", `request_headers: ${OPEN}`, /keeps a gRPC stream that the peer has closed/],
  [
    "sends on one that has ended",
    `request_headers: ${OPEN}\ngrpc_close: grpcsend ${TOKEN} x 0; grpccancel ${TOKEN}`,
    /sends on a gRPC stream that the peer has closed/,
  ],
  [
    "closes one that has ended",
    `request_headers: ${OPEN}\ngrpc_close: grpcclose ${TOKEN}`,
    /closes a gRPC stream that the peer has closed/,
  ],
  [
    "sends after the last message",
    `request_headers: ${OPEN}; grpcsend ${TOKEN} x 1; grpcsend ${TOKEN} x 0`,
    /after its last message/,
  ],
  ["names a service that is no cluster", "request_headers: grpcstream model a b x-a=b", /Envoy aborts/],
];

describe("the Node host and gRPC streams", () => {
  before(() => Promise.all([compileProbe(), compileGrpc()]));

  for (const [what, script, notice] of mistakes) {
    it(`notices a plugin that ${what}`, () => assert.throws(() => run(script, end), notice));
  }

  it("accepts a plugin that cancels what has ended", () => {
    const host = run(`request_headers: ${OPEN}\ngrpc_close: status; grpccancel ${TOKEN}`, end);
    assert.equal(host.vm.grpcStreams.size, 0);
  });

  it("keeps the streams of two root contexts apart", () => {
    const host = new ProxyHost(GRPC_WASM, { clusters: ["upstream", "model"] });
    const [node, other] = [new NodeGrpc(host), new NodeGrpc(host)];
    node.ask("/open/model/Chat");
    assert.equal(other.ask("/send/a").body, "send false");
    assert.equal(host.vm.grpcStreams.size, 1);
    host.release(other.context);
    assert.equal(host.vm.grpcStreams.size, 1);
    node.takeLines();
    assert.deepEqual(node.ask("/send/a").lines, ["message a from gateway"]);
    host.release(node.context);
    assert.equal(host.vm.grpcStreams.size, 0);
  });
});

describe("a plugin with a gRPC stream", () => {
  before(() => compileGrpc());

  it("has ticks only while a deadline is set", () => {
    const node = new NodeGrpc();
    node.ask("/open/model/Chat");
    assert.equal(node.context.tickPeriodMs, 0);
    node.ask("/deadline/60000");
    assert.equal(node.context.tickPeriodMs, 50);
    node.ask("/cancel");
    node.host.advance(50);
    assert.equal(node.context.tickPeriodMs, 0);
  });

  it("handles a bounded number of expired deadlines in each tick", () => {
    const node = new NodeGrpc();
    node.ask("/deadlines/70");
    const expired = [50, 50, 50, 50].map((milliseconds) => {
      node.host.advance(milliseconds);
      return node.takeLines().length;
    });
    assert.deepEqual(expired, [32, 32, 6, 0]);
    assert.equal(node.context.tickPeriodMs, 0);
  });

  it("leaves nothing behind, however its streams and calls end", () => {
    const node = new NodeGrpc();
    const paths = ["bye", "fail", "reset", "silence"].flatMap((text) => ["/open/model/Chat", `/send/${text}`]);
    paths.push("/deadline/100", "/open/gone/Chat", "/open/model/Large", "/call/model/Say/a", "/call/model/Fail/a");
    assert.equal(
      findLeak(node.host, () => paths.forEach((path) => node.ask(path))),
      null,
    );
  });

  it("ignores what is reported for a token or a root context that it does not know", () => {
    const node = new NodeGrpc();
    node.ask("/open/model/Chat");
    const callbacks = ["receive_initial_metadata", "receive", "receive_trailing_metadata", "close"];
    for (const callback of callbacks)
      for (const [root, token] of [
        [node.context.id, 0],
        [node.context.id, 4],
        [node.context.id, 4_000_000],
        [4_000_000, 4_000_000],
      ])
        node.host.vm.call(node.context, `proxy_on_grpc_${callback}`, [root, token, 3]);
    node.host.check();
    assert.deepEqual(node.ask("/send/a").lines, ["message a from gateway"]);
  });
});

describe("gRPC where freed memory is overwritten and every callback collects garbage", () => {
  before(() => Promise.all([compileGrpc(), compilePoisonedGrpc()]));

  for (const [name, paths] of Object.entries(scenarios)) {
    it(`is the same: ${name}`, () => {
      const clusters = ["upstream", "model", "gone"];
      const [plain, poisoned] = [GRPC_WASM, POISONED_WASM].map((wasm) => {
        const node = new NodeGrpc(new ProxyHost(wasm, { logLevel: "info", clusters }));
        return paths.map((path) => node.ask(path));
      });
      assert.deepEqual(poisoned, plain);
    });
  }
});
