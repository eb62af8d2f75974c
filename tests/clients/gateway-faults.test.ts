// SPDX-License-Identifier: Apache-2.0
// What an application receives through the gateway if a provider misbehaves.
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import OpenAI from "openai";
import { type Gateway, type Service, startGateway } from "./gateway.ts";
import { hello, weather, weatherTool } from "./openai-suite.ts";

const key = "sk-client-for-tests";
const apiTokens = ["sk-provider-for-tests"];
const services: Record<string, Service> = {
  openai: { dialect: "openai", provider: { type: "openai", apiTokens } },
  "qwen-compatible": { dialect: "dashscope", provider: { type: "qwen", apiTokens } },
  "qwen-native": { dialect: "dashscope", provider: { type: "qwen", apiTokens, qwenEnableCompatible: false } },
};
const families: Record<string, string> = { openai: "gpt", "qwen-compatible": "qwen", "qwen-native": "qwen" };

let started: Promise<Gateway> | undefined;
const gateway = (): Promise<Gateway> => (started ??= startGateway(services));
after(async () => (await started)?.close());

const clientOf = async (service: string): Promise<OpenAI> =>
  new OpenAI({ baseURL: (await gateway()).baseUrl(service), apiKey: key, maxRetries: 0 });

/** The text that came before the stream ended, and the error that it ended with, if any. */
async function readStream(client: OpenAI, model: string): Promise<{ text: string; error?: Error }> {
  let text = "";
  try {
    for await (const chunk of await client.chat.completions.create({ model, messages: hello, stream: true })) {
      text += chunk.choices[0]?.delta.content ?? "";
    }
    return { text };
  } catch (error) {
    return { text, error: error as Error };
  }
}

/** The body of a streamed chat as sent over the connection. */
async function rawStream(service: string, model: string, fields = {}): Promise<{ response: Response; body: string }> {
  const response = await fetch(`${(await gateway()).baseUrl(service)}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model, messages: hello, stream: true, ...fields }),
  });
  return { response, body: await response.text() };
}

for (const [service, family] of Object.entries(families)) {
  describe(`gateway to ${service}, if the provider misbehaves`, () => {
    it("reads CRLF line ends and single bytes as any other stream", async () => {
      const client = await clientOf(service);
      const plain = await readStream(client, `${family}-plus`);
      assert.equal(plain.error, undefined);
      for (const fault of ["crlf", "dribble", "slow"]) {
        assert.deepEqual(await readStream(client, `${family}-${fault}`), plain, fault);
      }
    });

    it("gives the same bytes for any chunks", async () => {
      const fields = { messages: weather, tools: [weatherTool], stream_options: { include_usage: true } };
      // Every event has the model, and some have the time: both are normalized.
      const comparable = async (model: string): Promise<string> =>
        (await rawStream(service, model, fields)).body
          .replaceAll(model, "MODEL")
          .replaceAll(/"id":"[^"]*"|"created":\d+|"(prompt|total)_tokens":\d+/g, "");
      assert.equal(await comparable(`${family}-dribble`), await comparable(`${family}-plus`));
    });

    it("ends the client's stream where the provider's ends early", async () => {
      const client = await clientOf(service);
      const { text, error } = await readStream(client, `${family}-cut`);
      assert.match(text, /^Hello!/);
      assert.ok(error);
    });

    it("gives the client an error for an error in a stream", async () => {
      const client = await clientOf(service);
      const later = await readStream(client, `${family}-stream-error`);
      assert.ok(later.error instanceof OpenAI.APIError, String(later.error));
      const first = await readStream(client, `${family}-stream-refused`);
      assert.ok(first.error instanceof OpenAI.APIError, String(first.error));
      assert.equal(first.text, "");
    });

    it("sends [DONE] exactly once, at the end", async () => {
      const { response, body } = await rawStream(service, `${family}-plus`);
      assert.match(response.headers.get("content-type")!, /^text\/event-stream/);
      assert.equal(body.split("data: [DONE]\n\n").length, 2);
      assert.ok(body.endsWith("data: [DONE]\n\n"));
    });

    it("sends the status of a failed connection if there is no provider", async () => {
      const client = await clientOf(service);
      const request = { model: `${family}-refused`, messages: hello };
      await assert.rejects(client.chat.completions.create(request), (error: InstanceType<typeof OpenAI.APIError>) => {
        assert.equal(error.status, 503);
        return true;
      });
    });

    const isTranslated = service === "qwen-native";
    it(`${isTranslated ? "refuses" : "lets through"} a compressed response that was not requested`, async () => {
      const warnings = async (): Promise<number> =>
        (await gateway()).logs().filter((line) => /\[warning\].*wasm log.*ai-proxy: .*compress/.test(line)).length;
      const before = await warnings();
      const client = await clientOf(service);
      const asked = client.chat.completions.create({ model: `${family}-gzip`, messages: hello });
      if (isTranslated) {
        await assert.rejects(asked, OpenAI.InternalServerError);
        const { error } = await readStream(client, `${family}-gzip`);
        assert.ok(error instanceof OpenAI.InternalServerError, String(error));
        assert.ok((await warnings()) > before);
        return;
      }
      assert.equal((await asked).object, "chat.completion");
      const { body: events } = await rawStream(service, `${family}-gzip`, { stream_options: { include_usage: true } });
      assert.match(events, /"(prompt|input)_tokens":/);
      assert.ok((await warnings()) > before);
    });
  });
}
