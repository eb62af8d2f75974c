// SPDX-License-Identifier: Apache-2.0
// The official clients see the sources of a response that was searched for, as a text or as annotations: streamed as in whole responses.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { engines } from "../engines/index.ts";
import { bootstrapFor, clusterFor, listenerFor, routeFor } from "../harness/bootstrap.ts";
import { pluginFilter } from "../harness/chain-filters.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { dialects } from "../providers/index.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import { runPython } from "./python.ts";

const styles = {
  head: {},
  tail: { referenceLocation: "tail" },
  annotations: { referenceStyle: "annotations" },
};
type Style = keyof typeof styles;
const EXPECTED: Record<Style, RegExp> = {
  head: /^\*\*References:\*\*\n\[1\] \[Gold today\]\(https:\/\/news\.example\/gold\)\n\n.*How can I assist/s,
  tail: /^.*How can I assist.*\n\n\*\*References:\*\*\n\[1\] \[Gold today\]\(https:\/\/news\.example\/gold\)$/s,
  annotations: /^.*How can I assist/s,
};
const SOURCE = { start_index: 0, end_index: 0, url: "https://news.example/gold", title: "Gold today" };
const question = "Hello!";
const chat = { model: "gpt-4o", messages: [{ role: "user" as const, content: question }] };
const response = { model: "gpt-4o", store: false, input: question };
const message = { ...chat, model: "deepseek-chat", max_tokens: 99 };

describe("clients of a gateway that searches", () => {
  const servers: Record<string, RunningServer> = {};
  let envoy: EnvoyProcess;

  before(async () => {
    for (const name of ["openai", "deepseek"]) servers[name] = await serve((request) => dialects[name].handle(request));
    servers.searxng = await serve((request) => engines.searxng.handle(request));
    const searching = { needReference: true, maxResults: 1, searchFrom: [{ type: "searxng", cluster: "searxng" }] };
    const listeners = ["openai", "deepseek"].flatMap((type) =>
      Object.entries(styles).map(([style, options]) =>
        listenerFor({
          name: `${type}-${style}`,
          routes: [routeFor({ name: type, cluster: type })],
          downstream: [
            pluginFilter("ai-search", { ...searching, ...options }),
            pluginFilter("ai-proxy", {
              provider: { type, apiTokens: ["sk-provider-for-tests"], translateResponses: true },
            }),
          ],
        }),
      ),
    );
    const clusters = Object.entries(servers).map(([name, { port }]) => clusterFor({ name, port }));
    envoy = await startEnvoy(bootstrapFor(listeners, clusters));
  });
  after(async () => {
    await envoy?.stop();
    await Promise.all(Object.values(servers).map((server) => server.close()));
  });

  const common = { apiKey: "sk-client-for-tests", maxRetries: 0 };
  const urlOf = (type: string, style: Style): string => `http://127.0.0.1:${envoy.listenerPorts[`${type}-${style}`]}`;
  const openai = (style: Style): OpenAI => new OpenAI({ ...common, baseURL: `${urlOf("openai", style)}/v1` });

  /** Asserts that a chat has its sources, and nothing else was lost of it. */
  function assertChat(style: Style, { choices: [{ message }] }: OpenAI.ChatCompletion): void {
    assert.match(message.content!, EXPECTED[style]);
    const nested = [{ type: "url_citation", url_citation: SOURCE }];
    assert.deepEqual(message.annotations ?? [], style === "annotations" ? nested : []);
  }
  function assertResponse(style: Style, { output }: OpenAI.Responses.Response): void {
    const parts = output.flatMap((item) => (item.type === "message" ? item.content : []));
    const texts = parts.map((part) => (part.type === "output_text" ? part.text : ""));
    assert.match(texts.join(""), EXPECTED[style]);
    assert.equal(parts.length, style === "tail" ? 2 : 1);
    const flat = [{ type: "url_citation", ...SOURCE }];
    const [part] = parts;
    assert.ok(part.type === "output_text");
    assert.deepEqual(part.annotations, style === "annotations" ? flat : []);
  }

  for (const style of Object.keys(styles) as Style[]) {
    it(`openai for Node.js: ${style}`, async () => {
      const client = openai(style);
      assertChat(style, await client.chat.completions.create(chat));
      assertChat(style, await client.chat.completions.stream({ ...chat, stream: true }).finalChatCompletion());
      assertResponse(style, await client.responses.create(response));
      const pieces: string[] = [];
      const numbers: number[] = [];
      const citations: unknown[] = [];
      const stream = client.responses.stream(response).on("event", (event) => {
        numbers.push(event.sequence_number);
        if (event.type === "response.output_text.delta") pieces.push(event.delta);
        if (event.type === "response.output_text.annotation.added") citations.push(event.annotation);
      });
      assertResponse(style, await stream.finalResponse());
      assert.match(pieces.join(""), EXPECTED[style]);
      assert.deepEqual(numbers, [...numbers.keys()]);
      assert.deepEqual(citations, style === "annotations" ? [{ type: "url_citation", ...SOURCE }] : []);
    });

    // Python takes a second to start.
    if (style !== "head")
      it(`openai for Python: ${style}`, async () => {
        const calls = [
          { api: "chat", arguments: chat },
          { api: "chat.stream", arguments: chat },
          { api: "responses", arguments: response },
          { api: "responses.stream", arguments: response },
        ];
        const task = { baseUrl: `${urlOf("openai", style)}/v1`, key: common.apiKey, calls };
        const [whole, streamed, response1, response2] = await runPython<any[]>("openai_calls.py", task);
        for (const { value } of [whole, streamed]) assertChat(style, value);
        for (const { value } of [response1, response2]) assertResponse(style, value);
      });

    it(`@anthropic-ai/sdk: ${style}`, async () => {
      const client = new Anthropic({ ...common, baseURL: urlOf("deepseek", style) });
      const textOf = ({ content }: Anthropic.Message): string =>
        content.map((block) => (block.type === "text" ? block.text : "")).join("");
      // Messages have a text in any case.
      const expected = EXPECTED[style === "annotations" ? "head" : style];
      assert.match(textOf(await client.messages.create(message)), expected);
      assert.match(textOf(await client.messages.stream(message).finalMessage()), expected);
    });
  }

  it("asked the provider with the results, and the engine with the question", () => {
    for (const name of ["openai", "deepseek"])
      for (const { body } of servers[name].requests) assert.ok(body.includes("Gold costs 4,000."), body.toString());
    for (const { path } of servers.searxng.requests) assert.match(path, /^\/search\?q=Hello%21&/);
  });
});
