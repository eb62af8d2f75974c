import { LegendDisplayMode, SortOrder, StackingMode, TooltipDisplayMode, VisibilityMode } from "@grafana/schema";
import type { DataQuery, DataSourceRef, Panel } from "@grafana/schema";
import type {
  FieldConfig as GraphFields,
  Options as GraphOptions,
} from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
  PercentChangeColorMode,
  VizOrientation,
} from "@grafana/schema";
import type { Options as NumberOptions } from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";

/** The data source that the user selects on the dashboard. */
export const SOURCE: DataSourceRef = { type: "prometheus", uid: "${datasource}" };

/** A query in PromQL and the legend of its series. */
export type Query = [expression: string, legend: string];

/** A panel without its place. */
export interface Figure {
  kind: "graph" | "number";
  title: string;
  /** What the panel shows, and what to do about it. */
  description: string;
  /** Of Grafana: `reqps`, `ms`, `short`, `percentunit`, … */
  unit: string;
  queries: Query[];
  /** Whether the series are parts of a whole. */
  isStacked?: boolean;
}

/** The query of a panel, as Grafana's Prometheus data source reads it. */
interface PrometheusQuery extends DataQuery {
  expr: string;
  legendFormat: string;
  range: boolean;
  instant: boolean;
  editorMode: "code";
}

/** A place in Grafana's grid of 24 columns. */
export type Place = NonNullable<Panel["gridPos"]>;

/** The panel of a figure. */
export function panelOf(figure: Figure, id: number, gridPos: Place): Panel {
  const { kind, title, description, unit, queries } = figure;
  const isNumber = kind === "number";
  const targets: PrometheusQuery[] = queries.map(([expr, legendFormat], index) => ({
    refId: String.fromCharCode(65 + index),
    datasource: SOURCE,
    expr,
    legendFormat,
    range: !isNumber,
    instant: isNumber,
    editorMode: "code",
  }));
  return {
    id,
    title,
    description,
    type: isNumber ? "stat" : "timeseries",
    datasource: SOURCE,
    gridPos,
    targets: targets.map((target) => ({ ...target })),
    fieldConfig: {
      defaults: { unit, min: 0, ...(isNumber ? {} : { custom: { ...fieldsOf(figure) } }) },
      overrides: [],
    },
    options: { ...(isNumber ? NUMBER : GRAPH) },
  };
}

const NUMBER: NumberOptions = {
  reduceOptions: { calcs: ["lastNotNull"], values: false },
  orientation: VizOrientation.Auto,
  colorMode: BigValueColorMode.None,
  graphMode: BigValueGraphMode.None,
  justifyMode: BigValueJustifyMode.Auto,
  textMode: BigValueTextMode.Auto,
  percentChangeColorMode: PercentChangeColorMode.Standard,
  showPercentChange: false,
  wideLayout: true,
};

const GRAPH: GraphOptions = {
  legend: { calcs: ["lastNotNull"], displayMode: LegendDisplayMode.Table, placement: "bottom", showLegend: true },
  tooltip: { mode: TooltipDisplayMode.Multi, sort: SortOrder.Descending },
};

const fieldsOf = ({ isStacked = false }: Figure): GraphFields => ({
  lineWidth: 1,
  fillOpacity: isStacked ? 40 : 5,
  showPoints: VisibilityMode.Never,
  stacking: { mode: isStacked ? StackingMode.Normal : StackingMode.None },
});
