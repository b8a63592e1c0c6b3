/** What the panels of the SLO detail share: their selection and their legends. */
import { METRICS, type Metric } from "../names.ts";
import { select, shown } from "./promql.ts";

/** The chosen SLO: for metrics without groups. */
export const SLO: string = 'slo="$slo"';
/** Its chosen groups; an SLO without groups has no such label, which `.*` matches. */
export const STREAMS: string = 'slo="$slo",group=~"$group"';
/** The ten groups that have the least budget left at the end of the shown time: a graph of 200 cannot be read. */
export const LEAST_BUDGET: string = `bottomk(10, max by (group) (last_over_time(${shown(METRICS.budgetProjectedRatio, STREAMS)})))`;

/** Of these, a metric that has one series a group. */
export const worstGroups = (metric: Metric): string =>
  `max by (group) (${select(metric, STREAMS)}) and on (group) ${LEAST_BUDGET}`;
