// SPDX-License-Identifier: Apache-2.0
// gRPC calls and streams of the kernel: the same on the Node host, whose service is emulated, and in the real Envoy.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { compileGrpc } from "./grpc/compile.ts";
import { NodeGrpc, type Seen } from "./grpc/node-host.ts";
import { RealGrpc } from "./grpc/real-host.ts";

/** Requests in turn; each names what the plugin does. A cluster named `model` would be valid protobuf by itself. */
const scenarios: Record<string, string[]> = {
  "a stream outlives the requests that use it": [
    "/open/model/Chat",
    "/send/a",
    "/send/b",
    "/open/model/Chat",
    "/cancel",
  ],
  "a request waits for a message": ["/open/model/Chat", "/wait/a", "/cancel", "/wait/b"],
  "messages that come together, and one without a byte": [
    "/open/model/Chat",
    "/send/twice",
    "/send/nothing",
    "/cancel",
  ],
  "the peer ends a stream, and it is opened again": [
    "/open/model/Chat",
    "/send/bye",
    "/send/a",
    "/open/model/Chat",
    "/send/b",
    "/cancel",
  ],
  "the peer fails": ["/open/model/Chat", "/send/fail", "/send/a"],
  "the peer resets": ["/open/model/Chat", "/send/reset", "/send/a", "/cancel"],
  "the peer refuses, and the stream is opened again where it ended": ["/again/2", "/open/model/Refuse"],
  "a waiting request goes on where the stream ends": ["/open/model/Chat", "/wait/fail"],
  "the response is none of gRPC": ["/open/model/NotFound", "/send/a"],
  "a message is too large": ["/open/model/Large", "/send/a"],
  "nobody accepts the connection": ["/open/gone/Chat", "/send/a"],
  "an unknown cluster": ["/open/nowhere/Chat", "/send/a", "/cancel", "/close"],
  "the last message": ["/open/model/Chat", "/last/a", "/send/b"],
  "no more messages": ["/open/model/Chat", "/close", "/send/a", "/close"],
  "a cancelled stream hears nothing": ["/open/model/Chat", "/cancel", "/send/a", "/cancel"],
  "a deadline": [
    "/open/model/Chat",
    "/send/silence",
    "/deadline/100",
    "/send/a",
    "/open/model/Chat",
    "/send/b",
    "/cancel",
  ],
  "unary calls": ["Say", "Fail", "Nothing", "Silent"].map((method) => `/call/model/${method}/hi`),
  "unary calls to nobody": ["/call/gone/Say/hi", "/call/nowhere/Say/hi"],
};

/** Without what Envoy adds to a status: where it came from, and why a connection failed. */
function comparable({ body, lines }: Seen): Seen {
  const plain = (text: string): string =>
    text.replace(/before headers[^;]*?(?=$|;| message=)/, "before headers").replace(/\{[^;]*?\}(?=$|;| message=)/, "");
  return { body: plain(body), lines: lines.map(plain) };
}

describe("gRPC on the Node host and in Envoy", () => {
  let real: RealGrpc;
  before(async () => {
    await compileGrpc();
    real = await RealGrpc.start();
  });
  after(() => real?.close());

  for (const [name, paths] of Object.entries(scenarios)) {
    it(name, async () => {
      const node = new NodeGrpc();
      for (const path of paths) {
        const onNode = comparable(node.ask(path));
        const inEnvoy = comparable(await real.ask(path, onNode.lines.length));
        assert.deepEqual(inEnvoy, onNode, path);
      }
      node.host.release(node.context);
    });
  }

  it("the root context ends, and its stream with it", async () => {
    await real.ask("/open/model/Chat", 1);
    const closed = real.service.seen.filter((line) => line.startsWith("Chat closed")).length;
    await real.quit();
    const end = Date.now() + 10_000;
    while (Date.now() < end && real.service.seen.filter((line) => line.startsWith("Chat closed")).length === closed) {
      await sleep(10);
    }
    assert.equal(real.service.seen.at(-1), "Chat closed 2");
    assert.ok(real.allLines().includes("root ends pending=false"));
  });
});
