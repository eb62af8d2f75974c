// SPDX-License-Identifier: Apache-2.0
// Configurations made to cost as much as they can, accepted or refused: reading one is linear in its length, as are the
// lines that are logged, and what is wide in it costs a request nothing.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { countSteps } from "../fuzz/counted.ts";
import { assertLinear, costOf, good, type Cost } from "../fuzz/measure.ts";
import { numbered, plainShapes } from "../fuzz/shapes.ts";
import type { RootContext } from "./contexts.ts";
import { ProxyHost } from "./proxy-host.ts";

const LIMIT = 2_000_000_000;
/** Reading is no hot path: a pattern of one letter is compiled, each option is looked for in the object that holds it. */
const STEPS_PER_BYTE = 1_550;
const openai = '{"provider":{"type":"openai","apiToken":"sk-test-0001"}}';
/** A small configuration of each plugin. */
const small: Record<string, string> = {
  "ai-proxy": openai,
  "key-auth": '{"keys":["k"],"consumers":[{"name":"c","credential":"sk-test-0001"}]}',
  "key-rate-limit": '{"limit_by_header":"x","limit_keys":[{"key":"a","query_per_day":1}]}',
  "request-block": '{"block_urls":["a"]}',
  "chatgpt-proxy": '{"apiKey":"sk-test-0001"}',
  "model-router": '{"modelToHeader":"x-m"}',
  "model-mapper": '{"modelMapping":{"a":"b"}}',
  "ai-cache": '{"cache":{"type":"memory"}}',
  "ai-history": '{"memory":{}}',
  "ai-data-masking": '{"deny_words":["a"]}',
  "ai-search": '{"searchFrom":[{"type":"searxng","cluster":"c"}]}',
  "ai-security-guard":
    '{"cluster":"c","serviceHost":"a.example","accessKey":"key-of-aliyun","secretKey":"secret-of-aliyun","checkRequest":true}',
  "ai-prompt-decorator": '{"prepend":[{"role":"user","content":"a"}]}',
  "ai-prompt-guard": '{"deny_patterns":["a"]}',
  "ai-prompt-template": '{"templates":[{"name":"a","template":{}}]}',
  fallback: '{"targets":[{"name":"other"}]}',
};
const counted = (plugin: string): string => `build/test/${plugin}.counted.wasm`;

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
  $ref?: string;
  $defs?: Record<string, Schema>;
}
type Place = [name: string, put: (value: string) => string, property: Schema];

/** A value in the place of each option, at the top and in objects below. An option that is the same in several objects has one place. */
function placesOf(
  schema: Schema,
  root: Schema,
  path: string,
  put: (text: string) => string,
  known = new Set<string>(),
): Place[] {
  const resolve = (one: Schema): Schema => (one.$ref ? root.$defs![one.$ref.split("/").at(-1)!]! : one);
  return Object.entries(resolve(schema).properties ?? {}).flatMap(([name, property]) => {
    const what = `${name} ${JSON.stringify(property)}`;
    if (known.has(what)) return [];
    known.add(what);
    const here = (value: string): string => put(`"${name}":${value}`);
    const place: Place = [`${path}.${name}`, here, property];
    // One list of providers is like the other one, and is all that a rule may hold beside. A service reads its options as the others do.
    const below = resolve(property);
    const object =
      name === "providers" || name === "_rules_" || path === "$.checks"
        ? undefined
        : below.properties
          ? below
          : below.items && resolve(below.items);
    if (!object?.properties) return [place];
    const type = name === "provider" ? '"type":"openai",' : "";
    const inside = (text: string): string => here(below.items ? `[{${type}${text}}]` : `{${type}${text}}`);
    return [place, ...placesOf(object, root, place[0], inside, known)];
  });
}

const SHAPES = Object.entries(plainShapes);
/** The factor of the sizes of patterns: a set of few is compiled in another way than one of many. */
const PATTERNS = 2;
/** So many shapes are tried with an option that is described as one before it. */
const SOME = 5;

/** The shapes to try with one option after the other: all of them with the first one of a kind, and others in turn with each further one. */
function turns(): (property: Schema) => typeof SHAPES {
  const known = new Set<string>();
  let at = 0;
  return (property) => {
    const kind = JSON.stringify(property, (key, value: unknown) =>
      /^(description|default|examples|title)$/.test(key) ? undefined : value,
    );
    if (!known.has(kind)) {
      known.add(kind);
      return SHAPES;
    }
    return Array.from({ length: SOME }, () => SHAPES[at++ % SHAPES.length]);
  };
}

const hosts = new Map<string, { host: ProxyHost; context: RootContext }>();

/** What it costs to read a configuration; what is logged goes out. */
function reading(plugin: string, text: string): Cost {
  let known = hosts.get(plugin);
  if (!known) {
    const host = new ProxyHost(counted(plugin), { logLevel: "warn" });
    known = { host, context: host.configure(plugin, small[plugin])! };
  }
  const { host, context } = known;
  hosts.delete(plugin);
  host.vm.logs.length = 0;
  host.vm.call(context, "test_limit", [LIMIT]);
  const read = host.configure(plugin, text);
  const steps = host.vm.call(context, "test_steps", []);
  if (read) host.release(read);
  hosts.set(plugin, known);
  const logged = host.vm.logs.reduce((sum, line) => sum + line.text.length, 0);
  return { steps, came: text.length, upstream: logged, client: 0 };
}

