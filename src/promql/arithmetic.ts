/** `+ - * /` of sums, ratios and constants. What is not linear, or does not cancel, is refused where it stands. */
import type { SyntaxNode } from "@lezer/common";
import { mapInstant } from "./instants.ts";
import { areSameLabels, describeLabels, type ResultLabels } from "./labels.ts";
import type { Query } from "./query.ts";
import { areSameScale, describeScale } from "./range.ts";
import { added, multipleOf, scaled, subtracted } from "./terms.ts";
import {
  describeValue,
  type InstantValue,
  type NumberValue,
  type QuotientValue,
  type SumValue,
  type Value,
} from "./values.ts";

/** Where the operator and its operands stand. */
export interface Operation {
  readonly query: Query;
  readonly node: SyntaxNode;
  readonly right: SyntaxNode;
}

export function plus(at: Operation, left: Value, right: Value, sign: 1 | -1): Value | undefined {
  if (left.kind === "number" && right.kind === "number")
    return numberOf(left, right, left.value + sign * right.value);
  if (right.kind === "number") return moved(at, left, 1, sign * right.value);
  if (left.kind === "number") return moved(at, right, sign, left.value);
  if (left.kind === "sum" && right.kind === "sum") return addSums(at, left, right, sign);
  if (left.kind === "quotient" && right.kind === "quotient")
    return addQuotients(at, left, right, sign);
  if (left.kind === "instant" && right.kind === "instant")
    return addInstants(at, left, right, sign);
  const verb = sign === 1 ? "added to" : "taken off";
  const message = `${describeValue(right)} cannot be ${verb} ${describeValue(left)}`;
  return at.query.refuse(at.node, "promql-form", message);
}

/** A constant; one with `vector(…)` among its parts is a vector. */
export const numberOf = (left: NumberValue, right: NumberValue, value: number): NumberValue => ({
  kind: "number",
  value,
  isVector: left.isVector || right.isVector,
});

/** `value` x factor + offset. */
function moved(at: Operation, value: Value, factor: number, offset: number): Value | undefined {
  const { query, node } = at;
  if (!Number.isFinite(factor) || !Number.isFinite(offset))
    return query.refuse(node, "promql-form", "infinity is no number to calculate with");
  switch (value.kind) {
    case "number":
      return { ...value, value: value.value * factor + offset };
    case "instant":
    case "mean":
      return mapInstant(query, node, value, factor, offset);
    case "quotient": {
      const { part, whole } = value;
      return { ...value, part: added(scaled(whole, offset), scaled(part, factor)) };
    }
    case "sum":
      if (offset === 0) return { ...value, terms: scaled(value.terms, factor) };
      return query.refuse(node, "promql-form", "a constant counts no events", "leave it out");
    case "range":
      return notLinear(at, value);
  }
}

export const negated = (at: Operation, value: Value): Value | undefined => moved(at, value, -1, 0);

export function times(at: Operation, left: Value, right: Value): Value | undefined {
  if (left.kind === "number" && right.kind === "number")
    return numberOf(left, right, left.value * right.value);
  if (left.kind === "number") return moved(at, right, left.value, 0);
  if (right.kind === "number") return moved(at, left, right.value, 0);
  if (left.kind === "quotient" && right.kind === "sum") return shareOf(at, left, right);
  if (left.kind === "sum" && right.kind === "quotient") return shareOf(at, right, left);
  const message = `the product of ${describeValue(left)} and ${describeValue(right)} is no sum of counts`;
  return at.query.refuse(at.node, "promql-unsupported", message);
}

/** `histogram_fraction(…) * histogram_count(…)`: the counts that the ratio is of. */
function shareOf(at: Operation, ratio: QuotientValue, sum: SumValue): SumValue | undefined {
  const factor = multipleOf(sum.terms, ratio.whole);
  if (factor !== undefined && areSameLabels(ratio.labels, sum.labels))
    return { ...sum, terms: scaled(ratio.part, factor) };
  const message = "a ratio is multiplied with counts that it is not a ratio of";
  return at.query.refuse(at.node, "promql-unsupported", message);
}

