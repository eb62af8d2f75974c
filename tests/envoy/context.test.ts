// SPDX-License-Identifier: Apache-2.0
// The text of `context`: the plugin fetches it through a cluster, and adds it to every chat.
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send } from "../harness/http-client.ts";
import { dialects } from "../providers/index.ts";
import { type RunningServer, serve } from "../providers/server.ts";
import type { ProviderReply, ProviderRequest } from "../providers/types.ts";
import type { JsonObject } from "../providers/wire.ts";

const wasm = "build/ai-proxy.wasm";
const chat = {
  model: "m",
  messages: [
    { role: "system", content: "S" },
    { role: "user", content: "hi" },
  ],
};
const text = 'Say "你好" 👋\n';
const wanted = [
  { role: "system", content: "S" },
  { role: "system", content: text },
  { role: "user", content: "hi" },
];

interface Setup {
  provider: JsonObject;
  /** Responds to the plugin's own request. */
  file?: (request: ProviderRequest) => ProviderReply | Promise<ProviderReply>;
  /** Whether the provider's configuration is on the route. */
  onRoute?: boolean;
  upstream?: (request: ProviderRequest) => ProviderReply;
}

const plain = (status: number, body: string): ProviderReply => ({
  status,
  headers: [["content-type", "text/plain"]],
  chunks: [Buffer.from(body)],
});
const answered = (): ProviderReply => ({ ...plain(200, "{}"), headers: [["content-type", "application/json"]] });

