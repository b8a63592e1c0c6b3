/** What the panels of the SLO detail share: their selection and their legends. */
import { METRICS } from "../names.ts";
import { select } from "./promql.ts";

/** The chosen SLO: for metrics without groups. */
export const SLO: string = 'slo="$slo"';
/** Its chosen groups; an SLO without groups has no such label, which `.*` matches. */
export const STREAMS: string = 'slo="$slo",group=~"$group"';
/** The error budget as one number. */
export const BUDGET: string = `scalar(max(${select(METRICS.errorBudgetRatio, SLO)}))`;
