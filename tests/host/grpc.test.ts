// SPDX-License-Identifier: Apache-2.0
// gRPC calls and streams of the kernel: the same on the Node host, whose service is emulated, and in the real Envoy.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { compileGrpc } from "./grpc/compile.ts";
import { NodeGrpc, type Seen } from "./grpc/node-host.ts";
import { RealGrpc } from "./grpc/real-host.ts";
import { scenarios } from "./grpc/scenarios.ts";

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
    assert.match(real.service.seen.at(-1) ?? "", /^Chat closed/);
    assert.ok(real.allLines().includes("root ends pending=false"));
  });
});
