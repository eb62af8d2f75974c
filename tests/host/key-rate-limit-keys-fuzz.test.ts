// SPDX-License-Identifier: Apache-2.0
// Whatever keys come in headers and queries, in whatever order streams end, key-rate-limit counts as these few lines do.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HeaderPair } from "../providers/types.ts";
import { Random, seed } from "../unit/random.ts";
import { parametersOf } from "./form.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";
import { SharedData } from "./shared-data.ts";

const ROUNDS = 15_000;
const WINDOW = 60_000;
interface Limit {
  key: string;
  query_per_minute?: number;
  concurrent?: number;
}
const limits: Limit[] = [
  { key: "a", query_per_minute: 3 },
  { key: "regexp:^[ab]+$", query_per_minute: 2, concurrent: 1 },
  { key: "a b", concurrent: 2 },
  { key: "%", query_per_minute: 1 },
  { key: "regexp:z", query_per_minute: 4 },
  { key: "*", query_per_minute: 5, concurrent: 3 },
];
const names = ["x-key", "x-key", "x-key", "x-other"];
const values = ["", "", "a", "b", "ab", "bb", "a b", "%", "z", "bz", "ü", "a,b", "x".repeat(9_000)];
const parameters = ["k+y=", "k+y=", "k%20y=", "%6b y=", "k+y", "K+y=", "x=", "=", "", "k+y&k+y=", "#k+y="];
const queryValues = ["a", "a", "%61", "ab", "b%62", "a+b", "a%20b", "%", "z", "%zz", "%00", "%ff", ";", "%25", ""];

const covers = ({ key }: Limit, value: string): boolean =>
  key === "*" || (key.startsWith("regexp:") ? new RegExp(key.slice(7)).test(value) : key === value);

/** What one value of one limit has had. */
interface Count {
  start: number;
  passed: number;
  open: number;
}

/** The documented rules, without slots: there are enough of them. */
class Reference {
  private readonly counts = new Map<string, Count>();

  /** What a request counts for; null if for nothing. */
  countOf(value: string | undefined): { count: Count; limit: Limit } | null {
    const index = value === undefined ? -1 : limits.findIndex((limit) => covers(limit, value));
    if (index < 0) return null;
    const id = `${index} ${value}`;
    const count = this.counts.get(id) ?? { start: 0, passed: 0, open: 0 };
    this.counts.set(id, count);
    return { count, limit: limits[index]! };
  }

  admits({ count, limit }: { count: Count; limit: Limit }, now: number): boolean {
    const isOver = limit.query_per_minute === undefined || count.passed === 0 || now - count.start >= WINDOW;
    const passed = isOver ? 0 : count.passed;
    if (limit.query_per_minute !== undefined && passed >= limit.query_per_minute) return false;
    if (limit.concurrent !== undefined && count.open >= limit.concurrent) return false;
    if (isOver) count.start = now;
    count.passed = passed + 1;
    count.open++;
    return true;
  }
}

/** Runs requests on two workers; gives how many were refused. */
function run(source: object, isQuery: boolean): number {
  const random = new Random(seed());
  const shared = new SharedData();
  const config = JSON.stringify({ ...source, slots: 1 << 20, limit_keys: limits });
  const workers = [0, 1].map(() => {
    const host = new ProxyHost("build/key-rate-limit.wasm", { logLevel: "warn", shared });
    const context = host.configure("key-rate-limit", config);
    assert.ok(context);
    return { host, context };
  });
  const reference = new Reference();
  let open: { stream: HttpStream; count: Count | undefined }[] = [];
  let now = 0;
  let refused = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const step = random.below(5) ? 0 : random.pick([1_000, 5_000, 20_000, random.below(2 * WINDOW)]);
    now += step;
    for (const { host } of workers) host.advance(step);
    const headers = Array.from({ length: random.below(4) }, (): HeaderPair => [
      random.pick(names),
      random.pick(values),
    ]);
    const whole = (): string =>
      random.pick(parameters) + random.pick(queryValues) + (random.below(9) ? "" : "b".repeat(9_000));
    const query = Array.from({ length: random.below(4) }, whole).join(random.below(9) ? "&" : "&&");
    const path = random.below(9) ? `/a?${query}` : `/${query}`;
    const pairs = isQuery ? parametersOf(path) : headers;
    const found = pairs.filter(([name]) => name === (isQuery ? "k y" : "x-key")).map(([, value]) => value);
    const counted = reference.countOf(found.find((value) => value !== "") ?? found[0]);
    const { host, context } = random.pick(workers);
    const stream = host.stream(context);
    stream.requestHeaders([[":method", "GET"], [":path", path], [":authority", "a.example"], ...headers], true);
    const passes = counted ? reference.admits(counted, now) : true;
    const what = JSON.stringify({ seed: seed(), round, path, headers });
    assert.equal(stream.client.headers?.get(":status"), passes ? undefined : "429", what);
    if (passes) open.push({ stream, count: counted?.count });
    else refused++;
    // Many stay open for a while, and they end in any order.
    const ending = open.filter(() => random.below(open.length > 5 ? 2 : 5) === 0);
    for (const { stream, count } of ending) {
      const end = random.below(3);
      if (end === 0) stream.clientReset();
      else if (end === 1) stream.upstreamReset();
      else stream.responseHeaders([[":status", "200"]], true);
      if (count) count.open--;
    }
    open = open.filter((one) => !ending.includes(one));
    host.check();
  }
  return refused;
}

describe("key-rate-limit on the Node host", () => {
  for (const source of [{ limit_by_header: "X-Key" }, { limit_by_param: "k y" }]) {
    it(`counts ${Object.keys(source).join()} as it should (seed ${seed()})`, () => {
      const refused = run(source, "limit_by_param" in source);
      assert.ok(refused > ROUNDS / 25 && refused < (ROUNDS * 9) / 10, `${refused} refused is no good mixture`);
    });
  }
});
