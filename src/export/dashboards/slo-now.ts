/** SLO detail: the state now, in big numbers. With several groups chosen each shows the worst of them. */
import { METRICS } from "../names.ts";
import { BUDGET_STEPS } from "./fleet-trends.ts";
import { ALERT_STATES, GONE, stat } from "./kinds.ts";
import { COLORS } from "./palette.ts";
import type { Panel } from "./panel.ts";
import { select, thresholdShare } from "./promql.ts";
import { SLO, STREAMS } from "./slo-scope.ts";

type Number = Pick<Panel, "title" | "description" | "unit"> &
  Partial<Panel> & { readonly expr: string };

const number = ({ expr, ...panel }: Number): Panel =>
  stat({
    width: 4,
    height: 4,
    queries: [{ expr, legend: panel.title, instant: true }],
    ...panel,
  });

export const sloNow: readonly Panel[] = [
  number({
    title: "Objective",
    description:
      "The ratio of good events to reach over the window. Change it in the rule file; history is kept.",
    unit: "percentunit",
    decimals: 4,
    expr: `max(${select(METRICS.objectiveRatio, SLO)})`,
  }),
  number({
    title: "SLI",
    description:
      "Good events / total events in the SLO window. Below the objective the budget is overspent.",
    unit: "percentunit",
    decimals: 4,
    expr: `min(${select(METRICS.sliRatio, STREAMS)})`,
  }),
  number({
    title: "Budget left",
    description:
      "1 - bad / (error budget x total) in the SLO window, of a calendar window projected to its end; negative when overspent. At 0 hold risky changes until old errors leave the window or a new one begins.",
    unit: "percentunit",
    decimals: 1,
    expr: `min(${select(METRICS.budgetProjectedRatio, STREAMS)})`,
    steps: BUDGET_STEPS,
  }),
  number({
    title: "Burn, $lookback",
    description:
      "Error ratio over the lookback / error budget. 1 spends the budget in exactly one window, 14.4 spends 2 % of a 30-day budget in an hour.",
    unit: "suffix:x",
    decimals: 2,
    expr: `max(${select(METRICS.burnRate, STREAMS, 'lookback="$lookback"')})`,
    steps: [
      { from: null, color: COLORS.good },
      { from: 1, color: COLORS.warning },
    ],
  }),
  number({
    title: "Of page threshold",
    description:
      "The highest burn of a paging tier's long lookback / that tier's own threshold. Above 100 % the long condition holds; the page fires once the short lookback agrees and the errors are significant.",
    unit: "percentunit",
    decimals: 0,
    expr: `max(${thresholdShare(STREAMS, SLO, "page")})`,
    steps: [
      { from: null, color: COLORS.good },
      { from: 0.5, color: COLORS.warning },
      { from: 1, color: COLORS.bad },
    ],
    noValue: "no page tier or no traffic",
  }),
  number({
    title: "Alert",
    description:
      "The most severe state of the SLO's alerts. Firing: follow the runbook of the rule file.",
    unit: "none",
    expr: `max(${select(METRICS.alertState, STREAMS)})`,
    mappings: ALERT_STATES,
    noValue: "no alerts",
  }),
  number({
    title: "Budget gone in",
    description:
      "Budget left x window / burn over the fastest tier's long lookback. 0 when it is gone; absent when nothing burns, or a calendar window ends before. A forecast for the present burn, not a promise.",
    unit: "dtdurations",
    expr: `min(${select(METRICS.exhaustionSeconds, STREAMS)})`,
    mappings: [GONE],
    noValue: "not at this burn",
  }),
  number({
    title: "Budget gone at",
    description:
      "The moment of the same forecast, if the burn goes on as it is. None for a budget that is gone already.",
    unit: "dateTimeAsIso",
    expr: `(time() + (min(${select(METRICS.exhaustionSeconds, STREAMS)}) > 0)) * 1000`,
    noValue: "no forecast",
  }),
  stat({
    title: "Events in the window",
    description:
      "What the SLI is made of, and what of it has spent the budget: bad events leave the window as it rolls on. Few events make one error weigh much: see the significance gate of the alerts.",
    width: 4,
    height: 4,
    unit: "short",
    queries: [
      { expr: `sum(${select(METRICS.windowEvents, STREAMS)})`, legend: "all", instant: true },
      {
        expr: `sum(${select(METRICS.windowEvents, STREAMS, 'kind="bad"')})`,
        legend: "bad",
        instant: true,
      },
    ],
  }),
  number({
    title: "Counting since",
    description:
      "When slowburn began to count this SLO. If the window is longer than that it is not full yet: SLI and budget are those of the time since then.",
    unit: "dateTimeFromNow",
    expr: `min(${select(METRICS.sinceSeconds, STREAMS)}) * 1000`,
  }),
  number({
    title: "Newest data",
    description:
      "Age of the newest data point. When it grows, the sender or the Collector between has stopped: the numbers above are old.",
    unit: "dtdurations",
    expr: `time() - max(${select(METRICS.newestPointSeconds, STREAMS)})`,
    steps: [
      { from: null, color: COLORS.good },
      { from: 120, color: COLORS.warning },
      { from: 600, color: COLORS.bad },
    ],
  }),
  number({
    title: "Data",
    description:
      "Partial when data in the window is known to be missing (a gap at a restart, corruption found, too many series). The API says why: GET /api/v1/slos/<id>.",
    unit: "none",
    expr: `min(${select(METRICS.integrity, STREAMS)})`,
    mappings: [
      {
        type: "value",
        options: {
          "0": { text: "partial", color: COLORS.warning, index: 0 },
          "1": { text: "complete", color: COLORS.good, index: 1 },
        },
      },
    ],
  }),
];
