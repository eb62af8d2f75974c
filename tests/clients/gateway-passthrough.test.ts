// SPDX-License-Identifier: Apache-2.0
// If the provider has OpenAI's API, an application receives through the gateway the same bytes as without it.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import OpenAI, { toFile } from "openai";
import { dialects } from "../providers/index.ts";
import { type RunningServer, serve } from "../providers/server.ts";
import type { ProviderRequest } from "../providers/types.ts";
import { headerOf } from "../providers/wire.ts";
import { type Gateway, startGateway } from "./gateway.ts";
import { hello } from "./openai-suite.ts";

const key = "sk-fake-for-tests";
/** More than Envoy's buffer limit of 1 MiB: a body that is not read must not be buffered. */
const large = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 31 + (i >> 8)) % 256));
const speech = Buffer.from([0x52, 0x49, 0x46, 0x46, 0, 255, 13, 10, 13, 10]);

const calls: Record<string, (client: OpenAI) => Promise<unknown>> = {
  "a large file": async (client) => client.files.create({ file: await toFile(large, "large.jsonl"), purpose: "batch" }),
  "the list of files": async (client) => (await client.files.list({ limit: 2 })).data,
  "a file that is not there": (client) => client.files.retrieve("file-nope"),
  "a batch": (client) =>
    client.batches.create({ input_file_id: "file-1", endpoint: "/v1/chat/completions", completion_window: "24h" }),
  "the list of batches": async (client) => (await client.batches.list()).data,
  "fine-tuning jobs": async (client) => (await client.fineTuning.jobs.list()).data,
  "a transcription": async (client) =>
    client.audio.transcriptions.create({ file: await toFile(speech, "speech.wav"), model: "whisper-1" }),
  speech: async (client) => {
    const response = await client.audio.speech.create({ model: "tts-1", voice: "alloy", input: "Hi 👋" });
    return Buffer.from(await response.arrayBuffer()).toString("hex");
  },
  "an image": (client) => client.images.generate({ model: "gpt-image-1", prompt: "A beach" }),
  "a response": (client) => client.responses.create({ model: "gpt-4o", input: "Hi" }),
  "a streamed response": async (client) => {
    const events = [];
    for await (const event of await client.responses.create({ model: "gpt-4o", input: "Hi", stream: true })) {
      events.push(event);
    }
    return events;
  },
  "a model": (client) => client.models.retrieve("gpt-4o"),
  "a model that is not there": (client) => client.models.retrieve("nope"),
  "a chat with several choices": (client) =>
    client.chat.completions.create({ model: "gpt-4o", messages: hello, n: 3, seed: 7, logit_bias: { "50256": -100 } }),
  "token ids": (client) => client.embeddings.create({ model: "text-embedding-3-small", input: [[1, 2], [3]] }),
  "a path of no API": (client) => client.get("/nothing/of/that/kind?a=b%20c&a=%2F"),
};

describe("gateway to OpenAI, compared with OpenAI itself", () => {
  let gateway: Gateway;
  let alone: RunningServer;
  before(async () => {
    alone = await serve((request) => dialects.openai.handle(request));
    gateway = await startGateway({
      openai: { dialect: "openai", provider: { type: "openai", apiTokens: ["sk-provider-for-tests"] } },
    });
  });
  after(async () => {
    await gateway.close();
    await alone.close();
  });

  for (const [name, call] of Object.entries(calls)) {
    it(name, async () => {
      const through = await outcome(gateway.baseUrl("openai"), call);
      assert.deepEqual(through, await outcome(`http://127.0.0.1:${alone.port}/v1`, call));
      const [seen, wanted] = [gateway.requests("openai").at(-1)!, alone.requests.at(-1)!];
      assert.equal(seen.method, wanted.method);
      assert.equal(seen.path, wanted.path);
      assert.deepEqual(bodyOf(seen), bodyOf(wanted));
      assert.equal(seen.authority, "api.openai.com");
      assert.equal(headerOf(seen, "authorization"), "Bearer sk-provider-for-tests");
    });
  }
});

/** The result of the application, or the class and the text of its error. */
async function outcome(baseURL: string, call: (client: OpenAI) => Promise<unknown>): Promise<unknown> {
  try {
    // Properties beside the fields of a result, such as the request's id from a header, are not part of the response.
    return structuredClone(await call(new OpenAI({ baseURL, apiKey: key, maxRetries: 0 })));
  } catch (error) {
    assert.ok(error instanceof OpenAI.APIError, String(error));
    return [error.constructor.name, error.message];
  }
}

/** A form has another boundary each time. */
function bodyOf({ headers, body }: ProviderRequest): string {
  const type = headers.find(([name]) => name === "content-type")?.[1] ?? "";
  const boundary = /boundary=(\S+)/.exec(type)?.[1];
  const text = body.toString("latin1");
  return boundary ? text.replaceAll(boundary, "BOUNDARY") : text;
}
