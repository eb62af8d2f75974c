// SPDX-License-Identifier: Apache-2.0
// The official clients through ai-data-masking and ai-security-guard in one chain: what they and the provider see, streamed and not.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { checkers } from "../checkers/index.ts";
import { bootstrapFor, clusterFor, listenerFor, routeFor } from "../harness/bootstrap.ts";
import { pluginFilter } from "../harness/chain-filters.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import { respond, SAFE } from "./guarded-provider.ts";
import { runPython } from "./python.ts";

const TOLD = "I am ann@example.com, not bob@example.com; call 13800138000.";
const SECRETS = ["ann@example.com", "bob@example.com", "13800138000"];
const MASKED = "I am [[T1]], not [[T2]]; call [phone].";
const RESTORED = "I am ann@example.com, not bob@example.com; call [phone].";
const TEXT = `You wrote: "${RESTORED}" Pay with [card] or [card].`;
const ARGS = { note: RESTORED, card: "[card]", amount: 12.5, to: ["a", RESTORED] };
const REFUSAL = "This is not for us.";
const PROMPT = "How do I build a bomb?";

const masking = {
  replace_roles: [
    { detector: "email", restore: true },
    { detector: "phone", value: "[phone]" },
    { detector: "credit_card", value: "[card]", directions: ["request", "response"] },
  ],
};
const check = { action: "block", on_error: "block", timeout: 20_000 };
const service = { type: "openai", cluster: "checker", serviceHost: "checker.example", apiKey: "sk-of-checker" };
const guard = {
  denyMessage: REFUSAL,
  bufferLimit: 64,
  overlap: 16,
  checks: [{ name: "all", on: ["request", "response"], mode: "all", ...check, provider: service }],
};

const tools = [{ type: "function" as const, function: { name: "send", parameters: {} } }];
/** A conversation whose tool call and result have texts to mask. */
const history = (content: string): OpenAI.ChatCompletionMessageParam[] => [
  { role: "user", content },
  {
    role: "assistant",
    content: null,
    tool_calls: [
      { id: "call-0", type: "function", function: { name: "send", arguments: JSON.stringify({ content }) } },
    ],
  },
  { role: "tool", tool_call_id: "call-0", content },
];
const input = (content: string): OpenAI.Responses.ResponseInput => [
  { role: "user", content },
  { type: "function_call", call_id: "call-0", name: "send", arguments: JSON.stringify({ content }) },
  { type: "function_call_output", call_id: "call-0", output: content },
];
const turns = (content: string): Anthropic.MessageParam[] => [
  { role: "user", content },
  { role: "assistant", content: [{ type: "tool_use", id: "tool-0", name: "send", input: { content } }] },
  { role: "user", content: [{ type: "tool_result", tool_use_id: "tool-0", content }] },
];

/** The clients call this machine alone. */
const localFetch: typeof fetch = (url, init) => {
  assert.equal(new URL(url instanceof Request ? url.url : url).hostname, "127.0.0.1");
  return fetch(url, init);
};

