// SPDX-License-Identifier: Apache-2.0
// ai-search in Envoy with two workers, and engines that are slow, silent, huge or down: what no case can show.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse, type SendOptions } from "../harness/http-client.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import type { HeaderPair, ProviderReply } from "../providers/types.ts";

const REDIRECT = { redirect_response_codes: [307], max_internal_redirects: 1 };
const AGAIN = "http://gateway.example/v1/chat/completions";
const REFERENCES = "**References:**\n[1] [Gold](https://a.example/gold)\n\n";
/** A configuration whose calls have this much time. */
const configurationWith = (timeoutMillisecond: number): string => {
  const searchFrom = ["engine", "down"].map((cluster) => ({ type: "searxng", cluster, timeoutMillisecond }));
  return JSON.stringify({ needReference: true, searchFrom });
};

const json = (value: unknown): ProviderReply => ({
  status: 200,
  headers: [["content-type", "application/json"]],
  chunks: [Buffer.from(JSON.stringify(value))],
});
const found = (more: object = {}): ProviderReply =>
  json({ results: [{ title: "Gold", url: "https://a.example/gold", content: "Gold costs 4,000." }], ...more });

describe("ai-search and its engines", () => {
  let envoy: EnvoyProcess;
  let engine: RunningServer;
  let provider: RunningServer;
  let redirects = 0;

  before(async () => {
    engine = await serve(async ({ path }) => {
      if (path.includes("slow")) await sleep(200);
      if (path.includes("silent")) return { status: 200, headers: [], chunks: [], end: "silent" };
      if (path.includes("endless")) return { ...found(), chunks: [Buffer.from("{")], end: "hang" };
      if (path.includes("cut")) return { ...found(), end: "cut" };
      if (path.includes("huge")) return found({ x: "x".repeat(6 << 20) });
      return found();
    });
    provider = await serve(({ body }) => {
      if (redirects-- > 0) return { status: 307, headers: [["location", AGAIN]], chunks: [] };
      const { messages, stream } = JSON.parse(body.toString()) as { messages: { content: string }[]; stream?: boolean };
      const seen = messages[0].content.split("Gold costs 4,000.").length - 1;
      const content = `${seen} pages`;
      if (!stream)
        return json({ choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }] });
      const chunk = (delta: object, finish_reason: string | null): string =>
        `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
      const events = [
        chunk({ role: "assistant", content: "" }, null),
        chunk({ content }, null),
        chunk({}, "stop"),
        "data: [DONE]\n\n",
      ];
      return {
        status: 200,
        headers: [["content-type", "text/event-stream"]],
        chunks: events.map((each) => Buffer.from(each)),
      };
    });
    const clusters = [
      clusterFor({ name: "provider", port: provider.port }),
      clusterFor({ name: "engine", port: engine.port }),
      clusterFor({ name: "down", port: 1 }),
    ];
    const action = { internal_redirect_policy: REDIRECT };
    const metadata = { "ai-search": { config: configurationWith(500) } };
    const routes = [
      routeFor({ name: "quick", match: { prefix: "/quick/" }, cluster: "provider", metadata }),
      routeFor({ name: "all", cluster: "provider", action }),
    ];
    const configuration = configurationWith(60_000);
    const filter = wasmFilter({ plugin: "ai-search", wasm: "build/ai-search.wasm", configuration });
    const listener = listenerFor({ name: "gateway", routes, downstream: [filter] });
    envoy = await startEnvoy(bootstrapFor([listener], clusters), { concurrency: 2 });
  });
  after(async () => {
    await envoy?.stop();
    await engine?.close();
    await provider?.close();
  });

  const ask = (content: string, more: object = {}, options: SendOptions = {}, route = ""): Promise<ClientResponse> => {
    const body = Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user", content }], ...more }));
    const headers: HeaderPair[] = [
      ["content-type", "application/json"],
      ["content-length", String(body.length)],
    ];
    const request = {
      method: "POST",
      path: `${route}/v1/chat/completions`,
      authority: "gateway.example",
      headers,
      chunks: [body],
    };
    return send(envoy.listenerPorts.gateway, request, options);
  };
  const textOf = ({ body }: ClientResponse): string => JSON.parse(body.toString()).choices[0].message.content as string;
  const streamedText = ({ body }: ClientResponse): string =>
    body
      .toString()
      .split("\n")
      .filter((line) => line.startsWith("data: {"))
      .map((line) => (JSON.parse(line.slice(6)).choices[0].delta.content ?? "") as string)
      .join("");

  it("serves many requests at once, streamed and not, although one engine is down", async () => {
    const all = Array.from({ length: 200 }, (_, n) => ask(`gold slow ${n}`, n % 2 ? { stream: true } : {}));
    for (const [n, response] of (await Promise.all(all)).entries())
      assert.equal(n % 2 ? streamedText(response) : textOf(response), `${REFERENCES}1 pages`);
  });

  for (const content of ["silent", "endless", "cut", "huge"]) {
    it(`goes on without results if the engine is ${content}`, async () => {
      const response = await ask(content, {}, {}, "/quick");
      assert.equal(response.status, 200, response.body.toString());
      assert.equal(textOf(response), "0 pages");
    });
  }

  it("survives clients that leave while the engine searches", async () => {
    const left = await Promise.all(Array.from({ length: 50 }, () => ask("slow", {}, { timeoutMs: 50 })));
    assert.ok(left.every(({ status }) => status === 0));
    await sleep(400);
    assert.equal(textOf(await ask("gold")), `${REFERENCES}1 pages`);
  });

  it("searches once for a request that is redirected within Envoy, and names the sources in its response", async () => {
    engine.requests.length = 0;
    redirects = 1;
    assert.equal(textOf(await ask("gold")), `${REFERENCES}1 pages`);
    assert.equal(engine.requests.length, 1);
  });

  it("counts what was searched for, and what has failed", async () => {
    const counters = Object.entries(await envoy.stats("ai_search"));
    const sumOf = (part: string): number =>
      counters.reduce((sum, [name, count]) => (name.includes(part) ? sum + Number(count) : sum), 0);
    assert.ok(sumOf("served") >= 200 && sumOf("=failed") >= 4, JSON.stringify(counters));
    assert.match(envoy.logs().join("\n"), /the engine searxng has failed/);
  });
});
