// SPDX-License-Identifier: Apache-2.0
// The text of `context`: who fetches it, for whom, and until when.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HttpCallout } from "./callouts.ts";
import type { RootContext } from "./contexts.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";
import { SharedData } from "./shared-data.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const provider = { type: "openai", apiToken: "sk-test-openai" };
const contextAt = (path: string): object => ({ fileUrl: `http://files.example${path}`, cluster: "files" });

class Gateway {
  readonly host: ProxyHost;
  root: RootContext;

  constructor(context: object = contextAt("/text"), shared = new SharedData()) {
    this.host = new ProxyHost("build/ai-proxy.wasm", { logLevel: "warn", clusters: ["upstream", "files"], shared });
    this.root = this.configure(context);
  }

  configure(context: object): RootContext {
    const root = this.host.configure("ai-proxy", JSON.stringify({ provider: { ...provider, context } }));
    assert.ok(root);
    return (this.root = root);
  }

  ask(root = this.root): HttpStream {
    const stream = this.host.stream(root);
    const headers: [string, string][] = [
      [":method", "POST"],
      [":path", "/v1/chat/completions"],
      [":authority", "gateway.example"],
      ["content-type", "application/json"],
    ];
    stream.requestHeaders(headers, false);
    stream.requestBody(Buffer.from('{"model":"m","messages":[{"role":"user","content":"hi"}]}'), true);
    this.host.check();
    return stream;
  }

  get calls(): HttpCallout[] {
    return this.host.callouts as HttpCallout[];
  }

  /** The paths that are fetched in that time, each answered at once. */
  fetchedWithin(milliseconds: number): string[] {
    const paths: string[] = [];
    for (let passed = 0; passed < milliseconds; passed += SECOND) {
      this.host.advance(SECOND);
      for (const call of this.calls) {
        paths.push(call.headers.get(":path")!);
        this.host.answer(call, { body: "the text" });
      }
    }
    return paths;
  }
}

/** What became of a request: what the provider got of the text, or the status that the client got. */
function outcome(stream: HttpStream): string {
  const status = stream.client.headers?.get(":status");
  if (status) return status;
  if (stream.upstream.end !== "clean") return "waits";
  const { messages } = JSON.parse(stream.upstream.bodyBytes.toString()) as { messages: { content: string }[] };
  return messages[0].content;
}

describe("requests that wait for the first text", () => {
  it("wait for one call, and go on though the first of them has left", () => {
    const gateway = new Gateway();
    const streams = Array.from({ length: 200 }, () => gateway.ask());
    assert.equal(gateway.calls.length, 1);
    streams[0].clientReset();
    streams[100].clientReset();
    streams[199].clientReset();
    gateway.host.answer(gateway.calls[0], { body: "the text" });
    gateway.host.advance(SECOND);
    const left = [0, 100, 199];
    for (const [index, stream] of streams.entries())
      assert.equal(outcome(stream), left.includes(index) ? "waits" : "the text", `${index}`);
    assert.equal(outcome(gateway.ask()), "the text");
    assert.equal(gateway.calls.length, 0);
  });

  it("leave the text to the next one, though all have left", () => {
    const gateway = new Gateway();
    for (const stream of [gateway.ask(), gateway.ask()]) stream.clientReset();
    gateway.host.answer(gateway.calls[0], { body: "the text" });
    assert.equal(outcome(gateway.ask()), "the text");
  });

  it("are all refused where it cannot be fetched, as are those that follow, until it is tried again", () => {
    const gateway = new Gateway();
    const streams = Array.from({ length: 200 }, () => gateway.ask());
    gateway.host.answer(gateway.calls[0], { status: 404 });
    gateway.host.advance(SECOND);
    assert.ok(streams.every((stream) => outcome(stream) === "503"));
    assert.equal(outcome(gateway.ask()), "503");
    assert.equal(gateway.calls.length, 0);
    gateway.host.advance(5 * SECOND);
    assert.equal(gateway.calls.length, 1);
    gateway.host.fail(gateway.calls[0]);
    gateway.host.advance(6 * SECOND);
    gateway.host.answer(gateway.calls[0], { body: "the text" });
    assert.equal(outcome(gateway.ask()), "the text");
    assert.equal(gateway.host.vm.logs.filter(({ text }) => text.includes("no text from")).length, 1);
  });

  it("are answered once, in whatever order they come and leave", () => {
    const gateway = new Gateway();
    let seed = 20260101;
    const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
    for (let round = 0; round < 30; round++) {
      const old = gateway.root;
      gateway.configure(contextAt(`/${round}`));
      gateway.host.release(old);
      const streams: HttpStream[] = [];
      const gone = new Set<HttpStream>();
      for (let step = 0; step < 120; step++) {
        const leaving = streams[random(streams.length + 1)];
        if (random(3) || !leaving) streams.push(gateway.ask());
        else {
          leaving.clientReset();
          gone.add(leaving);
        }
      }
      assert.equal(gateway.calls.length, 1);
      gateway.host.answer(gateway.calls[0], { body: "the text" });
      // The rest has its turn with the next ticks: some leave in between.
      for (const stream of streams.slice(0, 60))
        if (outcome(stream) === "waits" && random(2)) {
          stream.clientReset();
          gone.add(stream);
        }
      gateway.host.advance(SECOND);
      for (const stream of streams)
        assert.ok(gone.has(stream) || outcome(stream) === "the text", `round ${round}: ${outcome(stream)}`);
      for (const stream of streams) stream.clientReset();
    }
  });
});

