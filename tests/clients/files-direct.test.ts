// SPDX-License-Identifier: Apache-2.0
// The files of a provider, with the official client.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import OpenAI, { AzureOpenAI, toFile } from "openai";
import { dialects } from "../providers/index.ts";
import { type RunningServer, serve } from "../providers/server.ts";

const key = "sk-fake-for-tests";
const bytes = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 256));

describe("the official OpenAI client and files", () => {
  const servers: Record<string, RunningServer> = {};
  const urlOf = (dialect: string): string => `http://127.0.0.1:${servers[dialect].port}`;
  before(async () => {
    for (const name of ["moonshot", "openai", "azure"]) {
      servers[name] = await serve((request) => dialects[name].handle(request));
    }
  });
  after(() => Promise.all(Object.values(servers).map((server) => server.close())));

  it("uploads to Moonshot, and reads the extracted text", async () => {
    const client = new OpenAI({ baseURL: `${urlOf("moonshot")}/v1`, apiKey: key, maxRetries: 0 });
    const file = await toFile(bytes, "xlnet.pdf");
    // "file-extract" is a purpose that only Moonshot has.
    const purpose = "file-extract" as OpenAI.FilePurpose;
    const uploaded = await client.files.create({ file, purpose });
    assert.deepEqual([uploaded.bytes, uploaded.filename], [1000, "xlnet.pdf"]);
    const text = await (await client.files.content(uploaded.id)).text();
    assert.match((JSON.parse(text) as { content: string }).content, /XLNet/);
    assert.equal((await client.files.list()).data[0].id, uploaded.id);
    assert.equal((await client.files.delete(uploaded.id)).deleted, true);
    await assert.rejects(client.files.create({ file, purpose: "batch" }), OpenAI.BadRequestError);
    await assert.rejects(client.files.content("cnf-nope"), OpenAI.NotFoundError);
  });

  it("uploads to OpenAI and to Azure, and starts a batch", async () => {
    const options = { apiKey: key, maxRetries: 0 };
    for (const client of [
      new OpenAI({ baseURL: `${urlOf("openai")}/v1`, ...options }),
      new AzureOpenAI({ endpoint: urlOf("azure"), apiVersion: "2024-10-21", ...options }),
    ]) {
      const { id } = await client.files.create({ file: await toFile(bytes, "batch.jsonl"), purpose: "batch" });
      const batch = { input_file_id: id, endpoint: "/v1/chat/completions", completion_window: "24h" } as const;
      assert.equal((await client.batches.create(batch)).status, "validating");
      const speech = { file: await toFile(bytes, "speech.wav"), model: "whisper" };
      assert.equal((await client.audio.transcriptions.create(speech)).text, "1000 bytes of speech");
    }
  });
});
