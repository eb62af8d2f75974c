// SPDX-License-Identifier: Apache-2.0
// A request that falls back from one provider to another of another protocol: the second one gets the client's request in its own
// dialect, and nothing of the first one's.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { FallbackGateway, type SetMember } from "../harness/fallback-gateway.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { needs137 } from "../harness/oldest.ts";
import { dialects } from "../providers/index.ts";
import type { HeaderPair, ProviderReply, ProviderRequest } from "../providers/types.ts";

const providers = [
  { id: "none", type: "openai", apiToken: "sk-test-none" },
  { id: "native", type: "qwen", apiToken: "sk-test-native", qwenEnableCompatible: false },
  { id: "openai", type: "openai", apiToken: "sk-test-openai" },
  { id: "deepseek", type: "deepseek", apiToken: "sk-test-deepseek" },
  {
    ...{ id: "azure", type: "azure", apiToken: "test-azure-key" },
    azureServiceUrl: "https://res.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21",
  },
  { id: "plain", type: "vllm", vllmServerHost: "vllm.internal" },
  { id: "original", type: "openai", apiToken: "sk-test-original", protocol: "original" },
];

const failed = (body: string): ProviderReply => ({
  status: 503,
  headers: [
    ["content-type", "application/json"],
    ["x-ai-model", "forged"],
    ["location", "http://127.0.0.1/elsewhere"],
    ["x-request-id", "of-the-first"],
  ],
  chunks: [Buffer.from(body)],
});
const member = (
  model: string,
  provider: string,
  reply: SetMember["reply"],
  targets: { name: string; model?: string }[] = [],
  more: Record<string, object> = {},
): SetMember => ({
  model,
  reply,
  configs: {
    "ai-proxy": { activeProviderId: provider },
    ...(targets.length ? { fallback: { targets, cooldown: "0s" } } : {}),
    ...more,
  },
});
const to = (name: string): { name: string; model: string }[] => [{ name, model: name }];
const busy = (): ProviderReply =>
  failed('{"error":{"message":"Busy.","type":"server_error"},"code":"Busy","message":"b"}');
const dashscope = (request: ProviderRequest): ProviderReply => dialects.dashscope.handle(request);
const whole = (request: ProviderRequest): ProviderReply => ({
  status: 200,
  headers: [["content-type", "application/json"]],
  chunks: [Buffer.from(JSON.stringify({ choices: [], received: request.body.toString("latin1") }))],
});
/** A stream that tells its usage before it fails. */
const usedUp = (): ProviderReply => ({
  status: 200,
  headers: [["content-type", "text/event-stream"]],
  chunks: [
    'data:{"output":{"choices":[]},"usage":{"input_tokens":77,"output_tokens":7,"total_tokens":84}}\n\n',
    'event:error\n:HTTP_STATUS/500\ndata:{"code":"InternalError","message":"oops"}\n\n',
  ].map((text) => Buffer.from(text)),
});

const members = [
  member("native-first", "native", busy, to("gpt-4o"), {
    "model-mapper": { modelMapping: { "native-first": "a-much-longer-name-than-the-clients" } },
  }),
  member("gpt-4o", "openai", (request) => dialects.openai.handle(request)),
  member("openai-first", "openai", busy, to("qwen-plus")),
  member("qwen-plus", "native", dashscope),
  member("plain-first", "native", busy, to("plain-second")),
  member("plain-second", "plain", whole),
  member("to-deepseek", "native", busy, to("deepseek-chat")),
  member("deepseek-chat", "deepseek", (request) => dialects.deepseek.handle(request)),
  member("to-azure", "native", busy, to("azure-second")),
  member("azure-second", "azure", (request) => dialects.azure.handle(request)),
  member("azure-first", "azure", busy, to("gpt-4o")),
  member("to-original", "native", busy, to("original-second")),
  member("original-second", "original", whole),
  member("upload-first", "openai", busy, to("upload-second")),
  member("upload-second", "plain", whole),
  member("used-up", "native", usedUp, to("plain-second")),
  member("three", "native", busy, [
    { name: "qwen-busy", model: "qwen-busy" },
    { name: "gpt-4o", model: "gpt-4o" },
  ]),
  member("qwen-busy", "openai", busy, [], { "model-mapper": { modelMapping: { "*": "mapped-again" } } }),
];

