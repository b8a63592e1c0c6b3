/** SLO detail: how the budget went, and the SLI against its objective. */
import { METRICS } from "../names.ts";
import { dashed, timeseries } from "./kinds.ts";
import { COLORS } from "./palette.ts";
import type { Panel } from "./panel.ts";
import { select } from "./promql.ts";
import { SLO, STREAMS } from "./slo-scope.ts";

/** From 1 at the left edge of the shown range to 0 at its right one. */
const EVEN_SPENDING =
  "vector(1 - (time() - ${__from:date:seconds}) / (${__to:date:seconds} - ${__from:date:seconds}))";

const burndown = timeseries({
  title: "Error budget left",
  description:
    "1 - bad / (error budget x total) over the SLO window, at each moment; of a calendar window projected to its end. Dashed: a budget spent evenly over the shown range; below it you spend faster than that. A rise means old errors left the window, or a new one began. Below 0 the objective is missed.",
  width: 12,
  height: 9,
  unit: "percentunit",
  queries: [
    {
      expr: `max by (group) (${select(METRICS.budgetProjectedRatio, STREAMS)})`,
      legend: "budget left {{group}}",
    },
    { expr: EVEN_SPENDING, legend: "spent evenly" },
  ],
  overrides: [dashed({ by: "byName", options: "spent evenly" }, COLORS.neutral)],
});

const sli = timeseries({
  title: "SLI and objective",
  description:
    "Good / total events over the SLO window beside the objective (dashed). Where a latency threshold lies inside a histogram bucket, the lowest and highest possible SLI are shown too: add a bucket bound at the threshold to make it exact.",
  width: 12,
  height: 9,
  unit: "percentunit",
  decimals: 3,
  queries: [
    { expr: `max by (group) (${select(METRICS.sliRatio, STREAMS)})`, legend: "SLI {{group}}" },
    { expr: `max(${select(METRICS.objectiveRatio, SLO)})`, legend: "objective" },
    {
      expr: `max by (group, bound) (${select(METRICS.sliBoundRatio, STREAMS)})`,
      legend: "{{bound}} possible {{group}}",
    },
  ],
  overrides: [
    dashed({ by: "byName", options: "objective" }, COLORS.bad),
    dashed({ by: "byRegexp", options: "/possible/" }, COLORS.neutral),
  ],
});

export const sloBudget: readonly Panel[] = [burndown, sli];
