/** PromQL text made from names.ts, so that a renamed metric cannot be left behind in a dashboard. */
import { METRICS, type LabelName, type Metric } from "../names.ts";

/** `metric{matcher,…}`. */
export const select = (metric: Metric, ...matchers: readonly string[]): string =>
  `${metric.name}{${matchers.filter((matcher) => matcher !== "").join(",")}}`;

/** One series per SLO or group, whatever scraped it. */
export const perStream = (expr: string): string => `max by (${STREAM_LABELS.join(", ")}) (${expr})`;

/** A metric over the shown time, at the points that the graph has; the same at each of them. */
export const shown = (metric: Metric, ...matchers: readonly string[]): string =>
  `${select(metric, ...matchers)}[$__range:$__interval] @ end()`;

/** How many, 0 where there is none. */
export const countOf = (expr: string): string => `count(${expr}) or vector(0)`;

export const STREAM_LABELS: readonly LabelName[] = ["service", "slo", "group"];

/** Burn rates of the long lookbacks divided by their tier's threshold: above 1 the long condition of the alert holds. */
export function thresholdShare(streams: string, slos: string, severity: "page" | "ticket"): string {
  const thresholds = `max by (slo, long) (${select(METRICS.alertThreshold, slos, `severity="${severity}"`)})`;
  const asLookback = `label_replace(${thresholds}, "lookback", "$1", "long", "(.+)")`;
  return `${select(METRICS.burnRate, streams)} / on (slo, lookback) group_left () ${asLookback}`;
}
