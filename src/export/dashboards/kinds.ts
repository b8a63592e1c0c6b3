/** The five kinds of panel in use, each with the options that make it readable as it is. */
import { COLORS } from "./palette.ts";
import type { Json, JsonObject, Override, Panel } from "./panel.ts";

/** What the author of a panel of one kind gives. */
type Given = Omit<Panel, "type" | "options">;

const reduceLast: JsonObject = { calcs: ["lastNotNull"], fields: "", values: false };

/** Lines over time; thin, no points, gaps where data is missing. */
export function timeseries(given: Given & { readonly stacked?: boolean }): Panel {
  const { stacked = false, ...panel } = given;
  return {
    colorMode: "palette-classic",
    ...panel,
    type: "timeseries",
    custom: {
      drawStyle: "line",
      lineWidth: 2,
      fillOpacity: stacked ? 40 : 0,
      showPoints: "never",
      spanNulls: false,
      stacking: { mode: stacked ? "normal" : "none", group: "A" },
      ...panel.custom,
    },
    options: {
      legend: { displayMode: "list", placement: "bottom", showLegend: true, calcs: [] },
      tooltip: { mode: "multi", sort: "desc" },
    },
  };
}

/** One or a few big numbers. */
export function stat(given: Given & { readonly background?: boolean }): Panel {
  const { background = false, ...panel } = given;
  return {
    ...panel,
    type: "stat",
    options: {
      reduceOptions: reduceLast,
      colorMode: background ? "background" : "value",
      graphMode: "none",
      justifyMode: "auto",
      orientation: "auto",
      textMode: "auto",
      wideLayout: true,
      showPercentChange: false,
      percentChangeColorMode: "standard",
    },
  };
}

/** Horizontal bars, one per series, the newest value. */
export function bars(given: Given): Panel {
  return {
    ...given,
    type: "bargauge",
    options: {
      reduceOptions: reduceLast,
      displayMode: "basic",
      orientation: "horizontal",
      valueMode: "text",
      namePlacement: "left",
      showUnfilled: true,
      sizing: "auto",
      minVizHeight: 16,
      minVizWidth: 8,
      maxVizHeight: 40,
      legend: { displayMode: "list", placement: "bottom", showLegend: false, calcs: [] },
    },
  };
}

export interface Column {
  readonly header: string;
  readonly unit?: string;
  readonly decimals?: number;
  readonly width?: number;
  /** Of a value; a label that is missing is blank. */
  readonly noValue?: string;
  readonly set?: JsonObject;
}

/**
 * A table of instant queries merged by their labels. `columns` name the fields in order, labels by their name and values by
 * their query's letter (`Value #A`); what is not named is hidden.
 */
export function table(
  given: Given & {
    readonly columns: Readonly<Record<string, Column>>;
    readonly hidden: readonly string[];
    readonly sortBy: { readonly header: string; readonly descending: boolean };
  },
): Panel {
  const { columns, hidden, sortBy, ...panel } = given;
  const order = Object.keys(columns).map((field, index): [string, Json] => [field, index]);
  return {
    ...panel,
    type: "table",
    custom: { align: "auto", cellOptions: { type: "auto" }, filterable: true, inspect: false },
    overrides: Object.entries(columns).map(columnOverride),
    options: {
      showHeader: true,
      frameIndex: 0,
      cellHeight: "sm",
      sortBy: [{ displayName: sortBy.header, desc: sortBy.descending }],
    },
    transformations: [
      { id: "merge", options: {} },
      {
        id: "organize",
        options: {
          excludeByName: Object.fromEntries(hidden.map((field) => [field, true])),
          indexByName: Object.fromEntries(order),
          renameByName: {},
        },
      },
    ],
  };
}

function columnOverride([field, column]: [string, Column]): Override {
  const { header, unit, decimals, width, set = {} } = column;
  const noValue = field.startsWith("Value") ? column.noValue : "";
  return {
    match: { by: "byName", options: field },
    set: {
      displayName: header,
      ...(unit === undefined ? {} : { unit }),
      ...(decimals === undefined ? {} : { decimals }),
      ...(width === undefined ? {} : { "custom.width": width }),
      ...(noValue === undefined ? {} : { noValue }),
      ...set,
    },
  };
}

/** Bands over time, one row per series, coloured by state. */
export function stateTimeline(given: Given): Panel {
  return {
    ...given,
    type: "state-timeline",
    custom: { fillOpacity: 80, lineWidth: 0 },
    options: {
      mergeValues: true,
      showValue: "auto",
      alignValue: "left",
      rowHeight: 0.9,
      legend: { displayMode: "list", placement: "bottom", showLegend: true, calcs: [] },
      tooltip: { mode: "single", sort: "none" },
    },
  };
}

/** Dashed, for what a line is compared with. */
export function dashed(match: Override["match"], color: string): Override {
  return {
    match,
    set: {
      color: { mode: "fixed", fixedColor: color },
      "custom.lineStyle": { fill: "dash", dash: [8, 8] },
      "custom.lineWidth": 1,
    },
  };
}

/** A solid colour for one series. */
export function colored(match: Override["match"], color: string): Override {
  return { match, set: { color: { mode: "fixed", fixedColor: color } } };
}

/** Of a time to exhaustion: 0 is no forecast. */
export const GONE: Json = {
  type: "value",
  options: { "0": { text: "gone", color: COLORS.bad, index: 0 } },
};

/** Names and colours of `slowburn_alert_state`. */
export const ALERT_STATES: readonly Json[] = [
  {
    type: "value",
    options: {
      "0": { text: "ok", color: COLORS.good, index: 0 },
      "1": { text: "pending", color: COLORS.warning, index: 1 },
      "2": { text: "firing", color: COLORS.bad, index: 2 },
    },
  },
];