for (const position of ["downstream", "upstream"])
  describe(`context, ${position}`, () => {
    const running: { close(): Promise<void> }[] = [];
    after(async () => {
      for (const { close } of running.reverse()) await close();
    });

    const start = async ({ provider, file = () => plain(200, text), onRoute, upstream = answered }: Setup) => {
      const servers: RunningServer[] = [await serve(upstream), await serve(file)];
      running.push(...servers);
      const config = JSON.stringify({ provider });
      const listener = listenerFor({
        name: "gateway",
        routes: [
          routeFor({ name: "r", cluster: "upstream", ...(onRoute ? { metadata: { "ai-proxy": { config } } } : {}) }),
        ],
        [position]: [wasmFilter({ plugin: "ai-proxy", wasm, configuration: onRoute ? "{}" : config })],
      });
      const clusters = ["upstream", "outbound|8000||files.dns"].map((name, i) =>
        clusterFor({ name, port: servers[i].port }),
      );
      const envoy: EnvoyProcess = await startEnvoy(bootstrapFor([listener], clusters));
      running.push({ close: () => envoy.stop() });
      const ask = async (json: JsonObject = chat) => {
        const chunks = [Buffer.from(JSON.stringify(json))];
        const headers: [string, string][] = [["content-type", "application/json"]];
        const path = "/v1/chat/completions";
        return send(envoy.listenerPorts.gateway, { method: "POST", path, authority: "gateway", headers, chunks });
      };
      /** Sends trailers after the body, which needs HTTP/2. */
      const askWithTrailers = async () => {
        const chunks = [Buffer.from(JSON.stringify(chat))];
        const headers: [string, string][] = [["content-type", "application/json"]];
        const request = { method: "POST", path: "/v1/chat/completions", authority: "gateway", headers, chunks };
        return send(envoy.listenerPorts.gateway, { ...request, trailers: [["x-sum", "1"]] }, { http2: true });
      };
      const asked = () => servers[0].requests.filter(({ method }) => method === "POST");
      const messages = () => (JSON.parse(asked().at(-1)!.body.toString()) as JsonObject).messages;
      return {
        ask,
        askWithTrailers,
        messages,
        asked,
        fetched: servers[1].requests,
        upstream: servers[0].requests,
        logs: envoy.logs,
      };
    };

    const provider = { type: "openai", apiToken: "sk-test-openai" };
    const context = { fileUrl: "http://files.example/a/b.txt?sig=1", serviceName: "files.dns", servicePort: 8000 };

    it("is fetched once, and follows the leading system messages of every chat", async () => {
      const gateway = await start({ provider: { ...provider, context } });
      for (let i = 0; i < 5; i++) assert.equal((await gateway.ask()).status, 200);
      assert.deepEqual(gateway.messages(), wanted);
      await gateway.ask({ model: "m", temperature: 0, messages: [{ role: "user", content: "hi" }] });
      assert.deepEqual(JSON.parse(gateway.asked().at(-1)!.body.toString()), {
        model: "m",
        temperature: 0,
        messages: [
          { role: "system", content: text },
          { role: "user", content: "hi" },
        ],
      });
      assert.equal(gateway.fetched.length, 1);
      const [{ method, path, authority }] = gateway.fetched;
      assert.deepEqual([method, path, authority], ["GET", "/a/b.txt?sig=1", "files.example"]);
    });

    it("delays a request that trailers end", async () => {
      const gateway = await start({ provider: { ...provider, context } });
      assert.equal((await gateway.askWithTrailers()).status, 200);
      assert.deepEqual(gateway.messages(), wanted);
      const without = await start({ provider: { ...provider, context }, file: () => plain(404, "no") });
      assert.equal((await without.askWithTrailers()).status, 503);
      assert.equal(without.asked().length, 0);
    });

    it("is fetched for a configuration on a route, too", async () => {
      const gateway = await start({
        provider: { ...provider, context: { fileUrl: "http://f/x", cluster: "outbound|8000||files.dns" } },
        onRoute: true,
      });
      const responses = [await gateway.ask(), await gateway.ask()];
      assert.deepEqual(
        responses.map(({ status }) => status),
        [200, 200],
      );
      assert.deepEqual(gateway.messages(), wanted);
      assert.equal(gateway.fetched.length, 1);
    });

    for (const status of [200, 404])
      it(`is one call for hundreds of waiting requests (${status})`, async () => {
        const file = async (): Promise<ProviderReply> => {
          await sleep(1_000);
          return plain(status, text);
        };
        const gateway = await start({ provider: { ...provider, context }, file });
        const responses = await Promise.all(Array.from({ length: 300 }, () => gateway.ask()));
        const wantedStatus = status === 200 ? 200 : 503;
        for (const response of responses) assert.equal(response.status, wantedStatus, response.body.toString());
        // Envoy's main thread, which has no requests, may have started a fetch before.
        assert.ok(gateway.fetched.length <= 2, `${gateway.fetched.length} calls`);
        assert.equal(gateway.asked().length, status === 200 ? 300 : 0);
      });

    it("is fetched again when it is old, and its last good copy is used while the source fails", async () => {
      let count = 0;
      const file = (): ProviderReply => (++count === 1 ? plain(200, text) : plain(503, "no"));
      const gateway = await start({ provider: { ...provider, context: { ...context, refreshSeconds: 1 } }, file });
      const deadline = Date.now() + 30_000;
      await gateway.ask();
      while (count < 2 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 100));
      assert.ok(count >= 2, "asked again");
      assert.equal((await gateway.ask()).status, 200);
      assert.deepEqual(gateway.messages(), wanted);
    });

    it("is an error in OpenAI's shape if it was never fetched, and the provider is not called", async () => {
      const gateway = await start({ provider: { ...provider, context }, file: () => plain(404, "no") });
      for (let i = 0; i < 3; i++) {
        const { status, body } = await gateway.ask();
        assert.equal(status, 503);
        assert.equal(((JSON.parse(body.toString()) as JsonObject).error as JsonObject).code, "context_unavailable");
      }
      assert.equal(gateway.asked().length, 0);
      assert.ok(
        gateway.logs().some((line) => line.includes("no text from files.example/a/b.txt: its status is not 200")),
      );
      assert.ok(!gateway.logs().some((line) => line.includes("sig=1")));
    });

    it("is the text that Moonshot has extracted from a file", async () => {
      const gateway = await start({
        provider: { type: "moonshot", apiToken: "sk-test-moonshot", moonshotFileId: "cnf00000000000000001" },
        upstream: (request) => dialects.moonshot.handle(request),
      });
      const model = "moonshot-v1-8k";
      const responses = [await gateway.ask({ ...chat, model }), await gateway.ask({ ...chat, model })];
      assert.deepEqual(
        responses.map(({ status }) => status),
        [200, 200],
      );
      const messages = gateway.messages() as JsonObject[];
      assert.match(String(messages[1].content), /^XLNet .* 👋$/);
      const files = gateway.upstream.filter(({ method }) => method === "GET");
      assert.deepEqual(
        files.map(({ path, authority }) => [path, authority]),
        [["/v1/files/cnf00000000000000001/content", "api.moonshot.cn"]],
      );
    });

    it("is an error if Moonshot does not know the file, and no API key is in the log", async () => {
      const gateway = await start({
        provider: { type: "moonshot", apiToken: "sk-test-moonshot", moonshotFileId: "cnf-unknown" },
        upstream: (request) => dialects.moonshot.handle(request),
      });
      const { status, body } = await gateway.ask({ ...chat, model: "moonshot-v1-8k" });
      assert.equal(status, 503);
      assert.equal(((JSON.parse(body.toString()) as JsonObject).error as JsonObject).code, "context_unavailable");
      assert.equal(gateway.asked().length, 0);
      assert.ok(!gateway.logs().some((line) => line.includes("sk-test-moonshot")));
    });
  });