describe("clients of a guarded gateway", () => {
  let provider: RunningServer;
  let checker: RunningServer;
  let envoy: EnvoyProcess;
  let openai: OpenAI;
  let anthropic: Anthropic;
  before(async () => {
    [provider, checker] = await Promise.all([serve(respond), serve((request) => checkers.openai.handle(request))]);
    const listener = listenerFor({
      name: "guarded",
      routes: [routeFor({ name: "all", cluster: "provider" })],
      downstream: [pluginFilter("ai-data-masking", masking), pluginFilter("ai-security-guard", guard)],
    });
    const clusters = [
      clusterFor({ name: "provider", port: provider.port }),
      clusterFor({ name: "checker", port: checker.port }),
    ];
    envoy = await startEnvoy(bootstrapFor([listener], clusters));
    const common = { apiKey: "k", maxRetries: 0, fetch: localFetch };
    openai = new OpenAI({ baseURL: `${baseUrl()}/v1`, ...common });
    anthropic = new Anthropic({ baseURL: baseUrl(), ...common });
  });
  after(async () => {
    await envoy?.stop();
    await Promise.all([provider?.close(), checker?.close()]);
  });
  const baseUrl = (): string => `http://127.0.0.1:${envoy.listenerPorts.guarded}`;

  /** The provider's requests that `call` has caused, after its result. */
  async function provided<T>(call: () => Promise<T>): Promise<[T, string[]]> {
    const before = provider.requests.length;
    const result = await call();
    return [result, provider.requests.slice(before).map(({ body }) => body.toString())];
  }

  /** Asserts that every request has the masked texts where the client wrote `TOLD`, and nothing of what is masked. */
  const assertMasked = (bodies: string[], count: number): void => {
    assert.equal(bodies.length, count);
    for (const body of bodies) {
      for (const secret of SECRETS) assert.ok(!body.includes(secret), secret);
      assert.equal(body.split(MASKED).length - 1, 3, body);
    }
  };
  const assertRefused = (text: string | null | undefined): void => {
    const { code, denyMessage, blockedDetails } = JSON.parse(text ?? "") as Record<string, unknown>;
    assert.deepEqual([code, denyMessage], [200, REFUSAL]);
    assert.ok(Array.isArray(blockedDetails) && blockedDetails.length > 0);
  };
  /** Asserts that a text begins with checked text alone, and ends with the refusal. */
  const assertCut = (text: string | null | undefined): void => {
    const at = text!.indexOf("{");
    assert.ok(at > 0 && SAFE.startsWith(text!.slice(0, at)), text!);
    assertRefused(text!.slice(at));
  };
  /** Asserts that a response of Responses is refused, and that its deltas end with the refusal. */
  const assertIncomplete = (response: OpenAI.Responses.Response, text: string): void => {
    const { status, incomplete_details, id, model } = response;
    assert.deepEqual([status, incomplete_details?.reason, id, model], ["incomplete", "content_filter", "r-1", "m"]);
    const message = response.output[0];
    assert.ok(message.type === "message" && message.content[0].type === "output_text");
    assertRefused(message.content[0].text);
    assertCut(text);
  };
  const assertChat = ({ choices: [{ message, finish_reason }] }: OpenAI.ChatCompletion): void => {
    assert.deepEqual([message.role, message.content, finish_reason], ["assistant", TEXT, "tool_calls"]);
    const [call] = message.tool_calls!;
    assert.ok(call.type === "function");
    assert.deepEqual(JSON.parse(call.function.arguments), ARGS);
  };
  const assertResponse = ({ status, output }: OpenAI.Responses.Response): void => {
    const [message, call] = output;
    assert.ok(message.type === "message" && message.content[0].type === "output_text" && call.type === "function_call");
    assert.deepEqual([status, message.content[0].text, JSON.parse(call.arguments)], ["completed", TEXT, ARGS]);
  };
  const assertMessage = ({ content: [text, tool], stop_reason }: Anthropic.Message): void => {
    assert.ok(text.type === "text" && tool.type === "tool_use");
    assert.deepEqual([text.text, tool.input, stop_reason], [TEXT, ARGS, "tool_use"]);
  };

  const chatOf = (model: string, text: string) => ({ model, messages: history(text), tools });
  const responseOf = (model: string, text: string) => ({ model, input: input(text) });
  const messageOf = (model: string, text: string) => ({ model, max_tokens: 99, messages: turns(text) });

  it("masks and restores chat completions, whole and streamed", async () => {
    const [results, bodies] = await provided(async () => [
      await openai.chat.completions.create(chatOf("echo", TOLD)),
      await openai.chat.completions.stream(chatOf("echo", TOLD)).finalChatCompletion(),
    ]);
    results.forEach(assertChat);
    assertMasked(bodies, 2);
  });

  it("masks and restores Responses, whole and streamed", async () => {
    const [results, bodies] = await provided(async () => [
      await openai.responses.create(responseOf("echo", TOLD)),
      await openai.responses.stream(responseOf("echo", TOLD)).finalResponse(),
    ]);
    results.forEach(assertResponse);
    assertMasked(bodies, 2);
  });

  it("masks and restores the deltas of Responses as their whole texts", async () => {
    const texts: Record<string, string> = {};
    const request = { ...responseOf("echo", TOLD), stream: true as const };
    for await (const event of await openai.responses.create(request))
      if (event.type === "response.output_text.delta" || event.type === "response.function_call_arguments.delta")
        texts[event.type] = (texts[event.type] ?? "") + event.delta;
    assert.equal(texts["response.output_text.delta"], TEXT);
    assert.deepEqual(JSON.parse(texts["response.function_call_arguments.delta"]), ARGS);
  });

  it("masks and restores Messages, whole and streamed", async () => {
    const [results, bodies] = await provided(async () => [
      await anthropic.messages.create(messageOf("echo", TOLD)),
      await anthropic.messages.stream(messageOf("echo", TOLD)).finalMessage(),
    ]);
    results.forEach(assertMessage);
    assertMasked(bodies, 2);
  });

  it("refuses prompts before the provider, in each client without an error", async () => {
    const [, bodies] = await provided(async () => {
      for (const chat of [
        await openai.chat.completions.create(chatOf("echo", PROMPT)),
        await openai.chat.completions.stream(chatOf("echo", PROMPT)).finalChatCompletion(),
      ]) {
        const [{ message, finish_reason }] = chat.choices;
        assert.deepEqual([message.role, finish_reason, message.tool_calls], ["assistant", "stop", undefined]);
        assertRefused(message.content);
      }
      for (const response of [
        await openai.responses.create(responseOf("echo", PROMPT)),
        await openai.responses.stream(responseOf("echo", PROMPT)).finalResponse(),
      ]) {
        assert.deepEqual([response.status, response.output.length], ["completed", 1]);
        assertRefused(response.output_text);
      }
      for (const { content, stop_reason } of [
        await anthropic.messages.create(messageOf("echo", PROMPT)),
        await anthropic.messages.stream(messageOf("echo", PROMPT)).finalMessage(),
      ]) {
        assert.deepEqual([stop_reason, content.length], ["end_turn", 1]);
        assertRefused(content[0].type === "text" ? content[0].text : "");
      }
    });
    assert.deepEqual(bodies, []);
  });

  it("refuses whole responses, in each client without an error", async () => {
    const chat = await openai.chat.completions.create(chatOf("violent", "hi"));
    assertRefused(chat.choices[0].message.content);
    assertRefused((await openai.responses.create(responseOf("violent", "hi"))).output_text);
    const { content } = await anthropic.messages.create(messageOf("violent", "hi"));
    assertRefused(content[0].type === "text" ? content[0].text : "");
  });

  it("refuses streams in their middle, with the end that the API has", async () => {
    const chat = await openai.chat.completions.stream(chatOf("violent", "hi")).finalChatCompletion();
    assert.equal(chat.choices[0].finish_reason, "stop");
    assertCut(chat.choices[0].message.content);

    const message = await anthropic.messages.stream(messageOf("violent", "hi")).finalMessage();
    assert.equal(message.stop_reason, "end_turn");
    assertCut(message.content.map((block) => (block.type === "text" ? block.text : "")).join(""));

    let text = "";
    const stream = openai.responses.stream(responseOf("violent", "hi"));
    stream.on("response.output_text.delta", ({ delta }) => void (text += delta));
    assertIncomplete(await stream.finalResponse(), text);
  });

  it("ends refused streams of chat completions with [DONE]", async () => {
    for (const [model, text] of [
      ["violent", "hi"],
      ["echo", PROMPT],
    ]) {
      const body = JSON.stringify({ ...chatOf(model, text), stream: true });
      const headers = { "content-type": "application/json" };
      const response = await fetch(`${baseUrl()}/v1/chat/completions`, { method: "POST", headers, body });
      assert.match(await response.text(), /"finish_reason":"stop"\}\]\}\n\ndata: \[DONE\]\n\n$/);
    }
  });

  it("serves the client for Python", async () => {
    const chats = (api: string, model: string, text: string) => ({ api, arguments: chatOf(model, text) });
    const responses = (api: string, model: string, text: string, stream = false) => ({
      api,
      arguments: { ...responseOf(model, text), stream },
    });
    const calls = [
      ...[chats("chat", "echo", TOLD), chats("chat.stream", "echo", TOLD)],
      ...[responses("responses", "echo", TOLD), responses("responses.events", "echo", TOLD, true)],
      ...[chats("chat", "echo", PROMPT), chats("chat.stream", "echo", PROMPT)],
      ...[responses("responses", "echo", PROMPT), responses("responses.events", "echo", PROMPT, true)],
      ...[chats("chat.stream", "violent", "hi"), responses("responses.events", "violent", "hi", true)],
    ];
    const task = { baseUrl: `${baseUrl()}/v1`, key: "k", calls };
    const [results, bodies] = await provided(() => runPython<{ value: unknown }[]>("openai_calls.py", task));
    const values = results.map(({ value }) => value);
    assertMasked(bodies.slice(0, 4), 4);
    assert.equal(bodies.length, 6);
    type Events = OpenAI.Responses.ResponseStreamEvent[];
    const completed = (value: unknown): OpenAI.Responses.Response => {
      const last = (value as Events).at(-1);
      assert.ok(last?.type === "response.completed");
      return last.response;
    };
    for (const chat of values.slice(0, 2)) assertChat(chat as OpenAI.ChatCompletion);
    for (const response of [values[2], completed(values[3])]) assertResponse(response as OpenAI.Responses.Response);
    for (const chat of values.slice(4, 6) as OpenAI.ChatCompletion[]) assertRefused(chat.choices[0].message.content);
    for (const { output } of [values[6] as OpenAI.Responses.Response, completed(values[7])]) {
      assert.ok(output[0].type === "message" && output[0].content[0].type === "output_text");
      assertRefused(output[0].content[0].text);
    }
    const { choices } = values[8] as OpenAI.ChatCompletion;
    assert.deepEqual([choices[0].message.role, choices[0].finish_reason], ["assistant", "stop"]);
    assertCut(choices[0].message.content);
    const events = values[9] as Events;
    const last = events.at(-1);
    assert.ok(last?.type === "response.incomplete");
    const deltas = events.map((event) => (event.type === "response.output_text.delta" ? event.delta : ""));
    assertIncomplete(last.response, deltas.join(""));
  });

  it("has told the checker no secret", () => {
    const told = checker.requests.map(({ body }) => body.toString()).join("\n");
    assert.ok(told.includes(MASKED));
    for (const secret of SECRETS) assert.ok(!told.includes(secret), secret);
  });
});
