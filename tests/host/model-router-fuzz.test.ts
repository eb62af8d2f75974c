// SPDX-License-Identifier: Apache-2.0
// Whatever a body looks like and however it is cut, the routing header holds the model that a server finds in it first, or
// there is none; and no byte but the model changes.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HeaderPair } from "../providers/types.ts";
import { Random, seed } from "../unit/random.ts";
import { runExchange } from "./exchange.ts";
import { ProxyHost } from "./proxy-host.ts";

const ROUNDS = 4_000;
const reply = { answer: () => ({ status: 200, headers: [], chunks: [] }) };

const keys = [
  "model",
  "model",
  "mod\\u0065l",
  "\\u006dodel",
  "mode",
  "models",
  "Model",
  "model\\n",
  "a",
  "\\u006d\\u006f",
  "",
];
const values = [
  '"m"',
  '"v/m"',
  '"v\\/m"',
  '"\\u0076/\\"m"',
  '"é/ü"',
  '"\\ud83d\\ude00"',
  '""',
  '" m"',
  '"m\\n"',
  '"m\\u0000"',
  "5",
  "null",
  "true",
  '{"model":"x"}',
  '[{"model":"x"},"model"]',
  '"\\"model\\":\\"x\\""',
  '"\\\\"',
  '"}"',
  '"{"',
  `"${"m".repeat(1024)}"`,
  `"${"m".repeat(1025)}"`,
  `"${"\\u006d".repeat(1024)}"`,
  `"${"m".repeat(20_000)}"`,
];
const around = ["", "", "", " ", "\n\t", "\uFEFF"];
const spaces = ["", "", " ", "\r\n"];

/** The tokens of an object's first member called `model`, as a reader of JSON finds it; null if there is none. */
function firstModel(members: [key: string, value: string][]): string | null {
  const found = members.find(([key]) => (JSON.parse(`"${key}"`) as string) === "model");
  return found ? found[1] : null;
}

/** The name that a header can hold; null for anything else. */
function headerOf(token: string | null): string | null {
  if (!token?.startsWith('"')) return null;
  const name = JSON.parse(token) as string;
  const isHeld =
    name.length > 0 && name.trim() === name && ![...name].some((letter) => letter < " " || letter === "\x7f");
  return isHeld && Buffer.byteLength(name) <= 1024 ? name : null;
}

interface Body {
  text: string;
  members: [string, string][];
  before: string;
}

function bodyOf(random: Random): Body {
  const members = Array.from({ length: random.below(5) }, (): [string, string] => [
    random.pick(keys),
    random.pick(values),
  ]);
  const space = (): string => random.pick(spaces);
  const before = random.pick(around);
  const parts = members.map(([key, value]) => `${space()}"${key}"${space()}:${space()}${value}${space()}`);
  return { text: `${before}{${parts.join()}}`, members, before };
}

/** Pieces of any size, most of them few. */
function cut(body: Buffer, random: Random): Buffer[] {
  const chunks: Buffer[] = [];
  const most = Math.max(random.pick([1, 7, 64, 100_000]), body.length >> 7);
  for (let at = 0; at < body.length; at += chunks.at(-1)!.length)
    chunks.push(body.subarray(at, at + 1 + random.below(most)));
  return chunks;
}

function exchange(
  plugin: string,
  config: object,
): (body: Buffer, chunks: Buffer[]) => { body: Buffer; headers: HeaderPair[] } {
  const host = new ProxyHost(`build/${plugin}.wasm`, { logLevel: "warn" });
  const context = host.configure(plugin, JSON.stringify(config))!;
  assert.ok(context);
  return (body, chunks) => {
    const headers: HeaderPair[] = [
      ["content-type", "application/json"],
      ["content-length", String(body.length)],
      ["x-higress-llm-model", "forged"],
      ["x-higress-llm-provider", "forged"],
    ];
    const request = { method: "POST", path: "/v1/chat/completions", authority: "gateway.example", headers, chunks };
    const { received } = runExchange(host, context, request, reply);
    assert.ok(received, "the provider was not asked");
    return received;
  };
}

const utf8 = (value: string | undefined): string | null =>
  value === undefined ? null : Buffer.from(value, "latin1").toString();
const valueOf = (headers: HeaderPair[], name: string): string | undefined =>
  headers.find(([other]) => other === name)?.[1];

describe("any body", () => {
  it(`has the model that model-router routes by, ${ROUNDS} times (seed ${seed()})`, () => {
    const random = new Random(seed());
    const send = exchange("model-router", { addProviderHeader: "x-higress-llm-provider" });
    for (let round = 0; round < ROUNDS; round++) {
      const { text, members } = bodyOf(random);
      const body = Buffer.from(text);
      const received = send(body, cut(body, random));
      const token = firstModel(members);
      const name = headerOf(token);
      const slash = name?.indexOf("/") ?? -1;
      const isSplit = slash > 0 && slash < name!.length - 1;
      assert.equal(utf8(valueOf(received.headers, "x-higress-llm-model")), name, text);
      assert.equal(
        utf8(valueOf(received.headers, "x-higress-llm-provider")),
        isSplit ? name!.slice(0, slash) : null,
        text,
      );
      assert.equal(valueOf(received.headers, "content-length"), String(received.body.length), text);
      if (!isSplit) assert.equal(received.body.toString(), text);
      else assert.equal(received.body.toString(), replaced(text, members, JSON.stringify(name!.slice(slash + 1))));
    }
  });

  it(`has the model that model-mapper maps it to, ${ROUNDS} times (seed ${seed()})`, () => {
    const random = new Random(seed());
    const send = exchange("model-mapper", { modelMapping: { m: 'x"é', "v/*": "y", mm: "z" } });
    for (let round = 0; round < ROUNDS; round++) {
      const { text, members } = bodyOf(random);
      const body = Buffer.from(text);
      const received = send(body, cut(body, random));
      const token = firstModel(members);
      const name = token?.startsWith('"') ? (JSON.parse(token) as string) : null;
      const model = name === "m" ? 'x"é' : name?.startsWith("v/") ? "y" : null;
      assert.equal(valueOf(received.headers, "content-length"), String(received.body.length), text);
      assert.equal(
        received.body.toString(),
        model === null ? text : replaced(text, members, '"y"'.replace("y", model.replace('"', '\\"'))),
        text,
      );
    }
  });

  it(`gets a default model where it has none, and then every other byte stays (seed ${seed()})`, () => {
    const random = new Random(seed());
    const send = exchange("model-mapper", { modelMapping: { "*": "d", d: "d" } });
    for (let round = 0; round < ROUNDS / 4; round++) {
      const { text, members, before } = bodyOf(random);
      const body = Buffer.from(text);
      const received = send(body, cut(body, random)).body.toString();
      if (firstModel(members) !== null || before === "\uFEFF") continue;
      assert.equal((JSON.parse(received) as { model: string }).model, "d", text);
      assert.ok(received.startsWith(text.slice(0, -1).trimEnd()), received);
    }
  });
});

/** The text with the value of its first member called `model` replaced. */
function replaced(text: string, members: [string, string][], token: string): string {
  let at = text.indexOf("{") + 1;
  for (const [key, value] of members) {
    at = text.indexOf(`"${key}"`, at) + key.length + 2;
    at = text.indexOf(value, at);
    if ((JSON.parse(`"${key}"`) as string) === "model")
      return text.slice(0, at) + token + text.slice(at + value.length);
    at += value.length;
  }
  return text;
}
