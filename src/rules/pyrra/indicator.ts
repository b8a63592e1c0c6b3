/** `indicator:` → indicator. Pyrra's metrics are vector selectors; it puts rates and sums around them itself. */
import { readBareSelector, type BareSelector } from "../../promql/index.ts";
import {
  parseDurationNanos,
  type Indicator,
  type MetricSelector,
  type PromqlSource,
} from "../../slo/index.ts";
import { readForeignShape } from "../foreign-shape.ts";
import { fieldIn, kindOf, report, type Field } from "../native/index.ts";
import { growthOf } from "../simple-queries.ts";
import {
  boolGaugeSchema,
  indicatorSchema,
  latencySchema,
  nativeLatencySchema,
  querySchema,
  ratioSchema,
  type IndicatorConfig,
} from "./schemas.ts";

export interface IndicatorReading {
  readonly indicator: Indicator;
  readonly per: readonly string[];
  readonly promql: PromqlSource;
  /** All events: what Pyrra takes the labels of alerts from. */
  readonly total: MetricSelector;
}

/** `undefined` when it is not sound (reported). */
export function readIndicator(value: unknown, field: Field): IndicatorReading | undefined {
  const shape = readForeignShape(indicatorSchema, value, field, "an indicator");
  if (shape === undefined) return undefined;
  const said = (Object.keys(shape) as (keyof IndicatorConfig)[]).filter(
    (name) => shape[name] !== undefined,
  );
  const [form, ...others] = said;
  if (form === undefined || others.length > 0) {
    const message =
      form === undefined
        ? "one of `ratio`, `latency`, `latencyNative` and `bool_gauge` must be there"
        : `${said.map((name) => `\`${name}\``).join(" and ")} at once`;
    report(field, { code: "sli-form", message }, "key");
    return undefined;
  }
  const formField = fieldIn(field, form);
  switch (form) {
    case "ratio":
      return readRatio(shape.ratio, formField);
    case "latency":
      return readLatency(shape.latency, formField);
    case "latencyNative":
      return readNativeLatency(shape.latencyNative, formField);
    case "bool_gauge":
      return readBoolGauge(shape.bool_gauge, formField);
  }
}

function readRatio(value: unknown, field: Field): IndicatorReading | undefined {
  const shape = readForeignShape(ratioSchema, value, field, "a ratio");
  const errors = readMetric(shape?.errors, fieldIn(field, "errors"));
  const total = readMetric(shape?.total, fieldIn(field, "total"));
  const per = readGrouping(shape?.grouping, fieldIn(field, "grouping"));
  if (errors === undefined || total === undefined) return undefined;
  return sumsOf(errors, total, "bad", per);
}

function readLatency(value: unknown, field: Field): IndicatorReading | undefined {
  const shape = readForeignShape(latencySchema, value, field, "a latency");
  const success = readMetric(shape?.success, fieldIn(field, "success"));
  const total = readMetric(shape?.total, fieldIn(field, "total"));
  const per = readGrouping(shape?.grouping, fieldIn(field, "grouping"));
  if (success === undefined || total === undefined) return undefined;
  if (success.selector.bound !== undefined) return sumsOf(success, total, "good", per);
  const message = "a latency's `success` needs `le`, the threshold";
  const hint = 'write http_request_duration_seconds_bucket{le="0.25"}';
  report(fieldIn(field, "success", "metric"), { code: "promql-selector", message, hint });
  return undefined;
}

interface Metric {
  readonly selector: BareSelector;
  readonly text: string;
}

function sumsOf(
  part: Metric,
  total: Metric,
  count: "good" | "bad",
  per: readonly string[],
): IndicatorReading {
  const rate = ({ text }: Metric) => `${summed(per)}(rate(${text}[{{.window}}]))`;
  return {
    indicator: {
      kind: "sums",
      total: [growthOf(total.selector)],
      count,
      part: [growthOf(part.selector)],
    },
    per,
    promql: { kind: "ratio", count, part: rate(part), total: rate(total) },
    total: total.selector,
  };
}

const summed = (per: readonly string[]): string =>
  per.length === 0 ? "sum" : `sum by (${per.join(", ")}) `;

/** The metric is a native (exponential) histogram, in seconds. */
function readNativeLatency(value: unknown, field: Field): IndicatorReading | undefined {
  const shape = readForeignShape(nativeLatencySchema, value, field, "a native latency");
  const total = readMetric(shape?.total, fieldIn(field, "total"));
  const per = readGrouping(shape?.grouping, fieldIn(field, "grouping"));
  if (shape?.latency === undefined || total === undefined) return undefined;
  const thresholdNanos = parseDurationNanos(shape.latency);
  if (thresholdNanos === undefined || thresholdNanos === 0) {
    const message = `${kindOf(shape.latency)} is no latency`;
    report(fieldIn(field, "latency"), { code: "invalid-duration", message, hint: "write 250ms" });
    return undefined;
  }
  const { bound: _none, ...selector } = total.selector;
  const seconds = thresholdNanos / 1e9;
  const query = `1 - histogram_fraction(0, ${seconds}, ${summed(per)}(rate(${total.text}[{{.window}}])))`;
  return {
    indicator: { kind: "latency", total: selector, thresholdNanos },
    per,
    promql: { kind: "errorRatio", query },
    total: selector,
  };
}

/** A gauge of 0 and 1: each of its points is an event, and 1 a good one. */
function readBoolGauge(value: unknown, field: Field): IndicatorReading | undefined {
  const shape = readForeignShape(boolGaugeSchema, value, field, "a bool gauge");
  const per = readGrouping(shape?.grouping, fieldIn(field, "grouping"));
  if (shape?.metric === undefined) return undefined;
  const metric = readSelectorText(shape.metric, fieldIn(field, "metric"));
  if (metric === undefined) return undefined;
  const { bound: _none, ...selector } = metric.selector;
  const { text } = metric;
  const term = { ...selector, weight: 1 } as const;
  return {
    indicator: {
      kind: "sums",
      total: [{ ...term, measure: { kind: "samples" } }],
      count: "good",
      part: [{ ...term, measure: { kind: "values" } }],
    },
    per,
    promql: {
      kind: "ratio",
      count: "good",
      part: `${summed(per)}(sum_over_time(${text}[{{.window}}]))`,
      total: `${summed(per)}(count_over_time(${text}[{{.window}}]))`,
    },
    total: selector,
  };
}

function readMetric(value: unknown, field: Field): Metric | undefined {
  if (value === undefined) return undefined;
  const shape = readForeignShape(querySchema, value, field, "a metric");
  if (shape?.metric === undefined) return undefined;
  return readSelectorText(shape.metric, fieldIn(field, "metric"));
}

function readSelectorText(text: string, field: Field): Metric | undefined {
  const { selector, place, problems } = readBareSelector(text);
  const { document, path, findings } = field;
  for (const { from, to, code, message, hint } of problems)
    findings.add(code, document, path, message, { hint, index: from, endIndex: to });
  if (selector === undefined) return undefined;
  return { selector, text: text.slice(place?.from, place?.to) };
}

const MAX_GROUP_LABELS = 8;

function readGrouping(value: unknown, field: Field): readonly string[] {
  if (value === undefined) return [];
  const isList = Array.isArray(value) && value.length <= MAX_GROUP_LABELS;
  if (isList && value.every((name) => typeof name === "string" && name !== ""))
    return [...new Set(value as readonly string[])];
  const message = `expected a list of at most ${MAX_GROUP_LABELS} labels`;
  report(field, { code: "wrong-type", message });
  return [];
}
