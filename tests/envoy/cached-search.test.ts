// SPDX-License-Identifier: Apache-2.0
// examples/cached-search: what comes from the cache, whose it is, and what was searched for, with the mocks of the example.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { parse } from "yaml";
import type { Bootstrap } from "../../tools/gateway/bootstrap.ts";
import { leadToLoopback } from "../../tools/gateway/config.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import { jsonReply } from "../providers/wire.ts";

const UNKNOWN = "I do not know what gold costs today.";
const KNOWN = "An ounce costs 4,000 dollars [1].\n\n**References:**\n[1] [Gold today](https://news.example/gold)";
const search = { web_search_options: {} };
let chats = 0;

describe("examples/cached-search", () => {
  let envoy: EnvoyProcess;
  let engine: RunningServer;

  before(async () => {
    const text = readFileSync(new URL("../../examples/cached-search/envoy.yaml", import.meta.url), "utf8");
    const bootstrap = parse(text) as Bootstrap;
    const result = { title: "Gold today", url: "https://news.example/gold", content: "Gold costs 4,000 dollars." };
    engine = await serve(() => jsonReply(200, { results: [result] }));
    // Counts the searches, which the mock of the example does not.
    const searxng = bootstrap.static_resources.clusters.find(({ name }) => name === "searxng");
    leadToLoopback(searxng!, engine.port);
    envoy = await startEnvoy(bootstrap as unknown as Record<string, unknown>);
  });
  after(async () => {
    await envoy?.stop();
    await engine?.close();
  });

  const ask = async (body: object, consumer = "ALICE", headers = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${envoy.listenerPorts.gateway}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer YOUR_KEY_FOR_${consumer}`, "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  const question = (): object => ({
    model: "gpt-4o-mini",
    messages: [{ role: "user", content: `What does gold cost today? ${chats++}` }],
  });
  /** The text of a chat completion, streamed or not, and what the cache says. */
  const said = async (response: Response): Promise<[cache: string | null, text: string]> => {
    assert.equal(response.status, 200);
    const body = await response.text();
    const data = body.startsWith("{") ? [body] : [...body.matchAll(/^data: (\{.*)$/gm)].map((match) => match[1]);
    const choices = data.flatMap((line) => JSON.parse(line).choices);
    const text = choices.map(({ message, delta }) => (message ?? delta).content ?? "").join("");
    return [response.headers.get("x-ai-cache"), text];
  };

  it("answers a consumer from the cache, and no other one", async () => {
    const chat = question();
    assert.deepEqual(await said(await ask(chat)), ["miss", UNKNOWN]);
    assert.deepEqual(await said(await ask(chat)), ["hit", UNKNOWN]);
    assert.deepEqual(await said(await ask({ ...chat, stream: true })), ["hit", UNKNOWN]);
    assert.deepEqual(await said(await ask(chat, "BOB")), ["miss", UNKNOWN]);
    assert.equal((await ask(chat, "MALLORY")).status, 401);
    assert.equal(engine.requests.length, 0);
  });

  for (const stream of [false, true]) {
    it(`searches once for ${stream ? "a stream" : "a chat"} and for its equals`, async () => {
      engine.requests.length = 0;
      const chat = { ...question(), ...search };
      assert.deepEqual(await said(await ask({ ...chat, stream })), ["miss", KNOWN]);
      assert.deepEqual(await said(await ask({ ...chat, stream: !stream })), ["hit", KNOWN]);
      assert.equal(engine.requests.length, 1);
      assert.deepEqual(await said(await ask({ ...chat, stream }, "ALICE", { "cache-control": "no-cache" })), [
        "miss",
        KNOWN,
      ]);
      assert.equal(engine.requests.length, 2);
    });
  }

  it("does not take a chat for the one that is searched for", async () => {
    const chat = question();
    assert.deepEqual(await said(await ask({ ...chat, ...search })), ["miss", KNOWN]);
    assert.deepEqual(await said(await ask(chat)), ["miss", UNKNOWN]);
  });
});
