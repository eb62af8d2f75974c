// SPDX-License-Identifier: Apache-2.0
// An incomplete or wrong response to a translated request gives the correct error class in the SDK.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import OpenAI from "openai";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { type EnvoyProcess, startEnvoy } from "../harness/envoy-process.ts";
import { type RunningServer, serve } from "../providers/server.ts";
import type { ProviderReply } from "../providers/types.ts";
import { hello } from "./openai-suite.ts";
import { runPython } from "./python.ts";

const whole = { output: { choices: [{ finish_reason: "stop", message: { content: "Hi" } }] }, request_id: "r" };
const json = (status: number, body: object | string): ProviderReply => ({
  status,
  headers: [["content-type", "application/json"]],
  chunks: [Buffer.from(typeof body === "string" ? body : JSON.stringify(body))],
});
const events = (...lines: string[]): ProviderReply => ({
  status: 200,
  headers: [["content-type", "text/event-stream"]],
  chunks: lines.map((line) => Buffer.from(`${line}\n\n`)),
});
const refusal = (status: number): string =>
  `id:1\nevent:error\n:HTTP_STATUS/${status}\ndata:{"code":"Refused","message":"not now"}`;

/** The provider's response, by the requested model. */
const REPLIES: Record<string, ProviderReply> = {
  "qwen-empty": { status: 200, headers: [["content-length", "0"]], chunks: [] },
  "qwen-no-content": { status: 204, headers: [], chunks: [] },
  "qwen-json": json(200, whole),
  "qwen-events": events(`data:${JSON.stringify(whole)}`),
  "qwen-400": events(refusal(400)),
  "qwen-401": events(refusal(401)),
  "qwen-429": events(":keep-alive", refusal(429)),
  "qwen-500": events(refusal(500)),
  "qwen-mute": {
    status: 429,
    headers: [
      ["retry-after-ms", "7"],
      ["x-request-id", "req-1"],
    ],
    chunks: [],
  },
};

for (const position of ["downstream", "upstream"] as const) {
  describe(`gateway to DashScope's own protocol, ${position}`, () => {
    let upstream: RunningServer;
    let envoy: EnvoyProcess;
    let client: OpenAI;

    before(async () => {
      upstream = await serve(({ body }) => REPLIES[(JSON.parse(body.toString()) as { model: string }).model]);
      const provider = { type: "qwen", apiToken: "sk-provider-for-tests", qwenEnableCompatible: false };
      const configuration = JSON.stringify({ provider });
      const plugin = wasmFilter({ plugin: "ai-proxy", wasm: "build/ai-proxy.wasm", configuration });
      const routes = [routeFor({ name: "r", cluster: "upstream" })];
      const listener = listenerFor({ name: "gateway", routes, [position]: [plugin] });
      envoy = await startEnvoy(bootstrapFor([listener], [clusterFor({ name: "upstream", port: upstream.port })]));
      const baseURL = `http://127.0.0.1:${envoy.listenerPorts.gateway}/v1`;
      client = new OpenAI({ baseURL, apiKey: "sk-client-for-tests", maxRetries: 0 });
    });
    after(async () => {
      await envoy?.stop();
      await upstream?.close();
    });

    const ask = (model: string): Promise<unknown> => client.chat.completions.create({ model, messages: hello });
    const stream = async (model: string): Promise<string> => {
      let text = "";
      const chunks = await client.chat.completions.create({ model, messages: hello, stream: true });
      for await (const chunk of chunks) text += chunk.choices[0]?.delta.content ?? "";
      return text;
    };

    for (const model of ["qwen-empty", "qwen-no-content"]) {
      it(`fails without a body: ${model}`, async () => {
        await assert.rejects(ask(model), OpenAI.InternalServerError);
        await assert.rejects(stream(model), OpenAI.InternalServerError);
      });
    }

    it("streams a whole response, and refuses a stream that was not requested", async () => {
      assert.equal(await stream("qwen-json"), "Hi");
      assert.equal(await stream("qwen-events"), "Hi");
      await assert.rejects(ask("qwen-events"), OpenAI.InternalServerError);
    });

    const classes = {
      400: OpenAI.BadRequestError,
      401: OpenAI.AuthenticationError,
      429: OpenAI.RateLimitError,
      500: OpenAI.InternalServerError,
    };
    for (const [status, type] of Object.entries(classes)) {
      it(`raises the error that a stream begins with: ${status}`, async () => {
        await assert.rejects(stream(`qwen-${status}`), (error: InstanceType<typeof OpenAI.APIError>) => {
          assert.ok(error instanceof type, String(error));
          assert.equal(error.code, "Refused");
          assert.match(error.message, /not now/);
          return true;
        });
      });
    }

    it("raises the same classes in Python", async () => {
      const call = (api: string, model: string) => ({ api, arguments: { model, messages: hello } });
      const calls = [
        call("chat", "qwen-empty"),
        call("chat.stream", "qwen-empty"),
        call("chat", "qwen-events"),
        call("chat.stream", "qwen-429"),
        call("chat.stream", "qwen-json"),
      ];
      const task = { baseUrl: client.baseURL, key: "sk-client-for-tests", calls };
      const results = await runPython<{ error?: string; value?: unknown }[]>("openai_calls.py", task);
      const bad = "InternalServerError";
      assert.deepEqual(
        results.map(({ error }) => error),
        [bad, bad, bad, "RateLimitError", undefined],
      );
    });

    it("keeps the headers of an error without a body", async () => {
      await assert.rejects(ask("qwen-mute"), (error: InstanceType<typeof OpenAI.APIError>) => {
        assert.ok(error instanceof OpenAI.RateLimitError, String(error));
        assert.equal(error.headers?.get("retry-after-ms"), "7");
        assert.equal(error.requestID, "req-1");
        return true;
      });
    });
  });
}
