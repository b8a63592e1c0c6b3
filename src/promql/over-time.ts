/** Functions of a range: what counters grew by, and what gauges add up to. */
import type { SyntaxNode } from "@lezer/common";
import type { Measure } from "../slo/index.ts";
import type { Query } from "./query.ts";
import type { InstantValue, QuotientValue, RangeValue, SumValue, Value } from "./values.ts";
import { WINDOW_TEXT } from "./window-template.ts";

/** `rate`, `irate`, `increase`. */
export function readIncrease(
  query: Query,
  node: SyntaxNode,
  name: string,
  range: RangeValue,
): SumValue | undefined {
  const { of, scale } = range;
  const selection = of.kind === "instant" ? of.selection : undefined;
  if (selection === undefined || scale.unit !== "counts") {
    const message = `\`${name}\` of a subquery looks at samples of samples`;
    const hint = `write ${name}(http_requests_total[${WINDOW_TEXT}])`;
    return query.refuse(node, "promql-unsupported", message, hint);
  }
  const { metric, where, bound } = selection;
  if (metric.endsWith("_sum")) {
    const message = `${metric} adds up values; of a histogram only counts are held`;
    const hint = `count events under a bound: ${metric.replace(/sum$/, "bucket")}{le="0.5"}`;
    return query.refuse(selection.node, "promql-unsupported", message, hint);
  }
  if (name === "irate") query.note(node, "`irate` is read as `rate`: every increase counts");
  const isBelow = bound !== undefined && bound !== Infinity;
  const measure: Measure = isBelow ? { kind: "atMost", bound } : { kind: "increase" };
  return {
    kind: "sum",
    terms: [{ metric, where, weight: 1, measure }],
    scale: { ...scale, unit: name === "increase" ? "counts" : "perSecond" },
    labels: of.labels,
  };
}

/** `sum_over_time`, `count_over_time`. */
export function readSumOverTime(
  query: Query,
  node: SyntaxNode,
  name: string,
  { of, scale }: RangeValue,
): SumValue | undefined {
  const isCount = name === "count_over_time";
  if (of.kind === "mean") {
    const message = `\`${name}\` of averages is no sum of points`;
    return query.refuse(node, "promql-unsupported", message, "write avg_over_time(…)");
  }
  const terms = isCount ? of.elements : of.values;
  if (terms !== undefined) return { kind: "sum", terms, scale, labels: of.labels };
  return query.refuse(node, "promql-unsupported", ...whyNoSum(of, isCount));
}

/** Message and hint. */
function whyNoSum(of: InstantValue, isCount: boolean): readonly [string, string] {
  if (of.selection !== undefined)
    return ["buckets of a histogram are counted, not sampled", "write rate(x_bucket{le=…}[…])"];
  if (isCount) {
    return [
      "this counts the steps at which there was a result, not points of the gauge",
      `write sum_over_time((count(g < 0.75))[${WINDOW_TEXT}:])`,
    ];
  }
  return [
    "the values that the comparison leaves are not added up",
    `write count_over_time(…), or sum_over_time((g < bool 0.75)[${WINDOW_TEXT}:])`,
  ];
}

/** `avg_over_time`: a ratio of sums. */
export function readMeanOverTime(
  query: Query,
  node: SyntaxNode,
  _name: string,
  { of }: RangeValue,
): QuotientValue | undefined {
  const { values, elements, labels } = of;
  if (values === undefined || elements === undefined) {
    const message = "this is an average of steps, not of points of the gauge";
    const hint = `write sum_over_time(…[${WINDOW_TEXT}:]) / sum_over_time((count(g))[${WINDOW_TEXT}:])`;
    return query.refuse(node, "promql-unsupported", message, hint);
  }
  if (of.kind === "mean") noteWeights(query, node);
  return { kind: "quotient", part: values, whole: elements, labels, isMean: true };
}

export function noteWeights(query: Query, node: SyntaxNode): void {
  query.note(node, "every point of every series weighs the same in this average");
}

/** `histogram_fraction(0, 0.25, rate(x[…]))`: the share of events from the lower to the upper bound. */
export function readFraction(
  query: Query,
  node: SyntaxNode,
  [lower, upper, histogram]: readonly Value[],
): QuotientValue | undefined {
  const bounds = lower?.kind === "number" && upper?.kind === "number";
  if (!bounds || histogram?.kind !== "sum") {
    const message = "expected two bounds and a rate of a histogram";
    const hint = `write histogram_fraction(0, 0.25, sum(rate(x[${WINDOW_TEXT}])))`;
    return query.refuse(node, "promql-form", message, hint);
  }
  if (lower.value !== 0 && lower.value !== -Infinity) {
    const message = "the lower bound of what is counted is 0 or -Inf";
    const hint = "subtract: histogram_fraction(0, b, …) - histogram_fraction(0, a, …)";
    return query.refuse(node, "promql-unsupported", message, hint);
  }
  if (upper.value === -Infinity) return query.refuse(node, "promql-form", "nothing is below -Inf");
  if (!checkHistogram(query, node, histogram)) return undefined;
  const measure: Measure = { kind: "atMost", bound: upper.value };
  const { terms, labels } = histogram;
  const part = upper.value === Infinity ? terms : terms.map((term) => ({ ...term, measure }));
  return { kind: "quotient", part, whole: terms, labels, isMean: false };
}

/** Whether the sum can be of native histograms. */
export function checkHistogram(query: Query, node: SyntaxNode, { terms }: SumValue): boolean {
  if (terms.every(({ measure }) => measure.kind === "increase")) return true;
  query.refuse(node, "promql-form", "this is no rate of a histogram");
  return false;
}
