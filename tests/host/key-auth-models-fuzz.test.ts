// SPDX-License-Identifier: Apache-2.0
// However a server reads a request that key-auth let through, it finds no model there that the consumer may not use.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HeaderPair } from "../providers/types.ts";
import { Random, seed } from "../unit/random.ts";
import { runExchange } from "./exchange.ts";
import { decodeForm, parametersOf } from "./form.ts";
import { ProxyHost } from "./proxy-host.ts";

const ROUNDS = 20_000;
const models = ["good", "ok-*", 'q"'];
const config = { keys: ["apikey"], consumers: [{ name: "bound", credential: "key", models }] };
const reply = { answer: () => ({ status: 200, headers: [], chunks: [] }) };

const keys = [
  "model",
  "model",
  "model",
  "Model",
  "MODEL",
  "mod\\u0065l",
  "m\\u004fdel",
  "models",
  "mode",
  "model ",
  "x",
];
const values = ['"good"', '"ok-1"', '"ok-"', '"go\\u006fd"', '"q\\""', '"bad"', '"goo"', '"GOOD"', '"good "', '""'];
const others = ["null", "1", '["bad"]', '{"model":"bad"}', '"b\\u0061d"', '"good\\u0000"', "[]", "true"];
const around = ["", "", "", "", " ", "\n", "\uFEFF", "[", "x", "\0", "{", ","];
const ends = [
  "/chat/completions",
  "/v1/chat/completions",
  "/v1/embeddings",
  "/v1/images/generations",
  "/x",
  "/v1/files",
  "/v1/evals",
  "/v1/realtime/client_secrets",
];
const parts = [
  "/openai/deployments/good",
  "/openai/deployments/bad",
  "/openai/Deployment%73/b%61d",
  "/v1beta/models/ok-9",
];
const odd = ["/engines/bad", "/model/good", "/..", "/%2e%2e", "//", "/deployments/good%2fx", "/models\\bad", "/a;b"];
const types = ["application/json", "application/json", "text/plain", "multipart/form-data; boundary=x", "MULTIPART/x"];
const queries = ["", "", "?model=bad", "?mod%65l=bad&model=good", "?model=good", "?MODEL=ok%2D1", "?x=model"];

const isAllowed = (model: unknown): boolean =>
  typeof model === "string" && (/^ok-/.test(model) || ["good", 'q"'].includes(model));

/** The values of all top members that any server may take for the model; null if it is no object. */
function modelsOf(body: string): unknown[] | null {
  const found: unknown[] = [];
  let text = body.replace(/^\uFEFF/, "");
  try {
    if (Array.isArray(JSON.parse(text))) text = text.trim().slice(1, -1);
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  } catch {
    return null;
  }
  // The members one by one: JSON.parse alone would forget all but the last of those that are called the same.
  for (const [, key, value] of text.matchAll(/("(?:[^"\\]|\\.)*"):("(?:[^"\\]|\\.)*"|\[[^\]]*\]|\{[^}]*\}|\w+)/g)) {
    if ((JSON.parse(key!) as string).toLowerCase() === "model") found.push(JSON.parse(value!));
  }
  return found;
}

/** Where objects of the client's stand in the body, of which nothing is known; everywhere else a model may stand deeper. */
const isFree = /\/v1\/(chat\/completions|embeddings)$|\/openai\/deployments\/[^/]+\/chat\/completions$/;

/** All values that are called `model`, however deep they stand. */
function allModels(value: unknown): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  const own = Object.entries(value).flatMap(([key, item]) =>
    key.toLowerCase() === "model" ? [item] : allModels(item),
  );
  return own.filter((model) => model !== null);
}

/** Why a request must not have come through, or null. */
function leak(path: string, body: string): string | null {
  const found = modelsOf(body);
  if (found && found.length > 1) return "two models";
  if (found?.some((model) => !isAllowed(model))) return "another model in the body";
  const [raw] = path.split("?") as [string];
  if (!isFree.test(raw) && found && !allModels(JSON.parse(body.replace(/^\uFEFF/, ""))).every(isAllowed))
    return "a nested model";
  if (/\/v1\/realtime\/client_secrets$/.test(raw) && !found?.length && !/"session"/.test(body))
    return "a session's own model";
  const plain = decodeForm(path.split("?")[0]!).replaceAll("\\", "/").replace(/\/+/g, "/");
  if (/\/(deployments|engines|model)\/(?!(good|ok-[^/]*)(\/|$))/i.test(plain)) return "another model in the path";
  const named = parametersOf(path).filter(([name]) => name.toLowerCase() === "model");
  if (/\/realtime$/.test(plain) && named.length !== 1) return "no model in the query";
  if (named.length > 1 || named.some(([, model]) => !isAllowed(model))) return "another model in the query";
  return null;
}

describe("key-auth", () => {
  it(`lets no model through that is not the consumer's, ${ROUNDS} times (seed ${seed()})`, () => {
    const random = new Random(seed());
    const host = new ProxyHost("build/key-auth.wasm", { logLevel: "warn" });
    const context = host.configure("key-auth", JSON.stringify(config));
    assert.ok(context);
    const seen = new Map<string, number>();
    for (let round = 0; round < ROUNDS; round++) {
      const flat = (): string => `"${random.pick(keys)}":${random.pick(random.below(6) ? values : others)}`;
      const member = (): string =>
        random.below(5)
          ? flat()
          : `"${random.pick(["session", "a"])}":${random.below(2) ? `{${flat()}}` : `[{${flat()}}]`}`;
      const object = `{${Array.from({ length: random.below(4) }, member).join()}}`;
      const isOdd = random.below(5) === 0;
      const text = isOdd ? `${random.pick(around)}${object}${random.pick(around)}` : object;
      const end = random.below(8) ? random.pick(ends) : "/v1/realtime";
      const path = `${random.below(2) ? "" : random.pick(random.below(2) ? parts : odd)}${end}${random.pick(queries)}`;
      const headers: HeaderPair[] = [
        ["apikey", "key"],
        ["content-type", random.pick(types)],
      ];
      const body = Buffer.from(random.below(3) ? text : `[${text}]`);
      const cut = random.below(body.length);
      const chunks = [body.subarray(0, cut), body.subarray(cut)].filter((chunk) => chunk.length);
      const request = { method: "POST", path, authority: "gateway.example", headers, chunks };
      const { received, details } = runExchange(host, context, request, reply);
      const what = JSON.stringify({ seed: seed(), round, path, headers, body: body.toString(), details });
      seen.set(received ? "passed" : details, (seen.get(received ? "passed" : details) ?? 0) + 1);
      if (!received) continue;
      assert.equal(received.body.toString(), body.toString(), what);
      // What stands exactly where files go is no question to a model.
      const isFile = path.split("?")[0]!.endsWith("/v1/files") && /^multipart/i.test(headers[1]![1]);
      if (!isFile) assert.equal(leak(path, body.toString()), null, what);
    }
    for (const kind of ["passed", "model_not_allowed", "model_not_readable", "duplicate_model"]) {
      const count = seen.get(kind) ?? seen.get(`key-auth.${kind}`) ?? 0;
      assert.ok(count > ROUNDS / 50, `${kind} came up ${count} times: ${JSON.stringify([...seen])}`);
    }
  });
});
