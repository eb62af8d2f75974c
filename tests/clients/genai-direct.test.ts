// SPDX-License-Identifier: Apache-2.0
// The official client of Gemini with the mock of Gemini: what the client sends is accepted, and it reads what the mock replies.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  ApiError,
  type Content,
  FunctionCallingConfigMode,
  type GenerateContentConfig,
  type GenerateContentResponse,
  GoogleGenAI,
  type Part,
  ThinkingLevel,
  Type,
} from "@google/genai";
import { dialects } from "../providers/index.ts";
import { type RunningServer, serve } from "../providers/server.ts";
import { parseObject } from "../providers/wire.ts";

const MODEL = "gemini-3-flash-preview";
const WEATHER = "What is the weather in 杭州 and 上海?";
const CITIES = [{ location: "杭州市" }, { location: "上海市" }];
const declaration = { name: "get_current_weather", description: "The weather of a city" };
/** The two ways in which the client describes arguments. */
const DECLARATIONS = {
  "the client's schemas": {
    ...declaration,
    parameters: { type: Type.OBJECT, properties: { location: { type: Type.STRING } }, required: ["location"] },
  },
  "JSON schemas": {
    ...declaration,
    parametersJsonSchema: { type: "object", properties: { location: { type: "string" } }, required: ["location"] },
  },
};

