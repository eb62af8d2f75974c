// The estimates of tokens: how far they are from a real tokenizer, and that no input makes them fail, slow or dependent on how it is cut.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { encode } from "gpt-tokenizer/encoding/o200k_base";
import { loadModule } from "./module.ts";
import { Random, seed } from "./random.ts";
import { CHATS, TEXTS } from "./token-texts.ts";

/** The largest error of a row, in per cent of the tokenizer's count. */
const MOST_ERROR = 10;
const DOCUMENT = "plugins/ai-token-ratelimit/ESTIMATES.md";

const { exports, put } = await loadModule("tokens");

const count = (text: string): number => encode(text, { disallowedSpecial: new Set() }).length;

function estimate(bytes: Uint8Array, step = bytes.length): number {
  exports.begin!();
  return exports.pushInSteps!(put(bytes), bytes.length, Math.max(step, 1));
}

/** The tokens of a chat. https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken */
function countChat(messages: (typeof CHATS)[string]): number {
  const texts = messages.flatMap(({ role, content, tool_calls }) => [
    role,
    content ?? "",
    ...(tool_calls ?? []).flatMap((call) => [call.function.name, call.function.arguments]),
  ]);
  return 3 + 3 * messages.length + texts.reduce((sum, text) => sum + count(text), 0);
}

const rows = [
  ...Object.entries(TEXTS).map(([name, text]) => ({
    name,
    counted: count(text),
    estimated: estimate(Buffer.from(text)),
  })),
  ...Object.entries(CHATS).map(([name, messages]) => {
    const body = Buffer.from(JSON.stringify({ model: "gpt-4o", stream: true, temperature: 0.2, messages }));
    return { name, counted: countChat(messages), estimated: exports.readPrompt!(put(body), body.length) };
  }),
].map((row) => ({ ...row, error: (row.estimated / row.counted - 1) * 100 }));

test(`every text is estimated within ${MOST_ERROR} % of o200k_base, and all together within 3 %`, () => {
  assert.ok(rows.length >= 35);
  const faulty = rows.filter(({ counted, estimated }) => 100 * Math.abs(estimated - counted) > MOST_ERROR * counted);
  assert.deepEqual(faulty, []);
  const sum = (key: "counted" | "estimated") => rows.reduce((total, row) => total + row[key], 0);
  assert.ok(Math.abs(sum("estimated") / sum("counted") - 1) < 0.03, `${sum("estimated")} of ${sum("counted")}`);
});

test("the table in the document has these numbers", () => {
  const table = [
    "| text | tokens | estimate | error |",
    "|---|---|---|---|",
    ...rows.map(({ name, counted, estimated, error }) => {
      return `| ${name} | ${counted} | ${estimated} | ${error < 0 ? "−" : "+"}${Math.abs(error).toFixed(0)} % |`;
    }),
  ].join("\n");
  assert.ok(readFileSync(DOCUMENT, "utf8").includes(table), `${DOCUMENT} should have this table:\n${table}`);
});

test("a text that is cut at any byte has the same estimate", () => {
  for (const [name, text] of Object.entries(TEXTS)) {
    const bytes = Buffer.from(text);
    const whole = estimate(bytes);
    for (let step = 1; step < 8; step++) assert.equal(estimate(bytes, step), whole, `${name} in pieces of ${step}`);
    const address = put(bytes);
    for (let at = 0; at <= bytes.length; at++) {
      exports.begin!();
      exports.push!(address, at);
      assert.equal(exports.push!(address + at, bytes.length - at), whole, `${name} cut at ${at}`);
    }
  }
});