describe("a text source", () => {
  it("is asked once at a time, however long it takes", () => {
    const gateway = new Gateway();
    gateway.host.advance(110 * SECOND);
    assert.equal(gateway.calls.length, 1);
    const stream = gateway.ask();
    assert.equal(gateway.calls.length, 1);
    gateway.host.answer(gateway.calls[0], { body: "the text" });
    assert.equal(outcome(stream), "the text");
    gateway.host.advance(6 * MINUTE);
    assert.equal(gateway.calls.length, 1, "an old one, too");
    for (let count = 0; count < 10; count++) assert.equal(outcome(gateway.ask()), "the text");
    assert.equal(gateway.calls.length, 1);
  });

  it("is asked by one worker at a time", () => {
    const shared = new SharedData();
    const [one, other] = [new Gateway(contextAt("/text"), shared), new Gateway(contextAt("/text"), shared)];
    for (const { host } of [one, other, one, other]) host.advance(10 * SECOND);
    assert.equal(one.calls.length + other.calls.length, 1);
  });

  it("ends with its configuration", () => {
    const gateway = new Gateway(contextAt("/old"));
    const old = gateway.root;
    assert.deepEqual(gateway.fetchedWithin(5 * SECOND), ["/old"]);
    gateway.ask().clientReset();
    gateway.configure(contextAt("/new"));
    gateway.host.release(old);
    const fetched = gateway.fetchedWithin(6 * MINUTE);
    assert.ok(fetched.includes("/new") && !fetched.includes("/old"), fetched.join());
  });

  it("ends with its configuration while it is asked, and the next configuration need not wait for it", () => {
    const gateway = new Gateway();
    const old = gateway.root;
    gateway.host.advance(SECOND);
    const [call] = gateway.calls;
    assert.ok(call);
    gateway.configure({ ...contextAt("/text"), refreshSeconds: 100 });
    gateway.host.release(old);
    gateway.host.answer(call, { body: "too late" });
    assert.deepEqual(gateway.fetchedWithin(10 * SECOND), ["/text"]);
  });

  it("is not asked for a configuration that was refused", () => {
    const gateway = new Gateway();
    const config = JSON.stringify({ provider: { ...provider, context: contextAt("/refused"), protocol: "no such" } });
    assert.equal(gateway.host.configure("ai-proxy", config), null);
    assert.deepEqual([...new Set(gateway.fetchedWithin(10 * MINUTE))], ["/text"]);
  });

  it("rests when no request asks for it, and is asked again when one does", () => {
    const gateway = new Gateway();
    assert.ok(gateway.fetchedWithin(20 * MINUTE).length > 1);
    assert.deepEqual(gateway.fetchedWithin(60 * MINUTE), []);
    assert.equal(gateway.root.tickPeriodMs, 0);
    assert.equal(outcome(gateway.ask()), "the text");
    assert.equal(gateway.calls.length, 1);
    gateway.host.answer(gateway.calls[0], { body: "another text" });
    assert.equal(outcome(gateway.ask()), "another text");
    assert.ok(gateway.fetchedWithin(6 * MINUTE).length > 0);
  });

  it("leaves nothing in the module's memory, though its configuration ends while it is asked", () => {
    const gateway = new Gateway();
    const bytesAfter = (rounds: number): number => {
      for (let round = 0; round < rounds; round++) {
        const old = gateway.root;
        gateway.configure(contextAt("/text"));
        gateway.host.release(old);
        const stream = gateway.ask();
        assert.ok(gateway.calls.length > 0);
        stream.clientReset();
      }
      return gateway.host.vm.heapUse()!.bytes;
    };
    const before = bytesAfter(100);
    const after = bytesAfter(400);
    assert.ok(after - before < 4096, `it grew by ${after - before} bytes`);
  });
});
