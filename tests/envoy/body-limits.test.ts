import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { gatewayConfig } from "../../tools/gateway/config.ts";
import { startMocks, type Mocks } from "../../tools/gateway/mocks.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send } from "../harness/http-client.ts";

const MEGABYTE = 1024 * 1024;

describe("the limits of envoy/ai-gateway.yaml", () => {
  let envoy: EnvoyProcess;
  let mocks: Mocks;

  before(async () => {
    mocks = await startMocks(new Map(), 0);
    const bootstrap = gatewayConfig({ port: 0, defaultService: "qwen", keys: mocks.keys, mocks: mocks.ports });
    envoy = await startEnvoy(bootstrap as unknown as Record<string, unknown>);
  });
  after(async () => {
    await envoy?.stop();
    await mocks?.close();
  });

  const chat = async (bytes: number, http2: boolean) => {
    const messages = [{ role: "user", content: "x".repeat(bytes) }];
    const body = Buffer.from(JSON.stringify({ model: "gpt-4-turbo", messages }));
    const headers: [string, string][] = [
      ["content-type", "application/json"],
      ["content-length", String(body.length)],
    ];
    const request = { method: "POST", path: "/v1/chat/completions", authority: "gateway", headers, chunks: [body] };
    return send(envoy.listenerPorts.gateway, request, { http2 });
  };

  for (const http2 of [false, true]) {
    const protocol = http2 ? "HTTP/2" : "HTTP/1.1";
    it(`serve 12 MB over ${protocol}`, async () => {
      const { status, body } = await chat(12 * MEGABYTE, http2);
      assert.equal(status, 200, body.toString());
    });
    it(`refuse 20 MB over ${protocol}`, async () => {
      const { status, body } = await chat(20 * MEGABYTE, http2);
      assert.equal(status, 413);
      const { code, message } = (JSON.parse(body.toString()) as { error: Record<string, unknown> }).error;
      assert.deepEqual([code, message], ["request_payload_too_large", "Payload Too Large"]);
    });
  }
});
