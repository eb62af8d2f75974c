// SPDX-License-Identifier: Apache-2.0
// Requests that differ in one field, one consumer, one credential or one route never get the response of each other, and equal ones always do.
import assert from "node:assert/strict";
import { it } from "node:test";
import type { HeaderPair } from "../providers/types.ts";
import { Random, seed } from "../unit/random.ts";
import { ProxyHost } from "./proxy-host.ts";
import { hashBehind, mixed, wordHash } from "./word-hash.ts";

const PAIRS = 1_000;
const host = new ProxyHost("build/ai-cache.wasm");
const context = host.configure("ai-cache", JSON.stringify({ cache: { type: "memory", places: 65536 } }))!;

interface Question {
  path: string;
  route: string;
  cluster: string;
  proxyConfig: string;
  headers: HeaderPair[];
  consumer?: string;
  body: Record<string, unknown>;
}

let answers = 0;

/** Sends a request. Returns the content of the response, and whether the provider was asked. */
function ask({ path, route, cluster, proxyConfig, headers, consumer, body }: Question): [string, boolean] {
  const routes = [{ name: route, match: { prefix: "/" }, cluster, metadata: { "ai-proxy": { config: proxyConfig } } }];
  const stream = host.stream(context, { routes });
  if (consumer) stream.filterState.set("ai_consumer", { value: Buffer.from(consumer), readonly: false, span: 1 });
  const pseudo: HeaderPair[] = [
    [":method", "POST"],
    [":path", path],
    [":authority", "gateway.example"],
    ["content-type", "application/json"],
  ];
  stream.requestHeaders([...pseudo, ...headers], false);
  stream.requestBody(Buffer.from(JSON.stringify(body)), true);
  const isAsked = stream.upstream.body.length > 0;
  if (isAsked) {
    const message = { role: "assistant", content: `response ${++answers}` };
    const completion = { object: "chat.completion", choices: [{ index: 0, message, finish_reason: "stop" }] };
    stream.responseHeaders(
      [
        [":status", "200"],
        ["content-type", "application/json"],
      ],
      false,
    );
    stream.responseBody(Buffer.from(JSON.stringify(completion)), true);
  }
  const [, content] = /response (\d+)/.exec(Buffer.concat(stream.client.body).toString()) ?? [];
  assert.ok(content, Buffer.concat(stream.client.body).toString());
  host.check();
  return [content, isAsked];
}

function randomQuestion(random: Random, n: number): Question {
  const content = random.pick<unknown>([
    `question ${n} of ${random.below(1e9)}`,
    [
      { type: "text", text: `picture ${n}` },
      { type: "image_url", image_url: { url: `https://a.example/${random.below(1e9)}`, detail: "low" } },
    ],
  ]);
  const tool = { type: "function", function: { name: "f", parameters: { type: "object", properties: {} } } };
  return {
    path: "/v1/chat/completions?api-version=1",
    route: `route-${random.below(3)}`,
    cluster: `cluster-${random.below(3)}`,
    proxyConfig: JSON.stringify({ provider: { type: "openai", apiTokens: [`k${random.below(3)}`] } }),
    headers: [["authorization", `Bearer ${random.below(1000)}`]],
    consumer: random.pick([undefined, "ann", "bob"]),
    body: {
      model: random.pick(["m", "n"]),
      messages: [
        { role: "system", content: `be ${random.below(9)}` },
        { role: "user", content },
      ],
      temperature: random.below(20) / 10,
      max_tokens: 1 + random.below(1000),
      tools: [tool],
      response_format: { type: "json_schema", json_schema: { name: "s", schema: { a: [1, { b: 2 }] } } },
      unknown_member: { deep: [{ er: random.below(1e9) }] },
    },
  };
}

