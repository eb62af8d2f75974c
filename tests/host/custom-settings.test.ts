// SPDX-License-Identifier: Apache-2.0
// Settings are put into a request several at once: what comes of it is what each of them, one after the other, would make.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Random, seed } from "../unit/random.ts";
import { runExchange } from "./exchange.ts";
import { ProxyHost } from "./proxy-host.ts";

type Json = number | Json[] | { [name: string]: Json };
interface Setting {
  name: string;
  value: Json;
  mode: "raw";
  overwrite: boolean;
}

const ROUNDS = 1_500;
const NAMES = ["a", "b", "c", "0", "01"];

function jsonOf(random: Random, depth: number): Json {
  const kind = depth > 2 ? 0 : random.below(4);
  if (kind < 2) return random.below(100);
  if (kind === 2) return Array.from({ length: random.below(3) }, () => jsonOf(random, depth + 1));
  return Object.fromEntries(NAMES.slice(0, random.below(4)).map((name) => [name, jsonOf(random, depth + 1)]));
}

const nested = (path: string[], value: Json): Json =>
  path.reduceRight<Json>((inner, name) => ({ [name]: inner }), value);

/** What one setting makes of a request. */
function put(request: Json, path: string[], { value, overwrite }: Setting): void {
  let holder = request as Record<string, Json>;
  for (const [depth, name] of path.entries()) {
    const isList = Array.isArray(holder);
    const key = isList && /^\d+$/.test(name) ? String(Number(name)) : name;
    const rest = path.slice(depth + 1);
    if (!(isList && !/^\d+$/.test(name)) && Object.hasOwn(holder, key) && key !== "length") {
      const found = holder[key];
      if (rest.length && typeof found === "object") {
        holder = found as Record<string, Json>;
        continue;
      }
      if (overwrite) holder[key] = nested(rest, value);
    } else if (!isList) holder[name] = nested(rest, value);
    return;
  }
}

test(`${ROUNDS} lists of custom settings, each as if one came after the other`, () => {
  const random = new Random(seed());
  const host = new ProxyHost("build/ai-proxy.wasm", { logLevel: "error" });
  for (let round = 0; round < ROUNDS; round++) {
    const customSettings = Array.from({ length: 1 + random.below(6) }, (): Setting => {
      const name = Array.from({ length: 1 + random.below(3) }, () => random.pick(NAMES)).join(".");
      return { name, value: jsonOf(random, 1), mode: "raw", overwrite: random.below(3) > 0 };
    });
    const asked = { model: "m", messages: [{ role: "user", content: "hi" }], ...(jsonOf(random, 0) as object) };
    const config = { provider: { type: "openai", apiToken: "sk-test-0001", customSettings } };
    const context = host.configure("ai-proxy", JSON.stringify(config));
    assert.ok(context);
    const body = Buffer.from(JSON.stringify(asked));
    const path = "/v1/chat/completions";
    const request = { method: "POST", path, authority: "gateway.example", headers: [], chunks: [body] };
    const reply = { status: 200, headers: [], chunks: [] };
    const { received } = runExchange(host, context, request, { answer: () => reply });
    for (const setting of customSettings) put(asked as unknown as Json, setting.name.split("."), setting);
    const what = JSON.stringify({ seed: seed(), round, body: body.toString(), customSettings });
    assert.deepEqual(JSON.parse(received!.body.toString()), asked, what);
    host.release(context);
  }
});
