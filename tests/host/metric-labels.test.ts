// SPDX-License-Identifier: Apache-2.0
// Metrics, with labels and without: the same on the Node host and in Envoy, in /stats and for Prometheus.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { compile } from "../../tools/compile.ts";
import { countSteps } from "../fuzz/counted.ts";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send } from "../harness/http-client.ts";
import type { RootContext } from "./contexts.ts";
import { ProxyHost } from "./proxy-host.ts";

const WASM = "build/test/metric-labels.wasm";
const COUNTED = "build/test/metric-labels.counted.wasm";

const hex = (text: string | Buffer): string => Buffer.from(text as string).toString("hex");
const path = (kind: string, number: number, model: string | Buffer, consumer = "a"): string =>
  `/${kind}/${number}/${hex(model)}/${hex(consumer)}`;

/** Runs one request on the Node host, and gives its response. */
function ask(host: ProxyHost, context: RootContext, what: string): string {
  const stream = host.stream(context);
  stream.requestHeaders(
    [
      [":method", "GET"],
      [":path", what],
      [":authority", "gateway.example"],
    ],
    true,
  );
  host.check();
  return stream.client.bodyBytes.toString();
}

function open(wasm = WASM, limit = 3, strict = true): [ProxyHost, (what: string) => string] {
  const host = new ProxyHost(wasm, { logLevel: "error", strict });
  const context = host.configure("metrics", JSON.stringify({ limit }));
  assert.ok(context);
  return [host, (what) => ask(host, context, what)];
}

/** Values of counters and gauges by their name; how often a histogram was recorded. */
function metricsOf(host: ProxyHost): Record<string, number> {
  return Object.fromEntries(
    [...host.vm.metrics.byName].map(([name, { value, recorded }]) => [name, Number(value) + recorded.length]),
  );
}

/** Encoded values of labels. */
const encodings: [what: string, value: string | Buffer, encoded: string][] = [
  ["a model's name", "meta-llama/Llama-3.1:70b@x+y_z", "meta-llama/Llama-3.1:70b@x+y_z"],
  ["nothing", "", "none"],
  ["a space and what ends a label", "a b]=[c%", "a%20b%5D%3D%5Bc%25"],
  ["control bytes", "a\n\0\u007f", "a%0A%00%7F"],
  ["letters that are not ASCII", "é漢", "%C3%A9%E6%BC%A2"],
  ["bytes that are no UTF-8", Buffer.from([0xff, 0xc3]), "%FF%C3"],
  ["dots, and one at the end", "..a..b.", "..a..b%2E"],
  ["a dot alone", ".", "%2E"],
  ["96 bytes", "x".repeat(96), "x".repeat(96)],
];

describe("labels of metrics", () => {
  before(async () => {
    await compile({ entry: "tests/host/metric-labels/assembly/index.ts", out: WASM, target: "release" });
    countSteps(WASM, COUNTED);
  });

  for (const [what, value, encoded] of encodings) {
    it(`hold ${what}`, () => {
      const [host, run] = open();
      run(path("counter", 5, value));
      assert.deepEqual(metricsOf(host), { [`[model=${encoded}][consumer=a]requests_total`]: 5 });
    });
  }

  it("shorten a long value, and keep those apart that differ behind", () => {
    const [host, run] = open();
    for (const end of ["a", "b", "a"]) run(path("counter", 1, "é".repeat(500) + end));
    const names = Object.entries(metricsOf(host));
    assert.equal(names.length, 2);
    const kept = "%C3%A9".repeat(13);
    for (const [name] of names) assert.match(name, new RegExp(`^\\[model=${kept}~[0-9A-F]{16}\\]\\[consumer=a\\]`));
    assert.deepEqual(names.map(([, count]) => count).sort(), [1, 2]);
  });

  it("fold what is beyond the limit of a family into one label set, and count it", () => {
    const [host, run] = open();
    for (const model of ["a", "b", "c", "d", "e", "a", "d"]) run(path("counter", 10, model));
    for (const model of ["a", "b", "c", "d"]) run(path("histogram", 10, model));
    assert.deepEqual(metricsOf(host), {
      "[model=a][consumer=a]requests_total": 20,
      "[model=b][consumer=a]requests_total": 10,
      "[model=c][consumer=a]requests_total": 10,
      "[model=other][consumer=other]requests_total": 30,
      requests_total_folded_total: 3,
      "[model=a][consumer=a]duration_milliseconds": 1,
      "[model=b][consumer=a]duration_milliseconds": 1,
      "[model=c][consumer=a]duration_milliseconds": 1,
      "[model=other][consumer=other]duration_milliseconds": 1,
      duration_milliseconds_folded_total: 1,
    });
  });

  it("are defined once, also where the host refuses, and nothing is recorded then", () => {
    const [host, run] = open(WASM, 3, false);
    host.vm.metrics.refuses = (name) => /plain|model=bad/.test(name);
    for (let count = 0; count < 3; count++) {
      assert.equal(run("/plain/3"), "0");
      assert.equal(run(path("gauge", 7, "bad")), "0");
      assert.equal(run(path("gauge", 7, "good")), String(7 * (count + 1)));
      run(path("counter", 1, "bad"));
      run(path("histogram", 1, "bad"));
    }
    assert.deepEqual(metricsOf(host), { "[model=good][consumer=a]open_streams": 21 });
    assert.equal(host.vm.metrics.definitions, 3 + 4);
  });

  it("take one call of the host once they are known, none where nothing changes, and no memory", () => {
    const [host, run] = open();
    const callsOf = (what: string): number => {
      const before = host.vm.hostCalls;
      run(what);
      return host.vm.hostCalls - before;
    };
    const [defining, known, zero, negative] = [1, 1, 0, -1].map((number) => callsOf(path("counter", number, "a")));
    assert.deepEqual([defining, zero, negative], [known + 1, known - 1, known - 1]);
    assert.deepEqual(metricsOf(host), { "[model=a][consumer=a]requests_total": 2 });
    host.collectGarbage();
    const before = host.vm.heapUse();
    for (let count = 0; count < 1000; count++) run(path("histogram", count, "a"));
    host.collectGarbage();
    assert.ok((host.vm.heapUse()?.bytes ?? 0) - (before?.bytes ?? 0) < 2000, "what one label set takes");
  });

  it("cost the same however many label sets there are", () => {
    const [host, run] = open(COUNTED, 400);
    const [root] = host.vm.contexts.values();
    const stepsOf = (what: string): number => {
      host.vm.call(root, "test_limit", [1_000_000_000]);
      run(what);
      return host.vm.call(root, "test_steps", []);
    };
    run(path("counter", 1, "model-0"));
    const first = stepsOf(path("counter", 1, "model-0"));
    for (let number = 1; number < 500; number++) run(path("counter", 1, `model-${number}`));
    assert.ok(stepsOf(path("counter", 1, "model-0")) <= first + 20);
    assert.ok(stepsOf(path("counter", 1, "model-9")) <= 2 * first);
    assert.equal(host.vm.metrics.byName.size, 400 + 1 + 1, "and one of others, and the number of those");
  });
});

