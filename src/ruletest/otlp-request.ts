/** Exports that arrive together → one `ExportMetricsServiceRequest`, by way of OTLP/JSON as a person would write it. */
import { transcodeJson } from "../otlp/index.ts";
import type { Attributes, AttributeValue, MetricSpec } from "./script.ts";
import type { Export } from "./sender.ts";

/** opentelemetry-proto metrics.proto, AggregationTemporality. */
const DELTA = 1;
const CUMULATIVE = 2;

/** In the order that the exports have; those of one resource together, those of one metric together. */
export function requestOf(exports: readonly Export[]): Uint8Array {
  const byResource = grouped(exports, ({ resource }) => JSON.stringify(resource));
  const resourceMetrics = byResource.map(({ first, items }) => ({
    resource: { attributes: attributesJson(first.resource) },
    scopeMetrics: [{ metrics: grouped(items, ({ metric }) => metric.name).map(metricJson) }],
  }));
  return transcodeJson(JSON.stringify({ resourceMetrics })).request;
}

interface Group<T> {
  readonly first: T;
  readonly items: T[];
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): readonly Group<T>[] {
  const groups = new Map<string, Group<T>>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), { first: item, items: [item] });
    else group.items.push(item);
  }
  return [...groups.values()];
}

function metricJson({ first: { metric }, items }: Group<Export>): unknown {
  const dataPoints = items.map(({ attributes, startMs, timeMs, fields }) => ({
    attributes: attributesJson(attributes),
    startTimeUnixNano: nanosText(startMs),
    timeUnixNano: nanosText(timeMs),
    ...fields,
  }));
  return { name: metric.name, unit: metric.unit, ...dataOf(metric, dataPoints) };
}

function dataOf({ kind, isDelta }: MetricSpec, dataPoints: readonly unknown[]): object {
  const aggregationTemporality = isDelta ? DELTA : CUMULATIVE;
  switch (kind) {
    case "counter":
    case "updown":
      return { sum: { aggregationTemporality, isMonotonic: kind === "counter", dataPoints } };
    case "gauge":
      return { gauge: { dataPoints } };
    case "histogram":
      return { histogram: { aggregationTemporality, dataPoints } };
    case "exponential":
      return { exponentialHistogram: { aggregationTemporality, dataPoints } };
  }
}

const nanosText = (ms: number): string => (BigInt(ms) * 1_000_000n).toString();

const attributesJson = (attributes: Attributes): unknown =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: valueJson(value) }));

function valueJson(value: AttributeValue): unknown {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