describe("mock of Gemini: the official client", () => {
  let server: RunningServer;
  let client: GoogleGenAI;
  const clientWith = (apiKey: string): GoogleGenAI =>
    new GoogleGenAI({ apiKey, httpOptions: { baseUrl: `http://127.0.0.1:${server.port}` } });
  before(async () => {
    server = await serve((request) => dialects["gemini-native"].handle(request));
    client = clientWith("sk-fake-for-tests");
  });
  after(() => server.close());

  const whole = async (contents: Content[] | string, config?: GenerateContentConfig, model = MODEL): Promise<Part[]> =>
    partsOf(await client.models.generateContent({ model, contents, config }));
  /** The parts of a stream, with the texts of one kind joined as an application does. */
  async function streamed(
    contents: Content[] | string,
    config?: GenerateContentConfig,
    model = MODEL,
  ): Promise<Part[]> {
    const parts: Part[] = [];
    for await (const chunk of await client.models.generateContentStream({ model, contents, config })) {
      for (const part of partsOf(chunk)) {
        const last = parts.at(-1);
        const joins = last?.text && part.text && last.thought === part.thought;
        if (joins) last.text! += part.text!;
        else parts.push(part);
      }
    }
    return parts;
  }
  const ways = { whole, streamed };

  it("gets a response, and streams the same", async () => {
    const parts = await whole("Hello!");
    assert.match(textOf(parts), /👩‍💻\n"quoted\\path"$/);
    assert.deepEqual(await streamed("Hello!"), parts);
  });

  it("sends its options", async () => {
    const config = {
      systemInstruction: "Be brief.",
      maxOutputTokens: 3,
      temperature: 0.2,
      topP: 0.9,
      topK: 3,
      seed: 7,
    };
    const options = { ...config, stopSequences: ["END"], candidateCount: 1 };
    const { candidates, usageMetadata } = await client.models.generateContent({
      ...{ model: MODEL, contents: "Hello!", config: options },
    });
    assert.equal(candidates![0].finishReason, "MAX_TOKENS");
    assert.equal(usageMetadata!.candidatesTokenCount, 3);
  });

  for (const [name, ask] of Object.entries(ways)) {
    for (const [kind, tool] of Object.entries(DECLARATIONS)) {
      it(`calls tools with ${kind}, and sends the results, ${name}`, async () => {
        const config = { tools: [{ functionDeclarations: [tool] }] };
        const parts = await ask(WEATHER, config);
        const calls = parts.flatMap(({ functionCall }) => functionCall ?? []);
        assert.deepEqual(
          calls.map(({ args }) => args),
          CITIES,
        );
        assert.match(textOf(await ask(afterResults(parts), config)), /18 ℃/);
      });
    }

    it(`reasons before a tool, and sends the reasoning and its signature back, ${name}`, async () => {
      const thinkingConfig = { includeThoughts: true, thinkingLevel: ThinkingLevel.HIGH };
      const functionCallingConfig = { mode: FunctionCallingConfigMode.ANY, allowedFunctionNames: [declaration.name] };
      const tools = [{ functionDeclarations: [DECLARATIONS["JSON schemas"]] }];
      const parts = await ask(WEATHER, { thinkingConfig, tools, toolConfig: { functionCallingConfig } });
      assert.ok(parts[0].thought && /^Hmm, the user is asking/.test(parts[0].text!));
      assert.ok(parts.find(({ functionCall }) => functionCall)!.thoughtSignature);
      assert.match(textOf(await ask(afterResults(parts), { thinkingConfig, tools })), /18 ℃/);
    });

    it(`sends a picture, ${name}`, async () => {
      const data = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
      const parts = [{ inlineData: { mimeType: "image/png", data } }, { text: "What is in this picture?" }];
      assert.match(textOf(await ask([{ role: "user", parts }])), /海滩/);
    });

    it(`raises the right error, ${name}`, async () => {
      const failing = { "gemini-rate-limited": 429, "gemini-server-error": 500, "gemini-stream-error": 503 };
      for (const [model, status] of Object.entries(failing)) {
        await assert.rejects(ask("Hello!", {}, model), (error) => error instanceof ApiError && error.status === status);
      }
    });
  }

  it("gets JSON of a schema, written in either way", async () => {
    const responseMimeType = "application/json";
    const schemas: GenerateContentConfig[] = [
      { responseJsonSchema: { type: "object", properties: { city: { type: "string" } } } },
      { responseSchema: { type: Type.OBJECT, properties: { city: { type: Type.STRING } } } },
    ];
    for (const schema of schemas) {
      assert.deepEqual(JSON.parse(textOf(await whole("Hello!", { responseMimeType, ...schema }))), {
        ...{ city: "Hangzhou", temperature: 18 },
      });
    }
  });

  it("keeps a conversation itself, with what was reasoned", async () => {
    const chat = client.chats.create({ model: MODEL, config: { thinkingConfig: { includeThoughts: true } } });
    await chat.sendMessage({ message: "Who are you?" });
    for await (const chunk of await chat.sendMessageStream({ message: "And now?" })) assert.ok(chunk.candidates);
    const { contents } = parseObject(server.requests.at(-1)!.body) as { contents: Content[] };
    assert.deepEqual(
      contents.map(({ role }) => role),
      ["user", "model", "user"],
    );
    assert.ok(contents[1].parts!.some(({ thought }) => thought));
  });

  it("gets embeddings", async () => {
    const { embeddings } = await client.models.embedContent({
      ...{ model: "gemini-embedding-001", contents: ["风急天高猿啸哀", "second"], config: { outputDimensionality: 4 } },
    });
    assert.deepEqual(
      embeddings!.map(({ values }) => values!.length),
      [4, 4],
    );
  });

  it("counts tokens", async () => {
    const { totalTokens } = await client.models.countTokens({ model: MODEL, contents: "Hello!" });
    const { usageMetadata } = await client.models.generateContent({ model: MODEL, contents: "Hello!" });
    assert.equal(totalTokens, usageMetadata!.promptTokenCount);
  });

  it("is refused with a wrong API key", async () => {
    const { models } = clientWith("invalid-for-tests");
    const asked = models.generateContent({ model: MODEL, contents: "Hello!" });
    await assert.rejects(asked, (error) => error instanceof ApiError && error.status === 400);
  });
});

const partsOf = ({ candidates }: GenerateContentResponse): Part[] => candidates![0].content!.parts!;
const textOf = (parts: Part[]): string => parts.map(({ text, thought }) => (thought ? "" : (text ?? ""))).join("");

/** The question, the model's turn as it came, and a result for each of its calls. */
function afterResults(parts: Part[]): Content[] {
  const results = parts.flatMap(({ functionCall }) =>
    functionCall
      ? [{ functionResponse: { id: functionCall.id, name: functionCall.name, response: { output: "18 ℃" } } }]
      : [],
  );
  return [
    { role: "user", parts: [{ text: WEATHER }] },
    { role: "model", parts },
    { role: "user", parts: results },
  ];
}
