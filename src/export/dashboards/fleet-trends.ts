/** Fleet overview: what happened over time, and who it belongs to. */
import { METRICS } from "../names.ts";
import { AT_RISK_RATIO } from "./fleet-stats.ts";
import { ALERT_STATES, bars, dashed, stateTimeline, timeseries } from "./kinds.ts";
import { COLORS } from "./palette.ts";
import type { Panel, Step } from "./panel.ts";
import { perStream, select, shown, thresholdShare } from "./promql.ts";

const SCOPE = 'service=~"$service"';
const STREAM_LEGEND = "{{slo}} {{group}}";
const REMAINING = select(METRICS.budgetProjectedRatio, SCOPE);

export const BUDGET_STEPS: readonly Step[] = [
  { from: null, color: COLORS.bad },
  { from: 0.000001, color: COLORS.warning },
  { from: AT_RISK_RATIO, color: COLORS.good },
];

const alertStates = stateTimeline({
  title: "Alert states",
  description:
    "The higher of page and ticket per SLO or group that was pending or firing in the shown time. Firing: both lookbacks of a tier burn faster than its threshold. Follow the SLO's runbook.",
  width: 24,
  height: 8,
  unit: "none",
  queries: [
    {
      expr: `${perStream(select(METRICS.alertState, SCOPE))} and on (slo, group) (max_over_time(${shown(METRICS.alertState, SCOPE)}) > 0)`,
      legend: STREAM_LEGEND,
    },
  ],
  mappings: ALERT_STATES,
  noValue: "no alert in this time",
});

const fastest = timeseries({
  title: "Nearest to paging",
  description:
    "The ten highest shares of a page threshold: burn rate over a paging tier's long lookback / that tier's own threshold (slowburn_alert_threshold). At 100 % the long condition holds; the page fires once the short lookback agrees. Look at the SLO before it gets there.",
  width: 12,
  height: 9,
  unit: "percentunit",
  min: 0,
  queries: [
    { expr: `topk(10, ${perStream(thresholdShare(SCOPE, SCOPE, "page"))})`, legend: STREAM_LEGEND },
    { expr: "vector(1)", legend: "page threshold" },
  ],
  overrides: [dashed({ by: "byName", options: "page threshold" }, COLORS.bad)],
});

const lowest = bars({
  title: "Least budget left",
  description:
    "The fifteen lowest error budgets: 1 - bad / (error budget x total) over each SLO's window, a calendar window's projected to its end; 0 % or less is spent, a full bar is a whole budget. Hold risky changes of these services.",
  width: 12,
  height: 9,
  unit: "percentunit",
  decimals: 1,
  min: 0,
  max: 1,
  queries: [
    { expr: `sort(bottomk(15, ${perStream(REMAINING)}))`, legend: STREAM_LEGEND, instant: true },
  ],
  steps: BUDGET_STEPS,
});

const lowestBars = (title: string, description: string, label: string): Panel =>
  bars({
    title,
    description,
    width: 12,
    height: 8,
    unit: "percentunit",
    decimals: 1,
    min: 0,
    max: 1,
    queries: [{ expr: lowestBy(label), legend: `{{${label}}}`, instant: true }],
    steps: BUDGET_STEPS,
  });

const byOwner = lowestBars(
  "Lowest budget by owner",
  "The lowest error budget among the SLOs of each owner (`owner` of the rule file). Shows whom to talk to first.",
  "owner",
);

const byOrigin = lowestBars(
  "Platform or application",
  "The lowest error budget by the label `origin` of the rule files (`platform`, `application`). When the platform's is the lowest, look there before the applications that run on it. Set `labels: { origin: … }` to use it.",
  "origin",
);

function lowestBy(label: string): string {
  const info = `max by (slo, ${label}) (${select(METRICS.sloInfo, SCOPE)})`;
  return `sort(min by (${label}) (${REMAINING} * on (slo) group_left (${label}) ${info}))`;
}

export const fleetTrends: readonly Panel[] = [alertStates, fastest, lowest, byOwner, byOrigin];
