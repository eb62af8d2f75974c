// SPDX-License-Identifier: Apache-2.0
// Whatever is wrong with an option that guards, nothing opens: the configuration is refused, or what the option guards
// is guarded all the same.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { ClientRequest } from "../harness/http-client.ts";
import { findPlugins } from "../../tools/plugins.ts";
import type { HttpCallout } from "./callouts.ts";
import { runStream } from "./exchange.ts";
import { guards, type Guard, type ProbeRequest, type Seen } from "./guarding.ts";
import type { HeaderPair } from "../providers/types.ts";
import { ProxyHost } from "./proxy-host.ts";

type Json = Record<string, unknown>;
type Place = "global" | "rule" | "route";
const PLACES: Place[] = ["global", "rule", "route"];
/** Stands for the option's name where it stands for the second time. */
const AGAIN = "@again@";

/** A wrong form of the option: the object in which it stands, made anew. */
interface Wrong {
  what: string;
  change(holder: Json, key: string): Json;
}

const valued = (what: string, value: unknown): Wrong => ({
  what,
  change: (holder, key) => ({ ...holder, [key]: value }),
});

/** Everything that is done wrong with the option. */
function wrongs({ plugin, path, config, mayBeEmpty }: Guard): Wrong[] {
  const key = path.at(-1) as string;
  const value = valueAt(config, path);
  const empty = Array.isArray(value) ? [[], [""], [" "], [null], [""].concat(value as string[])] : ["", " "];
  if (!Array.isArray(value) && typeof value === "object" && !mayBeEmpty) empty.push({} as never);
  const known = new Set(guards.filter((other) => other.plugin === plugin).map((other) => other.path.at(-1)));
  const misspelt = [...new Set(misspellings(key))].filter((name) => !known.has(name));
  return [
    valued("null", null),
    ...empty.map((nothing) => valued(`empty: ${JSON.stringify(nothing)}`, nothing)),
    { what: "twice", change: (holder) => ({ ...holder, [AGAIN]: value }) },
    { what: "twice, the second time empty", change: (holder) => ({ ...holder, [AGAIN]: empty[0] }) },
    ...misspelt.map((name): Wrong => ({
      what: `misspelt: ${name}`,
      change: (holder) => Object.fromEntries(Object.entries(holder).map(([k, v]) => [k === key ? name : k, v])),
    })),
  ];
}

