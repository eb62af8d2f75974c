// SPDX-License-Identifier: Apache-2.0
// ai-search: clients that leave, slow and hostile engines, redirects, and streams that give what the whole response gives.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { engines } from "../engines/index.ts";
import { Random, seed } from "../unit/random.ts";
import type { HttpCallout } from "./callouts.ts";
import type { HttpStream } from "./http-stream.ts";
import { findLeak } from "./leak-check.ts";
import { SearchGateway, searxng, type Json } from "./search-gateway.ts";

const REDIRECT = { internal_redirect_policy: { redirect_response_codes: [307], max_internal_redirects: 1 } };

/** The message of the user that the provider receives. */
const promptOf = (stream: HttpStream): string =>
  JSON.parse(stream.attempt!.upstream.bodyBytes.toString()).messages[0].content as string;

describe("the searches of ai-search", () => {
  it("end with the client, and nothing is left", () => {
    const gateway = new SearchGateway();
    const run = (): void => {
      gateway.ask().clientReset();
      gateway.reply();
    };
    run();
    assert.equal(findLeak(gateway.host, run), null);
    const whole = (): void => {
      const stream = gateway.ask();
      gateway.reply();
      gateway.respond(stream, "application/json", [Buffer.from('{"choices":[{"message":{"content":"A"}}]}')]);
    };
    whole();
    assert.equal(findLeak(gateway.host, whole), null);
  });

  it("start at once, and are those of each stream", () => {
    const gateway = new SearchGateway({ searchFrom: [searxng, searxng, searxng] });
    const streams = Array.from({ length: 20 }, (_, n) => gateway.ask(`question ${n}`));
    assert.equal(gateway.calls.length, 60);
    const page = (call: HttpCallout): string => new URL(call.headers.get(":path")!, "http://e").searchParams.get("q")!;
    for (const call of gateway.calls.reverse()) {
      const result = { title: "t", url: `https://a.example/${call.token}`, content: `page of ${page(call)}` };
      gateway.host.answer(call, { body: JSON.stringify({ results: [result] }) });
    }
    for (const [n, stream] of streams.entries()) {
      assert.equal(promptOf(stream).split(`page of question ${n}\n`).length, 4);
    }
  });

  it("have no more time than the request", () => {
    const gateway = new SearchGateway({
      deadlineMillisecond: 700,
      searchFrom: [{ ...searxng, timeoutMillisecond: 5000 }],
    });
    const stream = gateway.ask();
    assert.equal(gateway.calls[0].timeoutMs, 700);
    gateway.reply({ status: 504, body: "upstream request timeout" });
    assert.equal(promptOf(stream), "gold");
  });

  it("are made once for a request that is redirected, whose response has the references", () => {
    const gateway = new SearchGateway();
    const routes = [{ name: "r", match: { prefix: "/" }, cluster: "upstream", action: REDIRECT }];
    const stream = gateway.ask("gold", { routes });
    gateway.reply();
    const first = promptOf(stream);
    stream.attempt!.connect();
    stream.attempt!.responseHeaders(
      [
        [":status", "307"],
        ["location", "http://gateway.example/v1/chat/completions"],
      ],
      true,
    );
    assert.equal(gateway.calls.length, 0);
    assert.equal(promptOf(stream), first);
    assert.equal(first.split("Gold costs 4,000.").length, 2);
    stream.attempt!.connect();
    const body = gateway.respond(stream, "application/json", [
      Buffer.from('{"choices":[{"message":{"content":"A"}}]}'),
    ]);
    assert.equal(JSON.parse(body).choices[0].message.content, "R [1] [Gold](https://a.example/gold)\n\nA");
  });

  it("have a warning when they are loaded with an engine that ends or has ended", () => {
    const apiKey = "key-of-engine";
    const google = { type: "google", cluster: "engine", apiKey, cx: "c" };
    const { host } = new SearchGateway({ searchFrom: [searxng, google, { type: "bing", cluster: "engine", apiKey }] });
    const lines = host.vm.logs.map(({ text }) => text).join("\n");
    assert.match(lines, /\$\.searchFrom\[1\]\.type is Google's .* ends on 2027-01-01/);
    assert.match(lines, /\$\.searchFrom\[2\]\.type is Bing's .* has ended on 2025-08-11/);
    assert.doesNotMatch(lines, /searchFrom\[0\]|key-of-engine/);
  });

  it("go on after any response of an engine", () => {
    const random = new Random(seed());
    const types = Object.keys(engines);
    const extra = {
      apiKey: "key-of-engine",
      cx: "c",
      index: "papers",
      contentField: "body",
      linkField: "l",
      titleField: "t",
    };
    const made = types.map((type) => {
      const { handle } = engines[type];
      const gateway = new SearchGateway({
        searchFrom: [{ type, cluster: "engine", ...extra, username: "elastic", password: "secret-of-elastic" }],
      });
      gateway.ask();
      const { headers, body } = gateway.calls[0];
      const pairs = headers.pairs().filter(([name]) => !name.startsWith(":"));
      const request = {
        method: headers.get(":method")!,
        path: headers.get(":path")!,
        authority: "e",
        headers: pairs,
        body,
      };
      gateway.reply();
      return { gateway, reply: Buffer.concat(handle(request as never).chunks) };
    });
    for (let round = 0; round < 3000; round++) {
      const { gateway, reply } = random.pick(made);
      let body = Buffer.from(reply);
      for (let n = random.below(4); n > 0; n--)
        body[random.below(body.length)] = random.pick([...'"{}[]<>&\\:,/1\0\xff']).charCodeAt(0);
      if (!random.below(4)) body = body.subarray(0, random.below(body.length));
      if (!random.below(4)) body = Buffer.concat([body, body]);
      const stream = gateway.ask(`gold ${round}`);
      gateway.reply({ body });
      assert.ok(promptOf(stream).includes(`gold ${round}`));
      stream.clientReset();
    }
    for (const { gateway } of made) {
      const deep = '{"results":[{"title":';
      for (const body of ["a".repeat(5 << 20), deep + "[".repeat(1 << 20), "<feed><entry>".repeat(1 << 16)]) {
        const stream = gateway.ask();
        gateway.reply({ body });
        assert.equal(promptOf(stream), "gold");
        stream.clientReset();
      }
    }
  });
});

/** The content and annotations of each choice, as a client puts a stream together. */
function accumulated(text: string): Json[] {
  const choices: Json[] = [];
  for (const line of text.split("\n").filter((each) => each.startsWith("data: {"))) {
    for (const { index, delta } of JSON.parse(line.slice(6)).choices) {
      const message = (choices[index] ??= { content: "" });
      if (delta?.content) message.content += delta.content;
      if (delta?.annotations) message.annotations = delta.annotations;
    }
  }
  return choices;
}

describe("streams with references", () => {
  const words = ["<think>", "</think>", " ", "\n", "A", "<", "th", "ink>", "界", "𝄞", '"', "[1]", "[", "1", "]", "</"];

  for (const style of [{}, { referenceLocation: "tail" }, { referenceStyle: "annotations" }]) {
    it(`give what the whole response gives: ${JSON.stringify(style)}`, () => {
      const gateway = new SearchGateway(style);
      const random = new Random(seed());
      for (let round = 0; round < 400; round++) {
        const texts = Array.from({ length: 1 + random.below(3) }, () =>
          Array.from({ length: random.below(9) }, () => random.pick(words)),
        );
        const message = (content: string): Json => ({ message: { content }, finish_reason: "stop" });
        const whole = gateway.ask();
        gateway.reply();
        const body = JSON.stringify({ choices: texts.map((pieces) => message(pieces.join(""))) });
        const expected = JSON.parse(gateway.respond(whole, "application/json", [Buffer.from(body)])).choices;
        const events: Json[] = [];
        for (let at = 0; at < 9; at++)
          for (const [index, pieces] of texts.entries())
            if (at < pieces.length)
              events.push({ choices: [{ index, delta: { content: pieces[at] }, finish_reason: null }] });
        for (const index of texts.keys()) events.push({ choices: [{ index, delta: {}, finish_reason: "stop" }] });
        // Some providers escape what HTML could read.
        const escape = (json: string): string =>
          round % 2 ? json.replaceAll("<", "\\u003c").replaceAll(">", "\\u003e") : json;
        const sent = events.map((event) => `data: ${escape(JSON.stringify(event))}\n\n`).join("") + "data: [DONE]\n\n";
        const bytes = Buffer.from(sent);
        const chunks: Buffer[] = [];
        for (let at = 0; at < bytes.length;) {
          const size = 1 + random.below(60);
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        const streamed = gateway.ask();
        gateway.reply();
        const seen = accumulated(gateway.respond(streamed, "text/event-stream", chunks));
        const plain = expected.map(({ message: { content, annotations } }: Json) => ({
          content,
          ...(annotations && { annotations }),
        }));
        assert.deepEqual(seen, plain, sent);
      }
    });
  }

  it("take no memory for each event, and little for each stream", () => {
    const gateway = new SearchGateway();
    const open = (): HttpStream => {
      const stream = gateway.ask();
      gateway.reply();
      stream.responseHeaders(
        [
          [":status", "200"],
          ["content-type", "text/event-stream"],
        ],
        false,
      );
      return stream;
    };
    const event = Buffer.from('data: {"choices":[{"index":0,"delta":{"content":"word "}}]}\n\n'.repeat(50));
    const stream = open();
    const play = (count: number): void => {
      for (let n = 0; n < count; n++) {
        stream.responseBody(event, false);
        stream.client.body.length = 0;
      }
    };
    play(20);
    const before = gateway.host.vm.memory.byteLength;
    play(2000);
    assert.equal(gateway.host.vm.memory.byteLength, before);
    const streams = Array.from({ length: 2000 }, open);
    for (const each of streams) each.responseBody(event, false);
    const perStream = (gateway.host.vm.memory.byteLength - before) / streams.length;
    assert.ok(perStream < 4400, `${perStream} bytes for each open stream`);
  });
});
