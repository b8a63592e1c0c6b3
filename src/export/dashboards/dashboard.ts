/** A dashboard: rows of panels laid out on Grafana's 24 columns, variables, links; as classic JSON. */
import { DATASOURCE, panelJson, type JsonObject, type Panel } from "./panel.ts";

/** Grafana 11 and later read it as it is; older ones ignore what they do not know. */
const SCHEMA_VERSION = 41;
const COLUMN_COUNT = 24;

interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

interface Dashboard {
  /** Never changes: links and bookmarks hold it. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Start of the time range, as `now-24h`. */
  readonly from: string;
  readonly variables: readonly JsonObject[];
  readonly annotations: readonly JsonObject[];
  readonly rows: readonly Row[];
}

export function dashboardJson(dashboard: Dashboard): JsonObject {
  return {
    uid: dashboard.uid,
    title: dashboard.title,
    description: dashboard.description,
    tags: ["slowburn", "slo"],
    schemaVersion: SCHEMA_VERSION,
    version: 1,
    editable: false,
    graphTooltip: 1,
    timezone: "browser",
    refresh: "1m",
    time: { from: dashboard.from, to: "now" },
    timepicker: {},
    fiscalYearStartMonth: 0,
    liveNow: false,
    links: [tagLink()],
    annotations: { list: [...dashboard.annotations] },
    templating: { list: [...dashboard.variables] },
    panels: [...layOut(dashboard.rows)],
  };
}

/** To all slowburn dashboards, with variables and time range kept. */
function tagLink(): JsonObject {
  return {
    title: "slowburn",
    type: "dashboards",
    icon: "external link",
    tooltip: "Other slowburn dashboards, for the same selection and time",
    tags: ["slowburn"],
    asDropdown: false,
    targetBlank: false,
    includeVars: true,
    keepTime: true,
  };
}

/** Left to right, wrapping at 24 columns; each row title takes a line of its own. */
function layOut(rows: readonly Row[]): readonly JsonObject[] {
  const placed: JsonObject[] = [];
  let y = 0;
  for (const { title, panels } of rows) {
    const id = placed.length + 1;
    const gridPos = { x: 0, y, w: COLUMN_COUNT, h: 1 };
    placed.push({
      id,
      type: "row",
      title,
      collapsed: false,
      gridPos,
      panels: [],
      datasource: DATASOURCE,
    });
    y += 1;
    let x = 0;
    let lineHeight = 0;
    for (const panel of panels) {
      if (x + panel.width > COLUMN_COUNT) {
        x = 0;
        y += lineHeight;
        lineHeight = 0;
      }
      placed.push(panelJson(panel, placed.length + 1, { x, y, w: panel.width, h: panel.height }));
      x += panel.width;
      lineHeight = Math.max(lineHeight, panel.height);
    }
    y += lineHeight;
  }
  return placed;
}