function misspellings(key: string): string[] {
  const middle = key.length >> 1;
  return [
    key.slice(0, -1),
    key.slice(0, middle) + key.slice(middle + 1),
    `${key}s`,
    `${key}List`,
    `${key}_2`,
    ...(key.length < 6 ? [] : [`my${key[0].toUpperCase()}${key.slice(1)}`, `my_${key}`]),
    key.slice(0, middle - 1) + key[middle] + key[middle - 1] + key.slice(middle + 1),
    key.toUpperCase(),
    key.replace(/_/g, "-"),
    key.replace(/_/g, ""),
    key.replace(/(?<=[a-z])_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    key.replace(/([A-Z])/g, (letter) => `_${letter.toLowerCase()}`),
  ].filter((name) => name !== key);
}

const valueAt = (config: unknown, path: (string | number)[]): unknown =>
  path.reduce((value, part) => (value as Json)[part], config);

/** The configuration with the object in which the option stands changed. */
function changed(value: unknown, path: (string | number)[], change: (holder: Json, key: string) => Json): unknown {
  const [first, ...rest] = path;
  if (rest.length === 0) return change(value as Json, first as string);
  const inner = changed((value as Json)[first], rest, change);
  if (Array.isArray(value)) return value.map((item: unknown, at) => (at === first ? inner : item));
  return { ...(value as Json), [first]: inner };
}

/** The plugin's configuration, and that on the route, with the option's configuration in its place. */
function placed({ path, instance }: Guard, config: Json, place: Place, right: Json): [string, string | null] {
  const name = JSON.stringify(path.at(-1) as string);
  const text = (value: unknown): string => JSON.stringify(value).replaceAll(JSON.stringify(AGAIN), name);
  const elsewhere = { _rules_: [{ _match_route_: ["elsewhere"], ...right }] };
  if (place === "global") return [text({ ...instance, ...config }), null];
  if (place === "rule") return [text({ ...instance, _rules_: [{ _match_route_: ["r"], ...config }] }), null];
  return [text(instance ?? elsewhere), text(config)];
}

/** What comes of the probe; null where the configuration is refused. */
function run({ plugin, probe }: Guard, [global, onRoute]: [string, string | null]): Seen | null {
  const host = new ProxyHost(`build/${plugin}.wasm`, { logLevel: "error", clusters: ["upstream", "own"] });
  const context = host.configure(plugin, global);
  if (!context) return null;
  const metadata = onRoute === null ? {} : { [plugin]: { config: onRoute } };
  const routes = [{ name: "r", match: { prefix: "/" }, cluster: "upstream", metadata }];
  const calls: string[] = [];
  const peers = {
    answer: () => ({
      status: 200,
      headers: (probe.reply ? [["content-type", "application/json"]] : []) as HeaderPair[],
      chunks: [Buffer.from(probe.reply ?? "{}")],
    }),
    callout: ({ cluster, headers }: HttpCallout) => {
      calls.push([cluster, headers.get(":authority"), headers.get("authorization")].join(" "));
      return { status: 200, body: "{}" };
    },
  };
  const request = requestOf(probe);
  if (probe.whileOpen) {
    const pseudo: HeaderPair[] = [
      [":method", request.method],
      [":path", request.path],
      [":authority", request.authority],
    ];
    host.stream(context, { routes }).requestHeaders([...pseudo, ...request.headers], true);
  }
  let seen: Seen | null = null;
  // A store that does not reply is given up.
  const idle = probe.earlier ? () => host.advance(2_000) : undefined;
  const last = Array.from({ length: probe.times ?? 1 }, (): ProbeRequest => probe);
  for (const sent of probe.earlier ? [probe.earlier, ...last] : last) {
    const stream = host.stream(context, { routes });
    if (sent.consumer)
      stream.filterState.set("ai_consumer", { value: Buffer.from(sent.consumer), readonly: false, span: 1 });
    const { response, received, details } = runStream(host, stream, requestOf(sent), peers, idle);
    if (details === `${plugin}.bad_route_config`) return null;
    seen = { status: response.status, received, calls, body: response.body.toString() };
  }
  return seen;
}

function requestOf({ method = "POST", path = "/", headers = [], body }: ProbeRequest): ClientRequest {
  return { method, path, authority: "gateway.example", headers, chunks: body ? [Buffer.from(body)] : [] };
}

for (const guard of guards) {
  const { plugin, path, config, probe } = guard;
  describe(`${plugin}: ${path.join(".")}`, () => {
    for (const place of PLACES.filter((each) => guard.places?.includes(each) ?? true)) {
      it(`guards in the ${place}`, () => {
        const right = run(guard, placed(guard, config, place, config));
        assert.ok(right && probe.isClosed(right), `does not guard: ${JSON.stringify(right)}`);
        const without = changed(config, path, (holder, key) =>
          Object.fromEntries(Object.entries(holder).filter(([name]) => name !== key)),
        ) as Json;
        const open = run(guard, placed(guard, without, place, config));
        if (guard.isRequired) assert.equal(open, null, "is required");
        else if (guard.isSafeWithout) assert.ok(open && probe.isClosed(open), `is open: ${JSON.stringify(open)}`);
        else assert.ok(open && !probe.isClosed(open), `guards nothing: ${JSON.stringify(open)}`);
      });

      for (const { what, change } of wrongs(guard)) {
        it(`opens nothing in the ${place}, ${what}`, () => {
          const texts = placed(guard, changed(config, path, change) as Json, place, config);
          const seen = run(guard, texts);
          assert.ok(seen === null || probe.isClosed(seen), `open with ${texts.join(" ")}`);
        });
      }
    }
  });
}

describe("the options that guard", () => {
  // redis-bridge has no options.
  const withOptions = findPlugins().filter(({ folder }) => existsSync(`${folder}/config.ts`));
  for (const { name, folder } of withOptions) {
    it(`of ${name} are all tried`, () => {
      const tried = new Set(guards.filter(({ plugin }) => plugin === name).map(({ path }) => path.at(-1)));
      const source = readFileSync(`${folder}/config.ts`, "utf8");
      const list = /const GUARDS(?:: string\[\])? = \[([^\]]*)\]/.exec(source)?.[1] ?? "";
      const named = list
        .split(",")
        .map((item) => item.trim())
        .filter((item) => item.length > 0);
      const options = named.map((item) =>
        item.startsWith('"') ? item.slice(1, -1) : (new RegExp(`${item} = "(.+)"`).exec(source)?.[1] ?? item),
      );
      assert.deepEqual(
        options.filter((option) => option === undefined || !tried.has(option)),
        [],
      );
    });
  }
});
