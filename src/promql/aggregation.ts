/** `sum by (job) (…)` and its siblings. A sum of sums is a sum; other operators pass where there is one element to aggregate. */
import type { SyntaxNode } from "@lezer/common";
import { areSameLabels, isSingle, labelsLeft, NO_LABELS, type ResultLabels } from "./labels.ts";
import { noteWeights } from "./over-time.ts";
import { childOf, childrenOf, type Query } from "./query.ts";
import { readString } from "./selector.ts";
import { describeValue, type InstantValue, type Value } from "./values.ts";
import { WINDOW_TEXT } from "./window-template.ts";

/** `by (…)`, `without (…)`, or neither. */
function readGrouping(query: Query, node: SyntaxNode): ResultLabels {
  const modifier = childOf(node, "AggregateModifier");
  if (modifier === undefined) return NO_LABELS;
  const names = readLabelNames(query, childOf(modifier, "GroupingLabels") ?? modifier);
  return { kind: childOf(modifier, "By") === undefined ? "allBut" : "only", names };
}

/** Each once. */
export function readLabelNames(query: Query, node: SyntaxNode): readonly string[] {
  const names = childrenOf(node).flatMap((child) => {
    if (child.name === "LabelName") return [query.textOf(child)];
    return readString(query, child.firstChild ?? child) ?? [];
  });
  return [...new Set(names)];
}

/** `op` as it is written, in small letters. */
export function aggregate(
  query: Query,
  node: SyntaxNode,
  op: string,
  value: Value,
): Value | undefined {
  const grouping = readGrouping(query, node);
  switch (value.kind) {
    case "instant":
      return aggregateInstant(query, node, op, value, labelsLeft(value.labels, grouping));
    case "sum": {
      const labels = labelsLeft(value.labels, grouping);
      if (op === "sum" || isUnchanged(op, value.labels, labels)) return { ...value, labels };
      const hint = op === "count" ? undefined : "write sum(…)";
      return query.refuse(node, "promql-unsupported", whyNot(op), hint);
    }
    case "quotient":
    case "mean": {
      const labels = labelsLeft(value.labels, grouping);
      if (isUnchanged(op, value.labels, labels)) return value;
      if (op === "avg" && (value.kind === "mean" || value.isMean)) {
        noteWeights(query, node);
        return { ...value, labels };
      }
      const message = `\`${op}\` of ratios weighs a quiet series as much as a busy one`;
      const hint = "divide sums: sum(…) / sum(…)";
      return query.refuse(node, "promql-unsupported", message, hint);
    }
    case "number":
    case "range": {
      const message = `\`${op}\` does not take ${describeValue(value)}`;
      const hint = `write ${op}(rate(http_requests_total[${WINDOW_TEXT}]))`;
      return query.refuse(node, "promql-form", message, hint);
    }
  }
}

/** One element for each set of labels before and after: nothing is left to aggregate. */
const isUnchanged = (op: string, before: ResultLabels, after: ResultLabels): boolean =>
  before.kind === "only" &&
  areSameLabels(before, after) &&
  ["sum", "min", "max", "avg"].includes(op);

function aggregateInstant(
  query: Query,
  node: SyntaxNode,
  op: string,
  { values, elements, labels: before }: InstantValue,
  labels: ResultLabels,
): Value | undefined {
  const aggregated = { kind: "instant", selection: undefined, elements: undefined } as const;
  if (isUnchanged(op, before, labels)) return { ...aggregated, values, labels };
  if (op === "count" && elements !== undefined) return { ...aggregated, values: elements, labels };
  if (op === "sum" && values !== undefined) return { ...aggregated, values, labels };
  if (op === "avg" && values !== undefined && elements !== undefined)
    return { kind: "mean", values, elements, labels };
  const isKnown = op === "count" || op === "sum" || op === "avg";
  const message = isKnown ? `\`${op}\` of this is no sum of points` : whyNot(op);
  const hint = isSingle(labels) ? "compare, then count: count(g < 0.75)" : undefined;
  return query.refuse(node, "promql-unsupported", message, hint);
}

const REASONS: Readonly<Record<string, string>> = {
  min: "the smallest of several series is not known as data comes",
  max: "the largest of several series is not known as data comes",
  avg: "an average over series changes when one comes or goes",
  count: "this counts series, not events",
  group: "this counts series, not events",
};

const whyNot = (op: string): string =>
  REASONS[op] ?? `\`${op}\` needs every series at once, and cannot be added up as data comes`;
