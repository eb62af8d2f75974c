// SPDX-License-Identifier: Apache-2.0
// What clients and providers send to have a text pass ai-security-guard without a check.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HttpCallout } from "./callouts.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";

type Options = Record<string, unknown>;
interface Sent {
  path?: string;
  type?: string | null;
  upgrade?: string;
}

/** A configuration with one check of all that a webhook reads, which refuses what it cannot check. */
const configOf = (check: Options = {}): Options => ({
  checks: [
    {
      name: "hook",
      on: ["request", "response"],
      on_error: "block",
      provider: { type: "webhook", cluster: "upstream", serviceHost: "a.example", path: "/check" },
      ...check,
    },
  ],
});

class Guard {
  readonly host = new ProxyHost("build/ai-security-guard.wasm", { logLevel: "error" });
  private readonly root;

  constructor(config: Options = configOf()) {
    const root = this.host.configure("ai-security-guard", JSON.stringify(config));
    assert.ok(root);
    this.root = root;
  }

  open({ path = "/v1/chat/completions", type = "application/json", upgrade }: Sent = {}): HttpStream {
    const stream = this.host.stream(this.root);
    const headers: [string, string][] = [
      [":method", "POST"],
      [":path", path],
      [":authority", "gateway.example"],
    ];
    if (type !== null) headers.push(["content-type", type]);
    if (upgrade !== undefined) headers.push(["upgrade", upgrade]);
    stream.requestHeaders(headers, false);
    return stream;
  }

  send(body: string | Buffer, sent: Sent = {}): HttpStream {
    const stream = this.open(sent);
    if (!stream.isOver) stream.requestBody(Buffer.from(body as string), true);
    this.host.check();
    return stream;
  }

  get calls(): HttpCallout[] {
    return this.host.callouts.filter((call): call is HttpCallout => call.kind === "http");
  }

  /** The texts of the calls that wait. */
  get texts(): string {
    return this.calls.map((call) => call.body.toString()).join("\n");
  }

  pass(): void {
    for (const call of this.calls) this.host.answer(call, { body: '{"action":"pass"}' });
  }
}

const user = (content: string): Options => ({ role: "user", content });
const assistant = (content: string): Options => ({ role: "assistant", content });
const chat = (...messages: Options[]): string => JSON.stringify({ model: "m", messages });

describe("a request that was checked", () => {
  it("is checked again by another configuration, be it of a second filter or of another route", () => {
    const first = new Guard();
    const stream = first.send(chat(user("hello")));
    first.pass();
    assert.ok(stream.attempt);
    const checked = [...stream.filterState].filter(([, { value }]) => /^[0-9a-f]{64}/.test(value.toString()));
    assert.equal(checked.length, 1);
    for (const [config, calls] of [
      [configOf(), 0],
      [configOf({ mode: "all" }), 1],
    ] as const) {
      const second = new Guard(config);
      const next = second.open();
      for (const [key, entry] of checked) next.filterState.set(key, entry);
      next.requestBody(Buffer.from(chat(user("hello"))), true);
      assert.equal(second.calls.length, calls);
    }
  });
});

describe("the last messages", () => {
  const past = [user("old"), assistant("old")];
  const evil = [user("hidden words")];
  const bodies: [string, string][] = [
    ["a second list", JSON.stringify({ messages: evil, input: [assistant("a"), user("b")] })],
    [
      "a list that comes twice",
      `{"messages":${JSON.stringify(evil)},"messages":${JSON.stringify([...past, user("b")])}}`,
    ],
    [
      "a list below",
      `{"input":{"messages":${JSON.stringify(evil)},"messages":${JSON.stringify([...past, user("b")])}}}`,
    ],
    ["a query", JSON.stringify({ messages: [...evil, assistant("a")], query: "b" })],
    ["a prompt in front", JSON.stringify({ prompt: "hidden words", messages: [...past, user("b")] })],
    ["a system prompt in front", JSON.stringify({ system: "s", messages: [...past, ...evil] })],
  ];
  for (const [what, body] of bodies)
    it(`of each conversation of a request are checked: ${what}`, () => {
      const guard = new Guard();
      guard.send(body);
      assert.match(guard.texts, /hidden words/);
      assert.doesNotMatch(guard.texts, /old/);
    });
});

describe("the body of a request", () => {
  it("is checked whatever its content type and method say, where a model's API takes JSON only", () => {
    for (const type of [
      "image/png",
      "audio/wav",
      "multipart/form-data; boundary=x",
      "application/octet-stream",
      "application/grpc",
    ]) {
      const guard = new Guard();
      guard.send(chat(user("hidden words")), { type });
      assert.match(guard.texts, /hidden words/, type);
    }
    const guard = new Guard();
    guard.send(chat(user("hidden words")), { upgrade: "websocket" });
    assert.match(guard.texts, /hidden words/);
  });

  it("is refused where it is only nearly JSON, on any path, if a check blocks without a verdict", () => {
    const body = chat(user("hidden words"));
    const bodies = [
      `${body} x`,
      `\ufeff${body}`,
      body.replace('"m"', "NaN"),
      `[${body}]`,
      `${body}\n${body}`,
      Buffer.from(body, "utf16le"),
      Buffer.from(body.replace("hidden", "\xff"), "latin1"),
      body.replace('"m"', "[".repeat(5000) + "]".repeat(5000)),
    ];
    for (const path of ["/api/chat", "/v1/chat/completions"])
      for (const sent of bodies) {
        const stream = new Guard().send(sent, { path });
        assert.equal(stream.client.headers?.get(":status"), "400", `${path} ${sent.toString().slice(0, 40)}`);
        assert.ok(!stream.attempt);
      }
    const passing = new Guard(configOf({ on_error: "pass" }));
    assert.ok(passing.send(`${body} x`, { path: "/api/chat" }).attempt);
    assert.ok(new Guard().send("a=b", { path: "/form", type: "application/x-www-form-urlencoded" }).attempt);
  });
});