test("an escaped text has the estimate of what it means, wherever it is cut", () => {
  for (const text of Object.values(TEXTS)) {
    const ascii = JSON.stringify(text).replace(
      /[^ -~]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
    const content = Buffer.from(ascii.slice(1, -1));
    const whole = estimate(Buffer.from(text));
    const address = put(content);
    for (let at = 0; at <= content.length; at += 1 + (at >> 4)) {
      exports.begin!();
      exports.pushJson!(address, at);
      assert.equal(exports.pushJson!(address + at, content.length - at), whole, `${ascii} cut at ${at}`);
    }
  }
});

test("random bytes are estimated, however they are cut, at no more than three tokens a byte", (t) => {
  const random = new Random(seed());
  t.diagnostic(`SEED=${seed()}`);
  const kinds = [
    () => random.below(256),
    () => 0x80 | random.below(128),
    () => 0x20 + random.below(95),
    // Words, of which most are long and some repeat a letter.
    () => (random.below(16) ? 0x61 + random.below(random.pick([2, 26])) : 0x20),
    // Short words, some behind a mark.
    () => random.pick([0x61, 0x62, 0x41, 0x2e, 0x2c, 0x20, 0x20]),
    () => random.pick([0xe4, 0xb8, 0xad, 0xf0, 0x9f, 0x98, 0x80, 0x20, 0x0a, 0x41, 0x61, 0x5c, 0x75]),
  ];
  for (let i = 0; i < 20_000; i++) {
    const kind = random.pick(kinds);
    const bytes = Uint8Array.from({ length: random.below(200) }, kind);
    const whole = estimate(bytes);
    assert.ok(whole >= 0 && whole <= 3 * bytes.length + 1, `${whole} of ${Buffer.from(bytes).toString("hex")}`);
    assert.equal(estimate(bytes, 1), whole, Buffer.from(bytes).toString("hex"));
    exports.begin!();
    assert.ok(exports.pushJson!(put(bytes), bytes.length) <= 3 * bytes.length + 1);
  }
});

test("10 MB of every kind of character takes linear work and no memory", () => {
  const megabyte = (text: string): Buffer => Buffer.from(text.repeat(Math.ceil(1e6 / Buffer.byteLength(text))));
  for (const text of ["a", "word ", "漢", "😀", " ", "\n", "{", "a1B2", "\u00e9", "9", "\ufffd", "é漢 x9\n"]) {
    const bytes = megabyte(text);
    const address = put(bytes);
    exports.begin!();
    let before = 0;
    let pages = 0;
    for (let i = 0; i < 10; i++) {
      const sum = exports.push!(address, bytes.length);
      assert.ok(sum > before, text);
      before = sum;
      if (i === 0) pages = exports.memoryBytes!();
    }
    assert.equal(exports.memoryBytes!(), pages);
  }
});

const BODY = { model: "m", temperature: 1 };
const HELLO = { role: "user", content: "Hello there" };
/** Requests, with the tokens of the input (2 for the text, 4 for a message, 3 for the response), the most of the output of each choice, and the choices. */
const PROMPTS: Record<string, [body: object, tokens: number, output: number, choices: number]> = {
  chat: [{ messages: [HELLO] }, 9, -1, 1],
  "chat with max_tokens": [{ messages: [HELLO], max_tokens: 100 }, 9, 100, 1],
  "chat with max_completion_tokens and n": [{ messages: [HELLO], max_completion_tokens: 50, n: 3 }, 9, 50, 3],
  "parts of text": [{ messages: [{ role: "user", content: [{ type: "text", text: "Hello there" }] }] }, 9, -1, 1],
  "an image": [
    { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: `data:${"A".repeat(5000)}` } }] }] },
    807,
    -1,
    1,
  ],
  "an image in low detail": [
    {
      messages: [
        { role: "user", content: [{ type: "image_url", image_url: { url: "https://a.example", detail: "low" } }] },
      ],
    },
    92,
    -1,
    1,
  ],
  completions: [{ prompt: "Hello there", max_tokens: 5 }, 5, 5, 1],
  "completions of token ids": [{ prompt: [[1, 2, 3], [4]], max_tokens: 5 }, 7, 5, 1],
  embeddings: [{ input: ["Hello there", "Hello there"] }, 7, -1, 1],
  responses: [{ instructions: "Hello there", input: "Hello there", max_output_tokens: 7 }, 7, 7, 1],
  "responses with items": [
    { input: [{ role: "user", content: [{ type: "input_text", text: "Hello there" }] }] },
    9,
    -1,
    1,
  ],
  messages: [{ system: [{ type: "text", text: "Hello there" }], messages: [HELLO], max_tokens: 9 }, 11, 9, 1],
  "messages with a document": [
    {
      messages: [{ role: "user", content: [{ type: "document", source: { type: "text", data: "Hello there" } }] }],
      max_tokens: 9,
    },
    9,
    9,
    1,
  ],
  "messages with an image": [
    { messages: [{ content: [{ type: "image", source: { type: "base64", media_type: "image/png", data: "A" } }] }] },
    807,
    -1,
    1,
  ],
  Gemini: [
    {
      contents: [{ role: "user", parts: [{ text: "Hello there" }] }],
      systemInstruction: { parts: [{ text: "Hello there" }] },
      generationConfig: { maxOutputTokens: 11, candidateCount: 2 },
    },
    11,
    11,
    2,
  ],
  DashScope: [{ input: { messages: [HELLO] }, parameters: { max_tokens: 12, n: 2 } }, 9, 12, 2],
};