const header = ({ headers }: { headers: HeaderPair[] }, name: string): string | undefined =>
  headers.find(([key]) => key === name)?.[1];

describe("each attempt of a fallback set", () => {
  let gateway: FallbackGateway;
  before(async () => {
    gateway = await FallbackGateway.start({
      members,
      providers,
      chain: [["model-mapper", { modelMapping: { no: "x" } }]],
    });
  });
  beforeEach(() => gateway.forget());
  after(() => gateway?.close());

  const post = (path: string, type: string, body: Buffer): Promise<ClientResponse> =>
    send(gateway.port, {
      ...{ method: "POST", path, authority: "gateway.example", chunks: [body] },
      headers: [
        ["content-type", type],
        ["content-length", String(body.length)],
        ["authorization", "Bearer of-the-client"],
        ["accept", "application/json"],
      ],
    });
  const chat = (model: string, stream: boolean): Promise<ClientResponse> => {
    const body = { model, stream, messages: [{ role: "user", content: "hello" }] };
    return post(`/v1/chat/completions?trace=${model}`, "application/json", Buffer.from(JSON.stringify(body)));
  };
  const received = (model: string): ProviderRequest => {
    const { requests } = gateway.mocks[model];
    assert.equal(requests.length, 1, `${model} received ${requests.length} requests`);
    return requests[0];
  };
  const assertServed = (response: ClientResponse, provider: string, from: string): void => {
    assert.equal(response.status, 200, response.body.toString());
    assert.equal(response.end, "clean");
    const own = response.headers.filter(([name]) => name.startsWith("x-ai-provider"));
    assert.deepEqual(own, [["x-ai-provider", provider]]);
    assert.equal(header(response, "x-higress-fallback-from"), from);
    assert.notEqual(header(response, "x-ai-model"), "forged");
    assert.notEqual(header(response, "x-request-id"), "of-the-first");
    assert.equal(header(response, "location"), undefined);
  };
  const assertSent = (request: ProviderRequest, wanted: { path: string; authority: string; key?: string }): void => {
    assert.equal(request.path, wanted.path);
    assert.equal(request.authority, wanted.authority);
    assert.equal(header(request, "authorization"), wanted.key);
    assert.equal(header(request, "content-length"), String(request.body.length));
    assert.equal(header(request, "x-dashscope-sse"), undefined);
    assert.equal(header(request, "accept"), "application/json");
  };
  const pathOf = (model: string): string => `/v1/chat/completions?trace=${model}`;
  const fields = (request: ProviderRequest): Record<string, unknown> =>
    JSON.parse(request.body.toString()) as Record<string, unknown>;

  for (const stream of [false, true]) {
    const how = stream ? "streamed" : "whole";

    it(`DashScope's own protocol first, OpenAI's second, ${how}`, async () => {
      const response = await chat("native-first", stream);
      assertServed(response, "openai", "native-first");
      assert.match(received("native-first").path, /text-generation/);
      assert.equal(fields(received("native-first")).model, "a-much-longer-name-than-the-clients");
      const second = received("gpt-4o");
      assertSent(second, { path: pathOf("native-first"), authority: "api.openai.com", key: "Bearer sk-test-openai" });
      const { model, messages, stream: isStream, ...rest } = fields(second);
      assert.deepEqual([model, messages, isStream], ["gpt-4o", [{ role: "user", content: "hello" }], stream]);
      assert.deepEqual(rest, stream ? { stream_options: { include_usage: true } } : {});
    });

    it(`OpenAI's first, DashScope's own protocol second, ${how}`, async () => {
      const response = await chat("openai-first", stream);
      assertServed(response, "native", "openai-first");
      const second = received("qwen-plus");
      assert.equal(second.path, "/api/v1/services/aigc/text-generation/generation?trace=openai-first");
      assert.equal(second.authority, "dashscope.aliyuncs.com");
      assert.equal(header(second, "authorization"), "Bearer sk-test-native");
      assert.equal(header(second, "x-dashscope-sse"), stream ? "enable" : undefined);
      assert.equal(header(second, "content-length"), String(second.body.length));
      assert.equal(fields(second).model, "qwen-plus");
    });

    it(`DeepSeek second, ${how}`, async () => {
      assertServed(await chat("to-deepseek", stream), "deepseek", "to-deepseek");
      const second = received("deepseek-chat");
      assert.equal(second.authority, "api.deepseek.com");
      assert.equal(header(second, "authorization"), "Bearer sk-test-deepseek");
      assert.equal(fields(second).model, "deepseek-chat");
    });

    it(`Azure second, and Azure first, ${how}`, async () => {
      assertServed(await chat("to-azure", stream), "azure", "to-azure");
      const second = received("azure-second");
      assert.match(second.path, /^\/openai\/deployments\/gpt-4o\/chat\/completions\?/);
      assert.equal(header(second, "api-key"), "test-azure-key");
      assert.equal(header(second, "authorization"), undefined);
      gateway.forget();
      assertServed(await chat("azure-first", stream), "openai", "azure-first");
      const other = received("gpt-4o");
      assertSent(other, { path: pathOf("azure-first"), authority: "api.openai.com", key: "Bearer sk-test-openai" });
      assert.equal(header(other, "api-key"), undefined);
    });
  }

  it("a provider whose request is not edited gets the body that the client sent, with its length", async () => {
    const response = await chat("plain-first", false);
    assertServed(response, "plain", "plain-first");
    const second = received("plain-second");
    assertSent(second, { path: pathOf("plain-first"), authority: "vllm.internal", key: "Bearer of-the-client" });
    const messages = [{ role: "user", content: "hello" }];
    assert.deepEqual(fields(second), { model: "plain-second", stream: false, messages });
  });

  it("protocol: original gets the client's path and body", async () => {
    assert.equal((await chat("to-original", false)).status, 200);
    const second = received("original-second");
    assert.equal(second.path, pathOf("to-original"));
    assert.equal(header(second, "content-length"), String(second.body.length));
    assert.equal(fields(second).model, "original-second");
  });

  for (const isFirst of [true, false])
    it(`an upload whose model comes ${isFirst ? "first" : "last"}`, async () => {
      const part = (name: string, value: string, more = ""): string =>
        `--b\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
      const file = part("file", "\u0001\u00ff".repeat(50_000), '; filename="a.wav"');
      const model = part("model", "upload-first");
      const form = `${isFirst ? model + file : file + model}--b--\r\n`;
      const type = "multipart/form-data; boundary=b";
      const response = await post("/v1/audio/transcriptions", type, Buffer.from(form, "latin1"));
      assertServed(response, "plain", "upload-first");
      assert.equal(received("upload-first").body.toString("latin1"), form);
      const second = received("upload-second");
      assert.equal(second.body.toString("latin1"), form.replace("upload-first", "upload-second"));
      assert.equal(header(second, "content-length"), String(second.body.length));
    });

  it("a client of Azure's, whose path names the model: the target's model takes its place", async () => {
    const path = "/openai/deployments/native-first/chat/completions?api-version=2024-10-21";
    const messages = [{ role: "user", content: "hello" }];
    const response = await post(path, "application/json", Buffer.from(JSON.stringify({ messages })));
    assertServed(response, "openai", "native-first");
    const second = received("gpt-4o");
    assert.equal(second.path, "/v1/chat/completions");
    assert.equal(fields(second).model, "gpt-4o");
  });

  it(
    "the usage of a failed attempt is neither kept nor added to that of the next",
    needs137("a translated error is final in an earlier Envoy"),
    async () => {
      assertServed(await chat("used-up", true), "plain", "used-up");
      const used = await gateway.passes("used-up", 2);
      assert.deepEqual(
        used.map(({ route, details }) => [route, details]),
        [
          ["used-up", "internal_redirect"],
          ["plain-second", "via_upstream"],
        ],
      );
      assert.match(JSON.stringify(used[0].usage), /84/);
      assert.ok(!used[1].usage, JSON.stringify(used[1].usage));
    },
  );

  it("three providers, one after the other", async () => {
    assertServed(await chat("three", true), "openai", "three");
    assert.equal(fields(received("qwen-busy")).model, "mapped-again");
    const last = received("gpt-4o");
    assert.equal(fields(last).model, "gpt-4o");
    assertSent(last, { path: pathOf("three"), authority: "api.openai.com", key: "Bearer sk-test-openai" });
  });
});
