// SPDX-License-Identifier: Apache-2.0
// examples/observability as a whole: Envoy, a real Prometheus that scrapes it, and every query of the dashboard and of the alerts.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import type { FailoverGateway } from "../harness/failover.ts";
import { startPrometheus, type Prometheus } from "../harness/prometheus.ts";
import { EXAMPLE, sendTraffic, startObserved } from "./gateway.ts";

interface Panel {
  title: string;
  targets?: { expr: string; legendFormat: string }[];
}

interface Rule {
  alert: string;
  expr: string;
}

/** Queries that may be 0: what they count is an event that this traffic does not have. */
const MAY_BE_ZERO = ["Label sets folded", "Requests in progress", "Cooldown of targets"];
const SCRAPE_INTERVAL = "500ms";

const read = (name: string): string => readFileSync(new URL(name, EXAMPLE), "utf8");
const { panels } = JSON.parse(read("dashboard.json")) as { panels: Panel[] };
const { groups } = parse(read("alerts.yaml")) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

/** A query of the dashboard as Grafana sends it, for the time of this test. */
const filledIn = (expression: string): string =>
  expression
    .replaceAll("$__rate_interval", "30s")
    .replaceAll("$__range", "1m")
    .replaceAll(/"\$\w+"/g, '".*"');

describe("the dashboard and the alerts of examples/observability", () => {
  let gateway: FailoverGateway;
  let prometheus: Prometheus;

  before(async () => {
    gateway = await startObserved();
    prometheus = await startPrometheus(configuration(gateway.envoy.adminPort));
    // A counter that is there from the first scrape on has no increase: each round is scraped.
    await sendTraffic(gateway);
    await scraped();
    await sendTraffic(gateway);
    await scraped();
  });
  after(async () => {
    await prometheus?.stop();
    await gateway?.close();
  });

  /** The configuration of the example, with this Envoy, and in a hurry. */
  function configuration(adminPort: number): object {
    const config = parse(read("prometheus.yml")) as {
      global: Record<string, string>;
      rule_files: string[];
      scrape_configs: { static_configs: { targets: string[] }[] }[];
    };
    config.global = { scrape_interval: SCRAPE_INTERVAL, evaluation_interval: SCRAPE_INTERVAL };
    config.rule_files = config.rule_files.map((file) => fileURLToPath(new URL(file, EXAMPLE)));
    config.scrape_configs[0].static_configs[0].targets = [`127.0.0.1:${adminPort}`];
    return config;
  }

  /** Resolves when Prometheus has what Envoy counts now. */
  async function scraped(): Promise<void> {
    const stat = "http.gateway.downstream_rq_completed";
    const name = 'envoy_http_downstream_rq_completed{envoy_http_conn_manager_prefix="gateway"}';
    const count = (await gateway.envoy.stats(stat))[stat];
    for (let tries = 0; tries < 600; tries++, await sleep(50)) {
      const [series] = await prometheus.query(name);
      // Histograms are merged after the counters.
      if (series && Number(series.value[1]) >= count) return sleep(1500);
    }
    assert.fail(`Prometheus does not get ${count} requests`);
  }

  for (const { title, targets = [] } of panels) {
    for (const { expr, legendFormat } of targets) {
      it(`${title} (${legendFormat})`, async () => {
        const values = (await prometheus.query(filledIn(expr))).map(({ value }) => Number(value[1]));
        assert.ok(values.length > 0, `no data: ${filledIn(expr)}`);
        const most = Math.max(...values.filter((value) => !Number.isNaN(value)));
        assert.ok(MAY_BE_ZERO.includes(title) ? most >= 0 : most > 0, `${filledIn(expr)} = ${values.join(", ")}`);
      });
    }
  }

  it("offers the values of each choice", async () => {
    const { templating } = JSON.parse(read("dashboard.json")) as {
      templating: { list: { type: string; query: { query: string } }[] };
    };
    for (const { query } of templating.list.filter(({ type }) => type === "query")) {
      const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec(query.query)!;
      const values = await prometheus.api<string[]>(`label/${label}/values?match[]=${metric}`);
      assert.ok(values.length > 1, `${query.query}: ${values.join(", ")}`);
    }
  });

  for (const { alert, expr } of rules) {
    it(`the alert ${alert} compares a query that has data`, async () => {
      const [, query] = /^(.*) [<>] [\d.]+$/s.exec(expr.trim())!;
      assert.ok((await prometheus.query(query)).length > 0, `no data: ${query}`);
    });
  }

  it("has rules that Prometheus evaluates without errors, and a target that it reads", async () => {
    const loaded = await prometheus.api<{ groups: { rules: { name: string; health: string }[] }[] }>("rules");
    const health = loaded.groups.flatMap((group) => group.rules.map((rule) => [rule.name, rule.health]));
    assert.deepEqual(
      health,
      rules.map(({ alert }) => [alert, "ok"]),
    );
    const { activeTargets } = await prometheus.api<{ activeTargets: { health: string; lastError: string }[] }>(
      "targets",
    );
    assert.deepEqual(
      activeTargets.map(({ health, lastError }) => [health, lastError]),
      [["up", ""]],
    );
  });
});
