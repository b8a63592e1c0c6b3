/** The variables on top of the dashboards. All are asked anew when the time range changes (`refresh: 2`). */
import type { LabelName, Metric } from "../names.ts";
import { DATASOURCE, type Json, type JsonObject } from "./panel.ts";

const ON_TIME_RANGE_CHANGE = 2;
const ALPHABETICAL = 1;

/** Which Prometheus: every query goes through it, so that the files work in any Grafana. */
export function datasourceVariable(): JsonObject {
  return {
    type: "datasource",
    name: "datasource",
    label: "Data source",
    description: "The Prometheus that scrapes slowburn.",
    query: "prometheus",
    // As provisioned; where there is none of this uid, Grafana takes its default.
    current: { selected: true, text: "slowburn", value: "slowburn" },
    hide: 0,
    multi: false,
    includeAll: false,
    options: [],
    regex: "",
  };
}

export interface LabelVariable {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** `label_values(metric{matchers}, label)`. */
  readonly metric: Metric;
  readonly matchers?: string;
  readonly label: LabelName;
  /** Several at once, with All; `allValue` stands for All where a missing label must match too. */
  readonly several?: { readonly allValue?: string };
  readonly preset?: string;
}

/** The values of a label. */
export function labelVariable(variable: LabelVariable): JsonObject {
  const { metric, matchers = "", label, several, preset } = variable;
  const query = `label_values(${metric.name}{${matchers}}, ${label})`;
  const all: Json = { selected: true, text: ["All"], value: ["$__all"] };
  const current = several === undefined ? preset && { text: preset, value: preset } : all;
  return {
    type: "query",
    name: variable.name,
    label: variable.title,
    description: variable.description,
    datasource: DATASOURCE,
    definition: query,
    query: { query, refId: `variable-${variable.name}` },
    refresh: ON_TIME_RANGE_CHANGE,
    sort: ALPHABETICAL,
    hide: 0,
    multi: several !== undefined,
    includeAll: several !== undefined,
    options: [],
    regex: "",
    ...(several?.allValue === undefined ? {} : { allValue: several.allValue }),
    ...(current ? { current } : {}),
  };
}