for (const [name, [members, tokens, output, choices]] of Object.entries(PROMPTS)) {
  test(`the prompt of ${name}`, () => {
    const body = Buffer.from(` ${JSON.stringify({ ...BODY, ...members })}\n`);
    // The estimate of the texts is rounded up, and 3 % above them.
    const read = exports.readPrompt!(put(body), body.length);
    assert.ok(read >= tokens && read <= tokens * 1.03 + 1, `${read} instead of ${tokens}`);
    assert.deepEqual([exports.maxTokens!(), exports.choices!(), exports.hasText!()], [output, choices, 1]);
  });
}

test("what a tool's definition says counts", () => {
  const tools = [
    { type: "function", function: { name: "get_weather", parameters: { type: "object", properties: { city: {} } } } },
  ];
  const read = (members: object): number => {
    const body = Buffer.from(JSON.stringify({ ...BODY, ...members }));
    return exports.readPrompt!(put(body), body.length);
  };
  const added = read({ messages: [HELLO], tools }) - read({ messages: [HELLO] });
  assert.ok(Math.abs(added - count(JSON.stringify(tools))) <= 4, String(added));
  assert.equal(read({ tools }), 0);
});

test("limits of the output that are no numbers, too small or too large are bounded", () => {
  for (const [value, expected] of [
    [-1, -1],
    ["5", -1],
    [null, -1],
    [1.5, -1],
    [0, -1],
    [1e300, -1],
    [9e15, 1e12],
  ] as const) {
    const body = Buffer.from(JSON.stringify({ messages: [HELLO], max_tokens: value }));
    exports.readPrompt!(put(body), body.length);
    assert.equal(exports.maxTokens!(), expected, String(value));
  }
  const body = Buffer.from(JSON.stringify({ messages: [HELLO], max_tokens: 10, n: 1e9 }));
  exports.readPrompt!(put(body), body.length);
  assert.deepEqual([exports.maxTokens!(), exports.choices!()], [10, 128]);
});

test("a body that is no JSON object has no input", () => {
  for (const text of [
    "",
    " ",
    "hello",
    "[]",
    '"messages"',
    '{"messages":[',
    '{"messages":[{"content":"a\u0000"}]}',
    "{}",
    '{"a":1}',
  ]) {
    const body = Buffer.from(text);
    assert.equal(exports.readPrompt!(put(body), body.length), 0, text);
    assert.equal(exports.hasText!(), 0, text);
  }
});

test("deep, wide and large bodies are read", () => {
  const nested = (depth: number): string =>
    `{"messages":[{"content":${"[".repeat(depth)}"Hello there"${"]".repeat(depth)}}]}`;
  const read = (text: string): number => exports.readPrompt!(put(Buffer.from(text)), Buffer.byteLength(text));
  for (let depth = 1; depth <= 253; depth++) assert.ok(read(nested(depth)) >= 9, String(depth));
  // Deeper than any JSON that is accepted.
  for (const depth of [254, 300, 100_000]) assert.equal(read(nested(depth)), 0, String(depth));
  assert.ok(read(`{"messages":[${'{"content":"a"},'.repeat(200_000)}{}]}`) >= 1_000_000);
  const many = `{${Array.from({ length: 50_000 }, (_, i) => `"k${i}":[{"messages":{}}]`).join()},"prompt":"Hello there"}`;
  assert.equal(read(many), 6);
  assert.ok(read(`{"messages":[{"content":"${"word ".repeat(2_000_000)}"}]}`) >= 2_000_000);
});
