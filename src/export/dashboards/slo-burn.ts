/** SLO detail: burn rates against the thresholds of the SLO's own alert tiers. */
import { METRICS } from "../names.ts";
import { ALERT_STATES, dashed, stateTimeline, table, timeseries } from "./kinds.ts";
import { COLORS } from "./palette.ts";
import type { Panel } from "./panel.ts";
import { select, shown } from "./promql.ts";
import { SLO, STREAMS } from "./slo-scope.ts";

const burn = timeseries({
  title: "Burn rate and alert thresholds",
  description:
    "Error ratio over each lookback / error budget, the worst of the chosen groups. Dashed: the thresholds of the SLO's alert tiers, from its rule file; a tier fires when both of its lookbacks are above. A burn of 1 spends the budget in exactly one window.",
  width: 24,
  height: 10,
  unit: "suffix:x",
  min: 0,
  queries: [
    {
      expr: `max by (lookback) (${select(METRICS.burnRate, STREAMS)})`,
      legend: "burn over {{lookback}}",
    },
    {
      expr: `max by (severity, long, short) (${select(METRICS.alertThreshold, SLO)})`,
      legend: "{{severity}} above this over {{long}} and {{short}}",
    },
  ],
  overrides: [
    dashed({ by: "byRegexp", options: "/^page above/" }, COLORS.bad),
    dashed({ by: "byRegexp", options: "/^ticket above/" }, COLORS.warning),
  ],
});

const errors = timeseries({
  title: "Error ratio",
  description:
    "Bad / total events over each lookback, the worst of the chosen groups, beside the error budget (dashed). The shortest lookback shows when it began, the longer ones how much it costs.",
  width: 12,
  height: 9,
  unit: "percentunit",
  min: 0,
  queries: [
    {
      expr: `max by (lookback) (${select(METRICS.errorRatio, STREAMS)})`,
      legend: "errors over {{lookback}}",
    },
    { expr: `max(${select(METRICS.errorBudgetRatio, SLO)})`, legend: "error budget" },
  ],
  overrides: [dashed({ by: "byName", options: "error budget" }, COLORS.bad)],
});

const states = stateTimeline({
  title: "Alerts",
  description:
    "Each alert that was pending or firing in the shown time: pending while the condition has to hold, firing once it has. Compare with the burn rates above to see why it fired and when it ended.",
  width: 12,
  height: 9,
  unit: "none",
  queries: [
    {
      expr: `max by (severity, group) (${select(METRICS.alertState, STREAMS)}) and on (severity, group) (max_over_time(${shown(METRICS.alertState, STREAMS)}) > 0)`,
      legend: "{{severity}} {{group}}",
    },
  ],
  mappings: ALERT_STATES,
  noValue: "no alert in this time",
});

const tiers = table({
  title: "Alert tiers",
  description:
    "The tiers of the SLO's alert policy: one fires when the burn rate over both of its lookbacks exceeds the threshold. An outage that just reaches it costs threshold x long lookback / window of the budget before it is noticed. Change them under `alerts` in the rule file.",
  width: 12,
  height: 7,
  unit: "none",
  noValue: "no alerts",
  queries: [
    {
      expr: `max by (severity, long, short) (${select(METRICS.alertThreshold, SLO)})`,
      instant: true,
      table: true,
    },
  ],
  columns: {
    severity: { header: "Severity" },
    long: { header: "Long lookback" },
    short: { header: "Short lookback" },
    Value: { header: "Burn above", unit: "suffix:x", decimals: 2 },
  },
  hidden: ["Time"],
  sortBy: { header: "Burn above", descending: true },
});

export const sloBurn: readonly Panel[] = [burn, errors, states];
export const sloTiers: Panel = tiers;