const provider = (more: string): string => `{"provider":{"type":"openai","apiToken":"sk-test-0001",${more}}}`;
const list = (text: (n: number) => string, size: number): string =>
  `[${numbered((n) => `${n ? "," : ""}${text(n)}`, size)}]`;
const map = (text: (n: number) => string, size: number): string =>
  `{${numbered((n) => `${n ? "," : ""}${text(n)}`, size)}}`;
const many = (size: number, more = ""): string =>
  `{"providers":${list((n) => `{"id":"p${n}","type":"openai","apiToken":"sk-test-${1000 + n}"${more}}`, size)}`;

/** Configurations of ai-proxy that are accepted, however long they are. */
const wide: Record<string, (size: number) => string> = {
  "many providers": (size) => `${many(size)},"activeProviderId":"p3"}`,
  "many providers of which none is chosen": (size) => `${many(size)}}`,
  "rules that each choose a provider": (size) =>
    `${many(size / 2)},"_rules_":${list((n) => `{"_match_route_":["r${n}"],"activeProviderId":"p${Math.floor(n / 2)}"}`, size / 2)}}`,
  "rules that each have a provider": (size) =>
    `{"_rules_":${list((n) => `{"_match_domain_":["d${n}.example"],"provider":{"type":"openai","apiToken":"sk-test-${1000 + n}"}}`, size)}}`,
  "rules that each have a context": (size) =>
    `{"_rules_":${list(
      (n) =>
        `{"_match_domain_":["d${n}.example"],"provider":{"type":"openai","apiToken":"sk-test-0001",` +
        `"context":{"fileUrl":"f.example/${n}","cluster":"upstream"}}}`,
      size,
    )}}`,
  "models of their own": (size) => provider(`"modelMapping":${map((n) => `"model-${n}":"served-${n}"`, size)}`),
  "models by prefixes": (size) => provider(`"modelMapping":${map((n) => `"model-${n}*":"served-${n}"`, size)}`),
  "API keys": (size) =>
    provider(`"x":0`).replace('"apiToken":"sk-test-0001"', `"apiTokens":${list((n) => `"sk-test-${1000 + n}"`, size)}`),
  commands: (size) => provider(`"contextCleanupCommands":${list((n) => `"/clear-${n}"`, size)}`),
};
/** Configurations of ai-proxy that are not. */
const refused: Record<string, (size: number) => string> = {
  "providers without a type": (size) => `{"providers":${list((n) => `{"id":"p${n}"}`, size)}}`,
  "providers of no known type": (size) => `{"providers":${list((n) => `{"id":"p${n}","type":"t${n}"}`, size)}}`,
  "rules that choose what is broken": (size) =>
    `{"providers":${list((n) => `{"id":"p${n}","type":"openai"}`, size / 2)},"_rules_":${list((n) => `{"_match_route_":["r${n}"],"activeProviderId":"p${n}"}`, size / 2)}}`,
  "settings of a long name": (size) =>
    provider(`"customSettings":[{"name":"${"a.".repeat(size / 2)}b","value":1,"mode":"raw"}]`),
  "settings of a long part": (size) =>
    // All of them are refused: one that is accepted is read further.
    provider(`"customSettings":[{"name":"${"a".repeat(1000 + size)}","value":1,"mode":"raw"}]`),
  "many settings": (size) =>
    provider(`"customSettings":${list((n) => `{"name":"a${n}","value":1,"mode":"raw"}`, size)}`),
  "files of Qwen's": (size) => provider(`"qwenFileIds":${list((n) => `"file-${n}"`, size)}`).replace("openai", "qwen"),
  capabilities: (size) => provider(`"capabilities":${map((n) => `"openai/v${n}/x":"/x"`, size)}`),
};

const CHAT = '{"model":"gpt-4o","messages":[{"role":"user","content":"a"}]}';

describe("the work of reading a configuration", () => {
  before(() => Object.keys(small).forEach((plugin) => void countSteps(`build/${plugin}.wasm`, counted(plugin))));

  for (const plugin of Object.keys(small)) {
    const schema = JSON.parse(readFileSync(`plugins/${plugin}/schema.json`, "utf8")) as Schema;
    const shapesFor = turns();
    for (const [place, put, property] of placesOf(schema, schema, "$", (text) => `{${text}}`)) {
      test(`${plugin}: ${place}`, async () => {
        // Frees what the last tests have used.
        await setImmediate();
        const factor = place.includes("regexp") ? PATTERNS : 1;
        for (const [what, shape] of shapesFor(property))
          assertLinear(what, (size) => reading(plugin, put(shape(factor * size))), STEPS_PER_BYTE);
      });
    }
  }

  for (const [what, text] of Object.entries({ ...wide, ...refused })) {
    test(`ai-proxy: ${what}`, () => assertLinear(what, (size) => reading("ai-proxy", text(size)), STEPS_PER_BYTE));
  }

  // Rules are looked at in their order.
  for (const [what, text] of Object.entries(wide).filter(([name]) => !name.startsWith("rules"))) {
    test(`ai-proxy: ${what} cost a request nothing`, () => {
      const [few, lots] = [2_000, 200_000].map((size) => {
        const config = JSON.parse(text(size)) as object;
        const body = CHAT.replace('"a"', '"/clear-1"').replace("gpt-4o", "model-1x");
        return costOf({ wasm: counted("ai-proxy"), plugin: "ai-proxy", config, body, reply: good([]) }).steps;
      });
      assert.ok(lots < 1.5 * few + 2_000, `${few} steps with a few, ${lots} with a hundred times as many`);
    });
  }
});
