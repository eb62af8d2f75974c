// SPDX-License-Identifier: Apache-2.0
// The parts of the dashboard that types do not check. tests/prometheus runs its queries.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { it } from "node:test";
import { parse } from "yaml";
import type { Panel, RowPanel } from "@grafana/schema";
import { dashboardText } from "../../tools/dashboard/dashboard.ts";

interface Model {
  panels: (Panel | RowPanel)[];
  templating: { list: { name: string; type: string }[] };
}

interface StatsConfig {
  stats_tags: { tag_name: string; regex: string }[];
  histogram_bucket_settings: unknown[];
}

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
const statsOf = (file: string): StatsConfig => (parse(read(file)) as { stats_config: StatsConfig }).stats_config;

const { panels, templating } = JSON.parse(dashboardText()) as Model;
const figures = panels.filter(({ type }) => type !== "row") as Panel[];
const queries = figures.flatMap(({ targets = [] }) => targets as { refId: string; expr: string }[]);

it("has rows, and panels with a title, a description, a unit and queries", () => {
  assert.ok(panels.length > figures.length && figures.length > 10);
  for (const { title, description, fieldConfig, targets } of figures) {
    assert.ok(title && description && fieldConfig?.defaults.unit && targets?.length, title);
    assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length, title);
  }
  const titles = panels.map(({ title }) => title);
  assert.equal(new Set(titles).size, titles.length);
});

it("gives each panel a place and an id of its own", () => {
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  const taken = new Set<string>();
  for (const { title, gridPos } of panels) {
    const { x, y, w, h } = gridPos!;
    assert.ok(x >= 0 && x + w <= 24 && h > 0, title);
    for (let column = x; column < x + w; column++) {
      for (let line = y; line < y + h; line++) {
        const cell = `${column} ${line}`;
        assert.ok(!taken.has(cell), `${title} overlaps another panel`);
        taken.add(cell);
      }
    }
  }
});

it("uses every variable, and no other", () => {
  const used = new Set(
    JSON.stringify(panels)
      .match(/\$\{?[a-z_]+\}?/g)!
      .map((name) => name.replaceAll(/[${}]/g, "")),
  );
  const known = templating.list.map(({ name }) => name);
  assert.deepEqual([...used].filter((name) => !name.startsWith("__")).sort(), known.sort());
});

it("asks for the rate of counters, over the interval that fits the scrapes", () => {
  for (const { expr } of queries) {
    for (const [, range] of expr.matchAll(/\[([^\]]*)\]/g)) assert.match(range, /^\$__(rate_interval|range)$/);
    const counters = expr.match(/\w+_(total|bucket|xx)\b/g) ?? [];
    assert.ok(counters.length === 0 || /\b(rate|increase)\(/.test(expr), expr);
  }
});

it("asks for metrics that docs/observability.md explains", () => {
  const document = read("docs/observability.md");
  const ours = /\b(?:gen_ai_client_inference|gen_ai_server|ai|fallback)_\w+(?=[{[)]|$)/g;
  const names = new Set(queries.flatMap(({ expr }) => expr.match(ours) ?? []));
  assert.ok(names.size > 15, [...names].join(" "));
  for (const name of names) {
    const bare = name.replace(/_bucket$/, "");
    const short = bare
      .replace(/^gen_ai_client_inference_/, "")
      .replace(/^ai_token_ratelimit_(output|refunded)/, "…_$1");
    assert.ok(document.includes(`\`${bare}\``) || document.includes(`\`${short}\``), bare);
  }
});

it("has the labels and the buckets of the shipped gateways in its example", () => {
  const example = statsOf("examples/observability/envoy.yaml");
  const gateway = statsOf("envoy/ai-gateway.yaml");
  assert.deepEqual(example.histogram_bucket_settings, gateway.histogram_bucket_settings);
  const tags = new Set(example.stats_tags.map((tag) => JSON.stringify(tag)));
  assert.equal(tags.size, example.stats_tags.length);
  for (const file of ["envoy/ai-gateway.yaml", "examples/model-failover/envoy.yaml"]) {
    for (const tag of statsOf(file).stats_tags) assert.ok(tags.has(JSON.stringify(tag)), tag.tag_name);
  }
});

it("has a tag in its example for each label of a metric", () => {
  const tags = new Set(statsOf("examples/observability/envoy.yaml").stats_tags.map(({ tag_name }) => tag_name));
  const files = ["plugins", "assembly"].flatMap((folder) =>
    readdirSync(new URL(`../../${folder}`, import.meta.url), { recursive: true }).map((file) => `${folder}/${file}`),
  );
  const labels = files
    .filter((file) => file.endsWith(".ts") && !file.endsWith("metrics/reference.ts"))
    .map(read)
    .filter((text) => text.includes('host/metric-labels"'))
    .flatMap((text) => [...text.matchAll(/\.add(?:Text)?\("(\w+)",/g)].map(([, label]) => label));
  assert.ok(labels.length > 15, labels.join(" "));
  for (const label of labels) assert.ok(tags.has(label), label);
});
