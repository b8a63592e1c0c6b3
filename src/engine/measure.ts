/** What a metric's kind can tell of a role, and where it cannot, why. Asked once per series. */
import { MetricKind, Temporality } from "../otlp/index.ts";
import { thresholdInUnit } from "./latency-unit.ts";
import type { RoleMeasure } from "./roles.ts";
import type { SampleMeasure, SeriesDescriptor } from "./target.ts";

type Metric = SeriesDescriptor["metric"];
type Note = (text: string) => void;

/** Whether series of the metric can be measured so; `note` hears why not. */
export function canMeasure(measure: RoleMeasure, metric: Metric, note: Note): boolean {
  switch (measure.kind) {
    case "increase":
      return countsEvents(metric, note);
    case "faster":
    case "atMost":
      if (isHistogram(metric)) return true;
      note(`${metric.name} is no histogram, so it cannot tell latency`);
      return false;
    case "samples":
    case "values":
      return isSampled(metric, note);
  }
}

function countsEvents(metric: Metric, note: Note): boolean {
  if (isHistogram(metric) || metric.kind === MetricKind.summary) return true;
  if (metric.kind === MetricKind.sum && metric.isMonotonic) return true;
  const kind = metric.kind === MetricKind.gauge ? "a gauge" : "a sum that can fall";
  note(`${metric.name} is ${kind}, so it does not count events`);
  return false;
}

/** Gauges, and sums that can fall, whose points are the present value. */
function isSampled(metric: Metric, note: Note): boolean {
  if (metric.kind === MetricKind.gauge) return true;
  if (metric.kind !== MetricKind.sum || metric.isMonotonic) {
    note(`${metric.name} counts events; only a gauge has values to compare`);
    return false;
  }
  if (metric.temporality === Temporality.cumulative) return true;
  note(`${metric.name} sends changes, not values; only a cumulative sum has values to compare`);
  return false;
}

const isHistogram = ({ kind }: Metric): boolean =>
  kind === MetricKind.histogram || kind === MetricKind.exponentialHistogram;

/** The threshold in the metric's own unit; `undefined` when the measure has none. */
export function thresholdOf(measure: RoleMeasure, metric: Metric, note: Note): number | undefined {
  if (measure.kind === "atMost") return measure.bound;
  if (measure.kind !== "faster") return undefined;
  const { value, isUnitKnown } = thresholdInUnit(measure.nanos, metric.unit, metric.name);
  if (!isUnitKnown) note(`${metric.name} has no unit of time; seconds are assumed`);
  return value;
}

/** A bucket is a count of its own, whichever side of a ratio it is on; a latency is of all events. */
export const cutOf = (measure: RoleMeasure): { readonly isTotalCut?: true } =>
  measure.kind === "atMost" ? { isTotalCut: true } : {};

/** What a point of a gauge adds, as a target carries it; nothing for other measures. */
export function sampleOf(measure: RoleMeasure): { readonly sample?: SampleMeasure } {
  if (measure.kind === "values") return { sample: { kind: "value" } };
  if (measure.kind !== "samples") return {};
  const { holds } = measure;
  return { sample: holds === undefined ? { kind: "one" } : { kind: "holds", ...holds } };
}