describe("metrics in Envoy", () => {
  let envoy: EnvoyProcess;

  before(async () => {
    await compile({ entry: "tests/host/metric-labels/assembly/index.ts", out: WASM, target: "release" });
    const routes = [routeFor({ name: "default", cluster: "upstream" })];
    const filter = wasmFilter({ plugin: "metrics", wasm: WASM, configuration: '{"limit":13}' });
    const bootstrap = bootstrapFor(
      [listenerFor({ name: "gateway", routes, downstream: [filter] })],
      [clusterFor({ name: "upstream", port: 1 })],
    );
    const tags = ["model", "consumer"].map((tag) => ({ tag_name: tag, regex: `(\\[${tag}=(.*?)\\])` }));
    envoy = await startEnvoy({ ...bootstrap, stats_config: { stats_tags: tags }, stats_flush_interval: "0.1s" });
  });
  after(() => envoy?.stop());

  it("are those of the Node host, and have their labels for Prometheus", async () => {
    const [host, onNode] = open(WASM, 13);
    const values = encodings.map(([, value]) => value);
    const paths = ["/plain/3", "/plain/4", path("gauge", 5, "m"), path("gauge", -2, "m"), path("gauge", -9, "m", "b")];
    for (const value of ["é".repeat(500), ...values, "b", "c", "d", "e", ...values])
      paths.push(path("counter", 2, value));
    for (const number of [1, 10, 100]) paths.push(path("histogram", number, "gpt-4.1", "team a"));
    for (const what of paths) {
      const request = { method: "GET", path: what, authority: "gateway.example", headers: [], chunks: [] };
      const { body } = await send(envoy.listenerPorts.gateway, request);
      assert.equal(body.toString(), onNode(what), what);
    }
    const real = Object.entries(await envoy.stats("wasmcustom")).map(([name, value]) => [
      name.replace(/^wasmcustom\./, ""),
      value,
    ]);
    const node = Object.entries(metricsOf(host)).filter(([name]) => !/histogram|milliseconds/.test(name));
    assert.deepEqual(Object.fromEntries(real), Object.fromEntries(node));

    let text = "";
    for (
      let attempt = 0;
      attempt < 200 && !/duration_milliseconds_count.* 3$/m.test(text);
      attempt++, await sleep(50)
    ) {
      text = await (await fetch(`http://127.0.0.1:${envoy.adminPort}/stats/prometheus`)).text();
    }
    const lines = text.split("\n");
    for (const line of [
      "plain_counter_total{} 7",
      "plain_gauge{} 7",
      'requests_total{model="meta-llama/Llama-3.1:70b@x+y_z",consumer="a"} 4',
      'requests_total{model="none",consumer="a"} 4',
      'requests_total{model="a%20b%5D%3D%5Bc%25",consumer="a"} 4',
      'requests_total{model="..a..b%2E",consumer="a"} 4',
      'requests_total{model="other",consumer="other"} 2',
      'open_streams{model="m",consumer="a"} 3',
      'duration_milliseconds_count{model="gpt-4.1",consumer="team%20a"} 3',
      'duration_milliseconds_bucket{model="gpt-4.1",consumer="team%20a",le="25"} 2',
      "plain_histogram_count{} 2",
    ])
      assert.ok(
        lines.includes(line),
        `${line}\n${lines.filter((one) => /plain|requests_total|open_str|milli/.test(one)).join("\n")}`,
      );
    // Envoy keeps observations in bins: their sum is near what it was.
    const sum = Number(/^duration_milliseconds_sum\{.*\} (.*)$/m.exec(text)?.[1]);
    assert.ok(sum > 105 && sum < 120, `${sum} for 1 + 10 + 100`);
  });
});
