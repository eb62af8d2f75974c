// SPDX-License-Identifier: Apache-2.0
// examples/route-by-model: with one base URL the official client reaches the provider of its model.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import OpenAI, { toFile } from "openai";
import { parse } from "yaml";
import type { Bootstrap } from "../../tools/gateway/bootstrap.ts";
import { leadToLoopback } from "../../tools/gateway/config.ts";
import { wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { dialects } from "../providers/index.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import { headerOf } from "../providers/wire.ts";

const MESSAGES = [{ role: "user" as const, content: "Hello!" }];
const DIALECTS: Record<string, string> = {
  "dashscope.aliyuncs.com": "dashscope",
  "api.deepseek.com": "deepseek",
  "api.openai.com": "openai",
};
const KEYS: Record<string, string> = {
  "dashscope.aliyuncs.com": "Bearer YOUR_DASHSCOPE_API_KEY",
  "api.deepseek.com": "Bearer YOUR_DEEPSEEK_API_KEY",
  "api.openai.com": "Bearer YOUR_OPENAI_API_KEY",
};

for (const file of ["envoy.yaml", "model-router.yaml"]) test(file);

function test(name: string): void {
  describe(`examples/route-by-model/${name}`, () => {
    let envoy: EnvoyProcess;
    let guarded: EnvoyProcess;
    let provider: RunningServer;

    before(async () => {
      provider = await serve((request) => dialects[DIALECTS[request.authority]].handle(request));
      const start = (first: object[]): Promise<EnvoyProcess> => {
        const file = new URL(`../../examples/route-by-model/${name}`, import.meta.url);
        const bootstrap = parse(readFileSync(file, "utf8")) as Bootstrap;
        for (const cluster of bootstrap.static_resources.clusters) leadToLoopback(cluster, provider.port);
        const manager = bootstrap.static_resources.listeners[0].filter_chains[0].filters[0].typed_config;
        (manager.http_filters as object[]).unshift(...first);
        return startEnvoy(bootstrap as unknown as Record<string, unknown>);
      };
      envoy = await start([]);
      const keys = {
        keys: ["authorization"],
        strip_bearer: true,
        consumers: [{ name: "one", credential: "key-of-one" }],
      };
      const configuration = JSON.stringify({ ...keys, error_format: "openai" });
      guarded = await start([wasmFilter({ plugin: "key-auth", wasm: "build/key-auth.wasm", configuration })]);
    });
    after(async () => {
      await envoy?.stop();
      await guarded?.stop();
      await provider?.close();
    });

    const clientOf = (to: EnvoyProcess, apiKey: string): OpenAI =>
      new OpenAI({ baseURL: `http://127.0.0.1:${to.listenerPorts.gateway}/v1`, apiKey, maxRetries: 0 });
    const served = (): [string, string | undefined] => {
      const request = provider.requests.at(-1)!;
      return [request.authority, headerOf(request, "authorization")];
    };
    const due = (authority: string): [string, string] => [authority, KEYS[authority]];

    const models: [model: string, authority: string][] = [
      ["qwen-max", "dashscope.aliyuncs.com"],
      ["deepseek-chat", "api.deepseek.com"],
      ["gpt-4o", "api.openai.com"],
    ];
    for (const [model, authority] of models) {
      it(`routes a chat with ${model} to ${authority}, streamed and not`, async () => {
        const client = clientOf(envoy, "unused");
        const whole = await client.chat.completions.create({ model, messages: MESSAGES });
        assert.deepEqual(served(), due(authority));
        let text = "";
        for await (const chunk of await client.chat.completions.create({ model, messages: MESSAGES, stream: true })) {
          text += chunk.choices[0]?.delta.content ?? "";
        }
        assert.deepEqual(served(), due(authority));
        assert.equal(text, whole.choices[0].message.content);
      });

      it(`routes it there behind key-auth, too`, async () => {
        await clientOf(guarded, "key-of-one").chat.completions.create({ model, messages: MESSAGES });
        assert.deepEqual(served(), due(authority));
      });
    }

    it("refuses an unknown key in the form that the SDK expects", async () => {
      const asked = provider.requests.length;
      await assert.rejects(clientOf(guarded, "sk-wrong").models.list(), (error) => {
        assert.ok(error instanceof OpenAI.AuthenticationError);
        assert.deepEqual(
          [error.status, error.code, error.message],
          [401, "invalid_api_key", "401 Unauthorized consumer."],
        );
        return true;
      });
      assert.equal(provider.requests.length, asked);
    });

    it("routes other APIs by their model, and requests without a model to OpenAI", async () => {
      const client = clientOf(envoy, "unused");
      await client.embeddings.create({ model: "qwen-text-embedding", input: "x" }).catch(() => {});
      assert.deepEqual(served(), due("dashscope.aliyuncs.com"));
      await client.models.list();
      assert.deepEqual(served(), due("api.openai.com"));
      // More than Envoy buffers: a body that is not JSON is not buffered.
      const large = await toFile(Buffer.alloc(20 * 1024 * 1024), "large.jsonl");
      await client.files.create({ file: large, purpose: "batch" });
      assert.deepEqual(served(), due("api.openai.com"));
    });

    const post = (body: string, type = "application/json"): Promise<Response> =>
      fetch(`http://127.0.0.1:${envoy.listenerPorts.gateway}/v1/chat/completions`, {
        ...{ method: "POST", headers: { "content-type": type }, body },
      });
    const chat = (names: string): string => `{${names},"messages":${JSON.stringify(MESSAGES)}}`;

    for (const type of ["application/json; charset=utf-8", "Application/JSON"]) {
      it(`reads the model of a body that is ${type}`, async () => {
        await post(chat('"model":"qwen-max"'), type);
        assert.deepEqual(served(), due("dashscope.aliyuncs.com"));
      });
    }

    it("reads a model whose name is escaped, as ai-proxy does", async () => {
      await post(chat('"mod\\u0065l":"qwen-ma\\u0078"'));
      assert.deepEqual(served(), due("dashscope.aliyuncs.com"));
    });

    const refused: [name: string, body: string, status: number][] = [
      ["two models", chat('"model":"qwen-max","model":"gpt-4o"'), 400],
      ["two models, the other way round", chat('"model":"gpt-4o","model":"qwen-max"'), 400],
      ["two models of which one is escaped", chat('"model":"gpt-4o","mod\\u0065l":"qwen-max"'), 400],
      ["a model that is a number", chat('"model":5'), 400],
      ["no JSON", "{", 400],
      ["more than 16 MiB", chat(`"model":"qwen-max","x":"${"x".repeat(17 * 1024 * 1024)}"`), 413],
    ];
    for (const [name, body, status] of refused) {
      it(`refuses a body with ${name}, and calls no provider`, async () => {
        const asked = provider.requests.length;
        assert.equal((await post(body)).status, status);
        assert.equal(provider.requests.length, asked);
      });
    }
  });
}