export function divided(at: Operation, left: Value, right: Value): Value | undefined {
  const { query, node } = at;
  if (right.kind === "number") {
    if (right.value === 0) return query.refuse(at.right, "promql-form", "division by zero");
    return left.kind === "number"
      ? numberOf(left, right, left.value / right.value)
      : moved(at, left, 1 / right.value, 0);
  }
  if (left.kind === "sum" && right.kind === "sum") return ratioOf(at, left, right);
  const isOfInstants = [left, right].some(({ kind }) => kind === "instant" || kind === "mean");
  const isOfRatios = [left, right].some(({ kind }) => kind === "quotient");
  const message = isOfInstants
    ? "a ratio at each moment weighs a quiet moment as much as a busy one"
    : isOfRatios
      ? "a ratio of ratios is no ratio of counts"
      : `${describeValue(left)} cannot be divided by ${describeValue(right)}`;
  const hint = isOfInstants
    ? "add up over time, then divide: sum_over_time((count(g < 0.75))[{{.window}}:]) / sum_over_time((count(g))[{{.window}}:])"
    : "divide sums: sum(rate(…)) / sum(rate(…))";
  return query.refuse(node, "promql-unsupported", message, hint);
}

/** Both scales are the same, and cancel. */
function ratioOf(at: Operation, part: SumValue, whole: SumValue): QuotientValue | undefined {
  if (!checkScales(at, part, whole) || !checkLabels(at, part.labels, whole.labels))
    return undefined;
  if (whole.terms.length === 0)
    return at.query.refuse(at.right, "promql-form", "what is divided by comes to nothing");
  return {
    kind: "quotient",
    part: part.terms,
    whole: whole.terms,
    labels: part.labels,
    isMean: false,
  };
}

function addSums(at: Operation, left: SumValue, right: SumValue, sign: 1 | -1): Value | undefined {
  if (!checkScales(at, left, right) || !checkLabels(at, left.labels, right.labels))
    return undefined;
  if (left.labels.kind === "allBut") noteUngrouped(at.query, at.node);
  return { ...left, terms: added(left.terms, scaled(right.terms, sign)) };
}

function addQuotients(
  at: Operation,
  left: QuotientValue,
  right: QuotientValue,
  sign: 1 | -1,
): Value | undefined {
  if (!checkLabels(at, left.labels, right.labels)) return undefined;
  const factor = multipleOf(left.whole, right.whole);
  if (factor === undefined) {
    const message = "ratios of different totals cannot be added up to a ratio of counts";
    const hint = "add the counts up, then divide: (a + b) / (c + d)";
    return at.query.refuse(at.node, "promql-unsupported", message, hint);
  }
  const part = added(left.part, scaled(right.part, sign * factor));
  return { ...left, part, isMean: left.isMean && right.isMean };
}

function addInstants(
  at: Operation,
  left: InstantValue,
  right: InstantValue,
  sign: 1 | -1,
): Value | undefined {
  const { query, node } = at;
  if (left.labels.kind === "allBut" || right.labels.kind === "allBut") {
    const hint = "add each up first: sum(a) - sum(b)";
    return query.refuse(node, "promql-labels", "series are not matched one by one", hint);
  }
  if (left.values === undefined || right.values === undefined) return notLinear(at, left);
  if (!checkLabels(at, left.labels, right.labels)) return undefined;
  const values =
    sign === 1 ? added(left.values, right.values) : subtracted(left.values, right.values);
  return { ...left, selection: undefined, elements: undefined, values };
}

const notLinear = ({ query, node }: Operation, value: Value): undefined =>
  query.refuse(node, "promql-form", `${describeValue(value)} cannot be calculated with`);

function checkScales({ query, node }: Operation, left: SumValue, right: SumValue): boolean {
  if (areSameScale(left.scale, right.scale)) return true;
  const [one, other] = [describeScale(left.scale), describeScale(right.scale)];
  const message = `${one} and ${other} do not go together: their scales do not cancel`;
  const isOfRange = left.scale.range !== right.scale.range;
  const hint = isOfRange
    ? "write the same range in both"
    : "write rate in both, or increase in both";
  query.refuse(node, isOfRange ? "promql-range" : "promql-scale", message, hint);
  return false;
}

function checkLabels({ query, node }: Operation, left: ResultLabels, right: ResultLabels): boolean {
  if (areSameLabels(left, right)) return true;
  const message = `one side is ${describeLabels(left)}, the other ${describeLabels(right)}: nothing would match`;
  query.refuse(node, "promql-labels", message, "aggregate both sides by the same labels");
  return false;
}

export function noteUngrouped(query: Query, node: Pick<SyntaxNode, "from" | "to">): void {
  query.note(node, "all its series are added up, where Prometheus keeps them apart");
}