describe("the choices of a stream", () => {
  it("that begin alike are each checked from their beginning", () => {
    const guard = new Guard();
    const stream = guard.send(chat(user("hello")));
    guard.pass();
    stream.responseHeaders(
      [
        [":status", "200"],
        ["content-type", "text/event-stream"],
      ],
      false,
    );
    for (const piece of [
      ["hid", 0],
      ["hid", 1],
      ["e", 0],
      ["den words", 1],
    ] as const) {
      const choice = { index: piece[1], delta: { content: piece[0] }, finish_reason: null };
      stream.responseBody(Buffer.from(`data: ${JSON.stringify({ choices: [choice] })}\n\n`), false);
    }
    stream.responseBody(Buffer.from("data: [DONE]\n\n"), true);
    assert.match(guard.texts, /hidden words/);
  });
});

describe("a response", () => {
  const respond = (guard: Guard, status: string, type: string, body: string): HttpStream => {
    const stream = guard.send(chat(user("hello")));
    guard.pass();
    stream.responseHeaders(
      [
        [":status", status],
        ["content-type", type],
      ],
      false,
    );
    stream.responseBody(Buffer.from(body), true);
    guard.host.check();
    return stream;
  };
  const body = JSON.stringify({ choices: [{ index: 0, message: { role: "assistant", content: "hidden words" } }] });

  it("is checked whatever its content type and its successful status say", () => {
    for (const [status, type] of [
      ["201", "application/json"],
      ["203", "APPLICATION/JSON; charset=utf-8"],
      ["200", "text/plain"],
      ["200", "application/vnd.provider+json"],
      ["200", "text/html"],
      ["200", "audio/mpeg"],
    ] as const) {
      const guard = new Guard();
      const stream = respond(guard, status, type, body);
      assert.match(guard.texts, /hidden words/, type);
      assert.equal(stream.client.bodyBytes.length, 0);
      guard.pass();
      assert.equal(stream.client.bodyBytes.toString(), body);
    }
  });

  it("that is no JSON has no verdict: it is refused, or passes and is counted", () => {
    for (const type of ["text/plain", "application/x-ndjson", "text/html"]) {
      const refused = respond(new Guard(), "200", type, `${body}\n${body}`);
      assert.equal(refused.client.headers?.get(":status"), "502");
      assert.doesNotMatch(refused.client.bodyBytes.toString(), /hidden/);
      const passed = respond(new Guard(configOf({ on_error: "pass" })), "200", type, "hidden words");
      assert.equal(passed.client.bodyBytes.toString(), "hidden words");
    }
    const speech = new Guard();
    const stream = speech.send('{"input":"hello"}', { path: "/v1/audio/speech" });
    speech.pass();
    stream.responseHeaders(
      [
        [":status", "200"],
        ["content-type", "audio/mpeg"],
      ],
      false,
    );
    stream.responseBody(Buffer.from("sound"), false);
    assert.equal(stream.client.bodyBytes.toString(), "sound");
  });
});

describe("the images of a request", () => {
  const ask = (image: string): string => `{"messages":[{"role":"user","content":[${image}]}]}`;

  it("are checked with any spelling of their media type", () => {
    const provider = { type: "webhook", cluster: "upstream", serviceHost: "a.example", path: "/check", images: true };
    for (const type of ["image/png", "image\\/png", "IMAGE/PNG", "im\\u0061ge/png"]) {
      const guard = new Guard(configOf({ images: true, provider }));
      const source = `{"type":"base64","media_type":"${type}","data":"aGlkZGVu"}`;
      guard.send(ask(`{"type":"image","source":${source}}`), { path: "/v1/messages" });
      assert.match(guard.texts, /aGlkZGVu/, type);
    }
  });

  it("have the role of their message", () => {
    const provider = { type: "webhook", cluster: "upstream", serviceHost: "a.example", path: "/check", images: true };
    const guard = new Guard(configOf({ images: true, roles: ["user", "tool"], mode: "all", provider }));
    const image = (data: string): string =>
      `{"type":"image","source":{"type":"base64","media_type":"image/png","data":"${data}"}}`;
    const result = `{"type":"tool_result","tool_use_id":"t","content":[${image("dG9vbA==")},{"type":"text","text":"found"}]}`;
    guard.send(ask(`${image("dXNlcg==")},{"type":"text","text":"look"},${result}`), { path: "/v1/messages" });
    const told: string[] = [];
    for (let [call] = guard.calls; call; [call] = guard.calls) {
      const { role, content } = JSON.parse(call.body.toString()) as { role: string; content: string };
      told.push(`${role} ${content}`);
      guard.pass();
    }
    assert.deepEqual(told, ["user look", "tool found", "user dXNlcg==", "tool dG9vbA=="]);
  });

  it("have no verdict where the service does not take them", () => {
    const provider = { type: "azure", cluster: "upstream", serviceHost: "a.example", apiKey: "key-of-azure" };
    const image = ask('{"type":"image_url","image_url":{"url":"https://b.example/hidden.png"}}');
    const refused = new Guard(configOf({ images: true, provider })).send(image);
    assert.equal(refused.client.headers?.get(":status"), "503");
    assert.ok(!refused.attempt);
    assert.ok(new Guard(configOf({ images: true, on_error: "pass", provider })).send(image).attempt);
  });
});
