/** SLO detail: the events themselves, and which groups the bad ones come from. */
import { METRICS } from "../names.ts";
import { bars, colored, timeseries } from "./kinds.ts";
import { COLORS } from "./palette.ts";
import type { Panel } from "./panel.ts";
import { select } from "./promql.ts";
import { sloTiers } from "./slo-burn.ts";
import { STREAMS } from "./slo-scope.ts";

const total = `sum(rate(${select(METRICS.eventsTotal, STREAMS)}[$__rate_interval]))`;
const good = `sum(rate(${select(METRICS.goodEventsTotal, STREAMS)}[$__rate_interval]))`;

const volume = timeseries({
  title: "Events per second",
  description:
    "Good and bad events as they were booked, from the counters. A rise of bad alone is trouble in the service; a fall of both is traffic that went elsewhere or data that stopped.",
  width: 12,
  height: 9,
  unit: "cps",
  min: 0,
  stacked: true,
  queries: [
    { expr: good, legend: "good" },
    { expr: `clamp_min(${total} - ${good}, 0)`, legend: "bad" },
  ],
  overrides: [
    colored({ by: "byName", options: "good" }, COLORS.good),
    colored({ by: "byName", options: "bad" }, COLORS.bad),
  ],
});

const byGroup = bars({
  title: "Bad events by group",
  description:
    "Where the budget goes: bad events in the SLO window of the ten worst groups. Begin with the first. An SLO without `per` has a single bar.",
  width: 12,
  height: 9,
  unit: "short",
  min: 0,
  queries: [
    {
      expr: `sort_desc(topk(10, max by (slo, group) (${select(METRICS.windowEvents, STREAMS, 'kind="bad"')})))`,
      legend: "{{slo}} {{group}}",
      instant: true,
    },
  ],
  steps: [{ from: null, color: COLORS.bad }],
});

const burnByGroup = timeseries({
  title: "Burn by group, $lookback",
  description:
    "Error ratio over the lookback / error budget of the ten groups that burn most. One line far above the others: look at what is special about that group.",
  width: 12,
  height: 7,
  unit: "suffix:x",
  min: 0,
  queries: [
    {
      expr: `topk(10, max by (slo, group) (${select(METRICS.burnRate, STREAMS, 'lookback="$lookback"')}))`,
      legend: "{{slo}} {{group}}",
    },
  ],
});

export const sloEvents: readonly Panel[] = [volume, byGroup, burnByGroup, sloTiers];
