// SPDX-License-Identifier: Apache-2.0
// The end of a stream costs work for its own callouts, and none for those of other streams. Work is counted in steps.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { countSteps } from "../fuzz/counted.ts";
import { compileGrpc, GRPC_WASM } from "./grpc/compile.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";

const COUNTED = "build/test/grpc.counted.wasm";
const MANY = 1000;
const FEW = 10;
/** The tables shrink now and then, which the calls that end share. */
const SLACK = 1.5;
const LIMIT = 100_000_000;

/** A host with so many streams of so many callouts each that wait. */
function open(streams: number, callouts: number): [ProxyHost, HttpStream[]] {
  const host = new ProxyHost(COUNTED, { logLevel: "error", clusters: ["upstream", "model"] });
  const context = host.configure("grpc", "{}");
  assert.ok(context);
  const open = Array.from({ length: streams }, () => {
    const stream = host.stream(context);
    stream.requestHeaders(
      [
        [":method", "GET"],
        [":path", `/many/${callouts}`],
        [":authority", "gateway.example"],
      ],
      true,
    );
    return stream;
  });
  assert.equal(host.callouts.length, streams * callouts);
  // Now, so that no run of the collector falls into what is measured.
  host.collectGarbage();
  return [host, open];
}

/** The steps that a function of the host takes in the module. */
function stepsOf(host: ProxyHost, stream: HttpStream, run: () => void): number {
  const [root] = host.vm.contexts.values();
  host.vm.call(root, "test_limit", [LIMIT]);
  run();
  assert.ok(stream.isOver);
  return host.vm.call(root, "test_steps", []);
}

/** The steps of the end of all streams, and what is left then. */
function endAll(streams: number, callouts: number): { steps: number[]; left: number } {
  const [host, open_] = open(streams, callouts);
  const steps = open_.map((stream) => stepsOf(host, stream, () => stream.clientReset()));
  host.check();
  return { steps, left: host.callouts.length };
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);

describe("callouts that wait when a stream ends", () => {
  before(async () => {
    await compileGrpc();
    countSteps(GRPC_WASM, COUNTED);
  });

  it(`cost the same where ${MANY} other streams have one too`, () => {
    const [few, many] = [endAll(FEW, 1), endAll(MANY, 1)];
    assert.equal(many.left, 0, "gRPC calls are cancelled");
    const [average, limit] = [sum(many.steps) / MANY, (sum(few.steps) / FEW) * SLACK];
    assert.ok(average < limit, `${average} steps a stream, ${limit} allowed`);
    const median = many.steps.sort((a, b) => a - b)[MANY / 2];
    assert.ok(median <= Math.max(...few.steps) + 10, `${median} steps, ${Math.max(...few.steps)} with ${FEW}`);
  });

  it(`cost each the same where the stream itself has ${MANY}`, () => {
    const [few, many] = [endAll(1, FEW), endAll(1, MANY)];
    assert.equal(many.left, 0);
    const [each, limit] = [many.steps[0] / MANY, (few.steps[0] / FEW) * SLACK];
    assert.ok(each < limit, `${each} steps a callout, ${limit} allowed`);
  });
});