/** One difference each. */
const CHANGES: Record<string, (question: Question, random: Random) => void> = {
  model: ({ body }) => void (body.model += "-2"),
  "a text": ({ body }) => {
    const messages = body.messages as { content: unknown }[];
    messages[0].content += " ";
  },
  role: ({ body }) => void ((body.messages as { role: string }[])[0].role = "developer"),
  "the order of messages": ({ body }) => void (body.messages as unknown[]).reverse(),
  "one message more": ({ body }) => void (body.messages as unknown[]).push({ role: "user", content: "" }),
  temperature: ({ body }) => void (body.temperature = 2.5),
  "a number in another place": ({ body }) => void ((body.max_tokens as number) += 1000),
  "a member more": ({ body }, random) => void (body[`x${random.below(99)}`] = null),
  "a member less": ({ body }) => void delete body.tools,
  "a nested member": ({ body }) => {
    const [tool] = body.tools as { function: Record<string, unknown> }[];
    tool.function.strict = true;
  },
  "the type of a nested value": ({ body }) => void ((body.unknown_member as { deep: unknown }).deep = {}),
  "a list in a list": ({ body }) => {
    const format = body.response_format as { json_schema: { schema: { a: unknown } } };
    format.json_schema.schema.a = [[1, { b: 2 }]];
  },
  "text that looks like structure": ({ body }) => void (body.model = `${body.model}","x":"`),
  route: (question) => void (question.route += "-b"),
  cluster: (question) => void (question.cluster += "-b"),
  "configuration of ai-proxy": (question) => void (question.proxyConfig += " "),
  "a consumer": (question) => void (question.consumer = `${question.consumer ?? ""}x`),
  "no consumer": (question) => {
    question.headers = [["authorization", `Bearer ${question.consumer ?? "other"}`]];
    question.consumer = question.consumer ? undefined : "ann";
  },
  query: (question) => void (question.path += "2"),
  path: (question) => void (question.path = `/openai/deployments/d/chat/completions?api-version=1`),
  beta: (question) => void question.headers.push(["openai-beta", "x"]),
  api: (question) => void (question.path = question.path.replace("chat/completions", "messages")),
};

it(`${PAIRS} random pairs of requests that differ in one thing have different responses`, (t) => {
  const random = new Random(seed());
  t.diagnostic(`SEED=${seed()}`);
  const names = Object.keys(CHANGES);
  let hits = 0;
  for (let n = 0; n < PAIRS; n++) {
    const name = names[n % names.length];
    const question = randomQuestion(random, n);
    const other = structuredClone(question);
    CHANGES[name](other, random);
    const [first] = ask(question);
    // A request that comes again is found by its bytes from the third time on.
    if (n % 2) for (let times = 0; times < 2; times++) ask(question);
    const [second, isAsked] = ask(other);
    assert.ok(isAsked, `${name}: ${JSON.stringify([question, other])}`);
    assert.notEqual(first, second, name);
    // The pair itself: a store that found nothing at all would pass.
    const [again, isAskedAgain] = ask(question);
    if (isAskedAgain) continue;
    assert.equal(again, first, name);
    hits++;
  }
  // Of 65,536 places a few are those of two requests.
  assert.ok(hits > 0.9 * PAIRS, `${hits} hits`);
});

/** Two texts of sixteen characters that make bodies of one hash, where they stand at an offset in bodies of this size. */
function collision(before: Buffer, size: number): [string, string] {
  const hash = hashBehind(before, size);
  const words = (text: string): bigint[] => [0, 8].map((at) => Buffer.from(text).readBigUInt64LE(at));
  const text = "aaaaaaaabbbbbbbb";
  const [one, two] = words(text);
  const other = Buffer.from(text);
  for (let n = 0; n < 1_000_000; n++) {
    other.write(n.toString(36).toUpperCase().padStart(8, "a"), 0, "latin1");
    other.writeBigUInt64LE(mixed(hash, one) ^ two ^ mixed(hash, other.readBigUInt64LE(0)), 8);
    if (/^[\w ,.:;<=>?@^~{}()*+!#$%&'/-]{16}$/.test(other.toString("latin1"))) return [text, other.toString("latin1")];
  }
  throw new Error("no two texts of one hash were found");
}

it("two requests whose bytes have one hash have different responses", () => {
  const bodyOf = (content: string): Record<string, unknown> => ({
    model: "m",
    messages: [{ role: "user", content: `.....${content}` }],
  });
  const whole = Buffer.from(JSON.stringify(bodyOf("x".repeat(16))));
  const at = whole.indexOf("xxxx");
  assert.equal(at % 8, 0, "the texts must be whole words");
  const texts = collision(whole.subarray(0, at), whole.length);
  const bodies = texts.map((text) => bodyOf(text));
  const [hash, other] = bodies.map((body) => wordHash(Buffer.from(JSON.stringify(body))));
  assert.equal(hash, other);
  const questions = bodies.map((body) => ({ ...randomQuestion(new Random(1), 0), body }));
  const [first] = [0, 1, 2].map(() => ask(questions[0])[0]);
  const [second, isAsked] = ask(questions[1]);
  assert.ok(isAsked);
  assert.notEqual(second, first);
  assert.deepEqual(ask(questions[0]), [first, false]);
});
