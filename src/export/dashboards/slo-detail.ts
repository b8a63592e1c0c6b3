/** SLO detail: everything about one SLO, from its budget down to the groups that spend it. */
import { METRICS } from "../names.ts";
import { dashboardJson } from "./dashboard.ts";
import { COLORS } from "./palette.ts";
import { DATASOURCE, type JsonObject } from "./panel.ts";
import { select } from "./promql.ts";
import { sloBudget } from "./slo-budget.ts";
import { sloBurn } from "./slo-burn.ts";
import { sloEvents } from "./slo-events.ts";
import { sloNow } from "./slo-now.ts";
import { STREAMS } from "./slo-scope.ts";
import { SLO_DETAIL_UID } from "./uids.ts";
import { datasourceVariable, labelVariable } from "./variables.ts";

/** Regions in every graph while an alert of the SLO fires. */
const firingAlerts: JsonObject = {
  name: "Firing alerts",
  datasource: DATASOURCE,
  enable: true,
  hide: false,
  iconColor: COLORS.bad,
  expr: `${select(METRICS.alertState, STREAMS)} == 2`,
  step: "60s",
  titleFormat: "{{severity}}",
  textFormat: "{{slo}} {{group}}",
  tagKeys: "severity",
};

/** A line where a calendar window began: the metric's value is the moment. */
const newBudgets: JsonObject = {
  name: "New budget",
  datasource: DATASOURCE,
  enable: true,
  hide: false,
  iconColor: COLORS.neutral,
  expr: `max(${select(METRICS.windowStartSeconds, STREAMS)}) * 1000`,
  step: "600s",
  useValueForTime: true,
  titleFormat: "a new window began",
};

const variables: readonly JsonObject[] = [
  datasourceVariable(),
  labelVariable({
    name: "service",
    title: "Service",
    description: "Narrows the list of SLOs.",
    metric: METRICS.objectiveRatio,
    label: "service",
    several: { allValue: ".*" },
  }),
  labelVariable({
    name: "slo",
    title: "SLO",
    description: "The SLO shown.",
    metric: METRICS.objectiveRatio,
    matchers: 'service=~"$service"',
    label: "slo",
  }),
  labelVariable({
    name: "group",
    title: "Group",
    description: "Groups of an SLO that is split by attributes (`per`).",
    metric: METRICS.windowEvents,
    matchers: 'slo="$slo"',
    label: "group",
    several: { allValue: ".*" },
  }),
  labelVariable({
    name: "lookback",
    title: "Lookback",
    description: "What single burn rates are computed over.",
    metric: METRICS.burnRate,
    matchers: 'slo="$slo"',
    label: "lookback",
    preset: "1h",
  }),
];

export const sloDetail = (): JsonObject =>
  dashboardJson({
    uid: SLO_DETAIL_UID,
    title: "slowburn: SLO",
    description:
      "One service level objective: budget, SLI, burn rates against its own alert thresholds, events, groups.",
    from: "now-30d",
    variables,
    annotations: [firingAlerts, newBudgets],
    rows: [
      { title: "$slo now", panels: sloNow },
      { title: "Budget and objective", panels: sloBudget },
      { title: "Burn and alerts", panels: sloBurn },
      { title: "Events and groups", panels: sloEvents },
    ],
  });
