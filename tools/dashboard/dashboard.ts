import { DashboardCursorSync, VariableHide, VariableRefresh, VariableSort } from "@grafana/schema";
import type { Dashboard, Panel, RowPanel, VariableModel } from "@grafana/schema";
import { gateway, process } from "./gateway.ts";
import { fallbacks, limits } from "./limits.ts";
import { models, overview, spending } from "./models.ts";
import { panelOf, SOURCE, type Figure } from "./panel.ts";

/** The dashboard, as Grafana imports it. */
export const DASHBOARD = "examples/observability/dashboard.json";

const ROWS: [title: string, figures: Figure[]][] = [
  ["Overview", overview],
  ["Models", models],
  ["Tokens and cost", spending],
  ["Gateway", gateway],
  ["Limits", limits],
  ["Fallbacks and API keys", fallbacks],
  ["Envoy", process],
];

const COLUMNS = 24;
const SIZES = { graph: { w: 8, h: 8 }, number: { w: 4, h: 4 } };

/** The version of the dashboard format: https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ */
const SCHEMA_VERSION = 39;

/** The text of `DASHBOARD`. */
export function dashboardText(): string {
  return `${JSON.stringify(dashboard(), null, 2)}\n`;
}

function dashboard(): Dashboard {
  return {
    uid: "ai-gateway",
    title: "AI gateway",
    description: "Requests, tokens, costs, limits and fallbacks of an Envoy with AI gateway plugins.",
    tags: ["envoy", "ai"],
    id: null,
    schemaVersion: SCHEMA_VERSION,
    editable: true,
    graphTooltip: DashboardCursorSync.Crosshair,
    time: { from: "now-1h", to: "now" },
    timezone: "browser",
    refresh: "30s",
    templating: { list: [source, choice("consumer", "consumer"), choice("model", "gen_ai_request_model")] },
    panels: panels(),
  };
}

const source: VariableModel = {
  name: "datasource",
  label: "Prometheus",
  type: "datasource",
  query: "prometheus",
  hide: VariableHide.dontHide,
};

/** A variable with the values of a label. */
function choice(name: string, label: string): VariableModel {
  const query = `label_values(ai_statistics_requests_total, ${label})`;
  return {
    name,
    label: name,
    type: "query",
    datasource: SOURCE,
    query: { qryType: 1, query, refId: name },
    refresh: VariableRefresh.onTimeRangeChanged,
    sort: VariableSort.alphabeticalAsc,
    includeAll: true,
    multi: true,
    allValue: ".*",
    current: { text: "All", value: "$__all" },
    hide: VariableHide.dontHide,
  };
}

function panels(): (Panel | RowPanel)[] {
  const all: (Panel | RowPanel)[] = [];
  let y = 0;
  for (const [title, figures] of ROWS) {
    all.push({
      id: all.length + 1,
      type: "row",
      title,
      collapsed: false,
      gridPos: { x: 0, y: y++, w: COLUMNS, h: 1 },
      panels: [],
    });
    let x = 0;
    let height = 0;
    for (const figure of figures) {
      const { w, h } = SIZES[figure.kind];
      if (x + w > COLUMNS) {
        y += height;
        x = height = 0;
      }
      all.push(panelOf(figure, all.length + 1, { x, y, w, h }));
      x += w;
      height = Math.max(height, h);
    }
    y += height;
  }
  return all;
}
