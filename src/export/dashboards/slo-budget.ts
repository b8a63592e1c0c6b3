/** SLO detail: how the budget went, and the SLI against its objective. */
import { METRICS } from "../names.ts";
import { BUDGET_STEPS } from "./fleet-trends.ts";
import { dashed, timeseries } from "./kinds.ts";
import { COLORS } from "./palette.ts";
import type { Panel } from "./panel.ts";
import { select } from "./promql.ts";
import { LEAST_BUDGET, SLO, STREAMS, worstGroups } from "./slo-scope.ts";

/**
 * No line of even spending: for a rolling window there is none. At a steady burn rate of b what is left stays at 1 - b,
 * since as much leaves the window as enters it; a line from 100 % down to 0 would call that too slow, then too fast.
 */
const burndown = timeseries({
  title: "Error budget left",
  description:
    "1 - bad / (error budget x total) over the SLO window that ends at each moment, of the ten groups with the least; of a calendar window projected to its end. Dashed: gone, and at risk. Level: errors come as fast as those of a window ago leave. Falling: faster. Rising: an old incident leaves the window, or a new window began. Below 0 the objective is missed; a steady burn rate of 1 settles at 0.",
  width: 12,
  height: 9,
  unit: "percentunit",
  decimals: 1,
  queries: [{ expr: worstGroups(METRICS.budgetProjectedRatio), legend: "budget left {{group}}" }],
  steps: BUDGET_STEPS,
  custom: { thresholdsStyle: { mode: "dashed" }, axisSoftMin: 0, axisSoftMax: 1 },
});

const sli = timeseries({
  title: "SLI and objective",
  description:
    "Good / total events over the SLO window beside the objective (dashed), of the ten groups with the least budget left. Where a latency threshold lies inside a histogram bucket, the lowest and highest possible SLI are shown too: add a bucket bound at the threshold to make it exact.",
  width: 12,
  height: 9,
  unit: "percentunit",
  decimals: 4,
  queries: [
    { expr: worstGroups(METRICS.sliRatio), legend: "SLI {{group}}" },
    { expr: `max(${select(METRICS.objectiveRatio, SLO)})`, legend: "objective" },
    {
      expr: `max by (group, bound) (${select(METRICS.sliBoundRatio, STREAMS)}) and on (group) ${LEAST_BUDGET}`,
      legend: "{{bound}} possible {{group}}",
    },
  ],
  overrides: [
    dashed({ by: "byName", options: "objective" }, COLORS.bad),
    dashed({ by: "byRegexp", options: "/possible/" }, COLORS.neutral),
  ],
});

export const sloBudget: readonly Panel[] = [burndown, sli];
