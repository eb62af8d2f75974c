// SPDX-License-Identifier: Apache-2.0
// OpenAI's Azure client through the gateway: it puts the model into the path, and a dated version into the query.
// https://github.com/openai/openai-node/blob/master/azure.md
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { AzureOpenAI, toFile } from "openai";
import { type Gateway, startGateway } from "./gateway.ts";
import { hello } from "./openai-suite.ts";

const apiTokens = ["sk-provider-for-tests"];
const azureServiceUrl = "https://YOUR_RESOURCE_NAME.openai.azure.com?api-version=2024-10-21";
const services = {
  openai: {
    dialect: "openai",
    provider: {
      type: "openai",
      apiTokens,
      modelMapping: { chat: "gpt-4o", speech: "whisper-1", vectors: "text-embedding-3-small" },
    },
  },
  azure: {
    dialect: "azure",
    provider: { type: "azure", apiTokens, azureServiceUrl, modelMapping: { chat: "gpt-4o", speech: "whisper" } },
  },
  dashscope: {
    dialect: "dashscope",
    provider: { type: "qwen", apiTokens, qwenEnableCompatible: false, modelMapping: { chat: "qwen-turbo" } },
  },
};

let started: Promise<Gateway> | undefined;
const gateway = (): Promise<Gateway> => (started ??= startGateway(services));
after(async () => (await started)?.close());

async function clientOf(service: keyof typeof services): Promise<AzureOpenAI> {
  const endpoint = (await gateway()).baseUrl(service).replace(/\/v1$/, "");
  return new AzureOpenAI({ endpoint, apiKey: "sk-client-for-tests", apiVersion: "2024-06-01", maxRetries: 0 });
}
const lastPath = async (service: keyof typeof services): Promise<string> =>
  (await gateway()).requests(service).at(-1)!.path;
const recording = (): Promise<File> => toFile(Buffer.from("RIFF\r\n--"), "a.wav", { type: "audio/wav" });

for (const [service, path] of Object.entries({
  openai: "/v1/chat/completions",
  azure: "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21",
  dashscope: "/api/v1/services/aigc/text-generation/generation",
}) as [keyof typeof services, string][]) {
  describe(`Azure's client and a provider like ${service}`, () => {
    it("chat", async () => {
      const client = await clientOf(service);
      const whole = await client.chat.completions.create({ model: "chat", messages: hello });
      assert.ok(whole.choices[0].message.content);
      assert.equal(await lastPath(service), path);
      const streamed = await client.chat.completions.stream({ model: "chat", messages: hello }).finalChatCompletion();
      assert.equal(streamed.choices[0].message.content, whole.choices[0].message.content);
    });
  });
}

describe("Azure's client", () => {
  it("embeds", async () => {
    const { data } = await (await clientOf("openai")).embeddings.create({ model: "vectors", input: "hi" });
    assert.ok(data[0].embedding.length);
    assert.equal(await lastPath("openai"), "/v1/embeddings");
  });

  it("lists resources without a deployment", async () => {
    await (await clientOf("openai")).models.list();
    assert.equal(await lastPath("openai"), "/v1/models");
  });

  it("uploads a recording, whose model is mapped in the form", async () => {
    const { text } = await (
      await clientOf("openai")
    ).audio.transcriptions.create({ model: "speech", file: await recording() });
    assert.equal(typeof text, "string");
    const { path, body } = (await gateway()).requests("openai").at(-1)!;
    assert.equal(path, "/v1/audio/transcriptions");
    assert.match(body.toString(), /name="model"\r\n\r\nwhisper-1\r\n/);
  });

  it("uploads a recording to a deployment", async () => {
    await (
      await clientOf("azure")
    ).audio.transcriptions
      .create({ model: "speech", file: await recording() })
      .catch(() => undefined);
    assert.equal(await lastPath("azure"), "/openai/deployments/whisper/audio/transcriptions?api-version=2024-10-21");
  });
});
