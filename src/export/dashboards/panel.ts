/**
 * A panel as its author thinks of it, and the classic Grafana JSON made of it. Only what is common to all panels is here;
 * what a kind of panel adds is in kinds.ts.
 */
import { COLORS } from "./palette.ts";

/** A fragment of dashboard JSON whose shape Grafana's schema checks (test/peers/export-grafana.test.ts). */
export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

interface Query {
  /** PromQL for Prometheus 2.42 and later; Grafana variables allowed. */
  readonly expr: string;
  /** `{{label}}` templates; tables have none. */
  readonly legend?: string;
  /** Only the newest value. */
  readonly instant?: boolean;
  /** As table columns, for a table panel. */
  readonly table?: boolean;
}

export interface Step {
  /** From this value on; the first step has none. */
  readonly from: number | null;
  readonly color: string;
}

export interface Panel {
  readonly type: "timeseries" | "stat" | "table" | "bargauge" | "state-timeline";
  readonly title: string;
  /** What is shown, by which formula, and what to do about it. */
  readonly description: string;
  /** Of 24 columns. */
  readonly width: number;
  /** Rows of some 30 pixels. */
  readonly height: number;
  readonly queries: readonly Query[];
  /** A Grafana unit id. */
  readonly unit: string;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  readonly steps?: readonly Step[];
  readonly colorMode?: "thresholds" | "palette-classic" | "fixed";
  readonly mappings?: readonly Json[];
  /** Shown in the place of a value that is absent; "no traffic" by default. */
  readonly noValue?: string;
  readonly custom?: JsonObject;
  readonly overrides?: readonly Override[];
  readonly options: JsonObject;
  readonly transformations?: readonly JsonObject[];
}

/** Options of single fields: `match` is a field's name, or a regular expression between slashes, or a query's letter. */
export interface Override {
  readonly match: { readonly by: "byName" | "byRegexp" | "byFrameRefID"; readonly options: string };
  readonly set: JsonObject;
}

export interface GridPosition {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export const DATASOURCE: JsonObject = { type: "prometheus", uid: "${datasource}" };

/** The panel's JSON at its place. `id` is unique in the dashboard. */
export function panelJson(panel: Panel, id: number, gridPos: GridPosition): JsonObject {
  return {
    id,
    type: panel.type,
    title: panel.title,
    description: panel.description,
    datasource: DATASOURCE,
    gridPos: { ...gridPos },
    targets: panel.queries.map(targetJson),
    fieldConfig: {
      defaults: defaultsJson(panel),
      overrides: (panel.overrides ?? []).map(overrideJson),
    },
    options: panel.options,
    transformations: panel.transformations ?? [],
  };
}

function targetJson(
  { expr, legend, instant = false, table = false }: Query,
  index: number,
): JsonObject {
  return {
    refId: String.fromCharCode(65 + index),
    datasource: DATASOURCE,
    expr,
    editorMode: "code",
    instant,
    range: !instant,
    format: table ? "table" : "time_series",
    legendFormat: legend ?? "__auto",
  };
}

function defaultsJson(panel: Panel): JsonObject {
  const { unit, decimals, min, max, mappings = [], noValue = "no traffic", custom } = panel;
  const steps = panel.steps ?? [{ from: null, color: COLORS.neutral }];
  return {
    unit,
    ...(decimals === undefined ? {} : { decimals }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    color: { mode: panel.colorMode ?? "thresholds" },
    thresholds: {
      mode: "absolute",
      steps: steps.map(({ from, color }) => ({ value: from, color })),
    },
    mappings,
    noValue,
    ...(custom === undefined ? {} : { custom }),
  };
}

function overrideJson({ match, set }: Override): JsonObject {
  return {
    matcher: { id: match.by, options: match.options },
    properties: Object.entries(set).map(([id, value]) => ({ id, value })),
  };
}
