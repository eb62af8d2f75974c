// SPDX-License-Identifier: Apache-2.0
// ai-security-guard in Envoy, with a service that is slow, down or wrong: what no case can show.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse, type SendOptions } from "../harness/http-client.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import type { HeaderPair, ProviderReply } from "../providers/types.ts";

const TEXT = "planted-text-of-the-prompt";
const KEYS = { accessKey: "planted-access-key", secretKey: "planted-secret-key", serviceHost: "a.example" };
const REDIRECT = { redirect_response_codes: [307], max_internal_redirects: 1 };

const json = (value: unknown): ProviderReply => ({
  status: 200,
  headers: [["content-type", "application/json"]],
  chunks: [Buffer.from(JSON.stringify(value))],
});
/** A path of the route whose request is redirected. */
const AGAIN = "http://gateway.example/once/again/v1/chat/completions";
const verdict = (level: string): ProviderReply =>
  json({ Code: 200, Data: { RiskLevel: level, Result: [{ Label: "a", RiskWords: TEXT }] } });

describe("ai-security-guard and its service", () => {
  let envoy: EnvoyProcess;
  let service: RunningServer;
  let provider: RunningServer;
  let redirects = 0;

  before(async () => {
    service = await serve(async ({ body }) => {
      const text = decodeURIComponent(body.toString());
      if (text.includes("slow")) await sleep(1000);
      if (text.includes("silent")) return { status: 200, headers: [], chunks: [], end: "silent" };
      if (text.includes("cut")) return { ...verdict("none"), end: "cut" };
      if (text.includes("huge")) return json({ Code: 200, Data: { RiskLevel: "none" }, x: "x".repeat(2 << 20) });
      return verdict(text.includes("bad") ? "high" : "none");
    });
    provider = await serve(({ body }) => {
      if (redirects-- > 0) return { status: 307, headers: [["location", AGAIN]], chunks: [] };
      const { messages } = JSON.parse(body.toString()) as { messages: { content: string }[] };
      return json({ choices: [{ message: { role: "assistant", content: `you said ${messages[0].content}` } }] });
    });
    const clusters = [
      clusterFor({ name: "provider", port: provider.port }),
      clusterFor({ name: "safety", port: service.port }),
      clusterFor({ name: "down", port: 1 }),
    ];
    const on = (name: string, more: object): ReturnType<typeof routeFor> =>
      routeFor({
        name,
        match: { prefix: `/${name}/` },
        cluster: "provider",
        metadata: { "ai-security-guard": { config: JSON.stringify({ ...KEYS, cluster: "safety", ...more }) } },
        action: { internal_redirect_policy: REDIRECT },
      });
    const both = { checkRequest: true, checkResponse: true, timeout: 500 };
    const routes = [
      on("pass", { ...both, timeout: 5000 }),
      on("open", { ...both, on_error: "pass" }),
      on("closed", { ...both, on_error: "block" }),
      on("down", { ...both, cluster: "down", on_error: "block" }),
      on("once", { checkRequest: true }),
    ];
    const configuration = JSON.stringify({ ...KEYS, cluster: "safety", ...both });
    const filter = wasmFilter({ plugin: "ai-security-guard", wasm: "build/ai-security-guard.wasm", configuration });
    envoy = await startEnvoy(
      bootstrapFor(
        [
          listenerFor({
            name: "gateway",
            routes: [...routes, routeFor({ name: "rest", cluster: "provider" })],
            downstream: [filter],
          }),
        ],
        clusters,
      ),
    );
  });
  after(async () => {
    await envoy?.stop();
    await service?.close();
    await provider?.close();
  });

  const ask = (route: string, content: string, options: SendOptions = {}): Promise<ClientResponse> => {
    const body = Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user", content }] }));
    const headers: HeaderPair[] = [
      ["content-type", "application/json"],
      ["content-length", String(body.length)],
    ];
    const path = `/${route}/v1/chat/completions`;
    return send(
      envoy.listenerPorts.gateway,
      { method: "POST", path, authority: "gateway.example", headers, chunks: [body] },
      options,
    );
  };
  const counter = async (name: string): Promise<number> => (await envoy.stats(name))[`wasmcustom.${name}`] ?? 0;

  it("refuses requests and responses, and counts them", async () => {
    assert.match((await ask("pass", "good")).body.toString(), /you said good/);
    assert.equal(await counter("ai_sec_request_deny"), 0);
    assert.match((await ask("pass", `bad ${TEXT}`)).body.toString(), /from-security-guard/);
    assert.equal(await counter("ai_sec_request_deny"), 1);
  });

  for (const content of ["silent", "cut", "huge"]) {
    it(`goes on without a verdict, or refuses, if the service is ${content}`, async () => {
      const open = await ask("open", content);
      assert.equal(open.status, 200, open.body.toString());
      assert.match(open.body.toString(), /you said/);
      const closed = await ask("closed", content);
      assert.equal(closed.status, 503, closed.body.toString());
    });
  }

  it("refuses if there is no service", async () => {
    assert.equal((await ask("down", "good")).status, 503);
    assert.equal((await ask("pass", "good")).status, 200);
  });

  it("survives clients that leave while a text is checked", async () => {
    // Envoy closes none of their connections itself.
    const closed = async (): Promise<number> =>
      (await envoy.stats("cx_destroy_local"))["http.gateway.downstream_cx_destroy_local"] ?? 0;
    const before = await closed();
    const left = await Promise.all(Array.from({ length: 50 }, () => ask("pass", "slow", { timeoutMs: 200 })));
    assert.ok(left.every(({ status, end }) => status === 0 && end !== "clean"));
    await sleep(1200);
    assert.equal(await closed(), before);
    assert.match((await ask("pass", "good")).body.toString(), /you said good/);
  });

  it("checks a request once, however often it is redirected within Envoy", async () => {
    service.requests.length = 0;
    redirects = 1;
    // The redirect leads to the same configuration: another one would check the request again.
    assert.equal((await ask("once", "good")).status, 200);
    const services = service.requests.map(({ path }) => new URLSearchParams(path.slice(2)).get("Service"));
    assert.deepEqual(services, ["llm_query_moderation"]);
  });

  it("holds a request and a response of 100 KB while its pieces are checked", async () => {
    const response = await ask("pass", "x".repeat(100_000));
    assert.equal(response.status, 200);
    assert.ok(response.body.length > 100_000);
  });

  it("logs no text and no key", () => {
    const lines = envoy.logs().join("\n");
    assert.match(lines, /has no verdict/);
    for (const secret of [TEXT, KEYS.accessKey, KEYS.secretKey]) assert.ok(!lines.includes(secret));
  });
});
