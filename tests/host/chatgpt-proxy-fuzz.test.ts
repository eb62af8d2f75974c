// SPDX-License-Identifier: Apache-2.0
// Whatever queries clients send and providers answer, chatgpt-proxy asks and relays as these few lines say, and never traps.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HeaderPair } from "../providers/types.ts";
import { Random, seed } from "../unit/random.ts";
import type { HttpCallout } from "./callouts.ts";
import { parametersOf, queryOf } from "./form.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";

const ROUNDS = 10_000;
const config = { apiKey: "sk-test-fuzz", model: 'cu"rie\u0007', promptParam: "te xt", HumanId: "人\\:", AIId: "\n" };
const parameters = ["te+xt=", "te%20xt=", "t%65 xt=", "te+xt", "Te+xt=", "x=", "=", "", "te+xt&", "#te+xt="];
const pieces = ["a", "%22", '"', "%5c", "\\", "%0a", "%00", "%1F", "+", "%2b", "=", "%26", "%E4%BD%A0", "%F0%9F%98%80"];
const broken = ["%FF", "%C3", "%ED%A0%80", "%F0%9F", "%C0%AF", "%", "%4", "%zz", "%g0", "%25", ";", "?", "/", "<é>"];
const names = ["content-type", "set-cookie", "x-a", "connection", "transfer-encoding", "content-length", "te", "x-b"];
const more = ["keep-alive", "proxy-connection", "trailer", "upgrade", "x-ai-model", "x-c"];
const ofConnection = ["connection", "transfer-encoding", "content-length", "te", "keep-alive", "proxy-connection"];
const dropped = [...ofConnection, "trailer", "upgrade", "x-ai-model"];

/** The prompt, or the details of the refusal. */
function decide(path: string): { prompt?: Buffer; refusal?: string } {
  const query = queryOf(path);
  if (query === null) return { refusal: "empty_query_string" };
  if (/%(?![0-9a-f]{2})/i.test(query)) return { refusal: "bad_query_string" };
  const value = parametersOf(path).find(([name]) => name === "te xt")?.[1] ?? "";
  return value === "" ? { refusal: "no_prompt" } : { prompt: Buffer.from(value, "latin1") };
}

class Run {
  private readonly random = new Random(seed());
  private readonly host = new ProxyHost("build/chatgpt-proxy.wasm", { logLevel: "warn" });
  private readonly context = this.host.configure("chatgpt-proxy", JSON.stringify(config));
  readonly seen = new Map<string, number>();

  /** One exchange. */
  next(round: number): void {
    const { random, host } = this;
    assert.ok(this.context);
    const text = (): string =>
      Array.from({ length: random.below(6) }, () => random.pick(random.below(12) ? pieces : broken)).join("");
    const query = Array.from({ length: random.below(4) }, () => random.pick(parameters) + text()).join("&");
    // A path is bytes: each character stands for one.
    const path = Buffer.from(random.below(9) ? `/a?${query}` : `/${query}`).toString("latin1");
    const what = JSON.stringify({ seed: seed(), round, path });
    const stream = host.stream(this.context);
    const isPost = random.below(4) === 0;
    const method = isPost ? "POST" : "GET";
    const pseudo: HeaderPair[] = [
      [":method", method],
      [":path", path],
      [":authority", "gateway.example"],
    ];
    stream.requestHeaders(pseudo, !isPost);
    if (isPost) stream.requestBody(Buffer.from(text()), true);
    const { prompt, refusal } = decide(path);
    const call = host.callouts[0] as HttpCallout | undefined;
    this.note(refusal ?? "asked");
    if (refusal) {
      assert.equal(call, undefined, what);
      assert.equal(stream.client.headers?.get(":status"), "400", what);
      assert.equal(stream.details, `chatgpt-proxy.${refusal}`, what);
    } else {
      assert.ok(call, what);
      const asked = JSON.parse(call.body.toString()) as Record<string, unknown>;
      assert.deepEqual([asked.model, asked.stop], [config.model, [" 人\\:", " \n"]], what);
      assert.equal(asked.prompt, prompt!.toString(), what);
      this.answer(stream, call, what);
    }
    host.check();
    assert.equal(stream.upstream.headers, null, what);
  }

  /** Ends a call in one of the ways in which it can. */
  private answer(stream: HttpStream, call: HttpCallout, what: string): void {
    const { random, host } = this;
    const way = random.below(6);
    if (way === 0) {
      stream.clientReset();
      host.answer(call, { body: "late" });
      assert.equal(stream.client.headers, null, what);
      return this.note("left");
    }
    if (way === 1) {
      host.fail(call);
      assert.equal(stream.client.headers?.get(":status"), "502", what);
      return this.note("failed");
    }
    const status = random.pick([200, 200, 201, 204, 304, 400, 401, 429, 500, 503, 599]);
    const headers = Array.from({ length: random.below(6) }, (): HeaderPair => [
      random.pick(random.below(2) ? names : more),
      random.pick(["", "v", "a, b", "x".repeat(random.below(5_000)), "ü"]),
    ]);
    const body = Buffer.from(Array.from({ length: random.below(3) * random.below(40) }, () => random.below(256)));
    host.answer(call, { status, headers, body });
    const answered = `${what}, ${JSON.stringify({ status, headers, body: body.toString("latin1") })}`;
    assert.equal(stream.client.headers?.get(":status"), String(status), answered);
    assert.equal(stream.details, "chatgpt-proxy.forward", answered);
    assert.deepEqual(stream.client.bodyBytes, body, answered);
    const isOurs = ([name]: HeaderPair): boolean => name !== ":status" && !dropped.includes(name);
    const withoutType = ([name]: HeaderPair): boolean => name !== "content-type";
    const relayed = stream.client.headers!.pairs().filter(isOurs).filter(withoutType);
    assert.deepEqual(relayed, headers.filter(isOurs).filter(withoutType), answered);
    this.note("relayed");
  }

  private note(kind: string): void {
    this.seen.set(kind, (this.seen.get(kind) ?? 0) + 1);
  }
}

describe("chatgpt-proxy", () => {
  it(`asks and relays as it should, ${ROUNDS} times (seed ${seed()})`, () => {
    const run = new Run();
    for (let round = 0; round < ROUNDS; round++) run.next(round);
    for (const kind of ["empty_query_string", "bad_query_string", "no_prompt", "left", "failed", "relayed"]) {
      assert.ok((run.seen.get(kind) ?? 0) > ROUNDS / 50, `${kind} came up ${run.seen.get(kind) ?? 0} times`);
    }
  });
});
