/** Binary operators and what may stand behind them: `bool`, `on (…)`, `or vector(0)`. */
import type { SyntaxNode } from "@lezer/common";
import type { Comparison } from "../slo/index.ts";
import { readLabelNames } from "./aggregation.ts";
import { divided, numberOf, plus, times, type Operation } from "./arithmetic.ts";
import { compareInstant } from "./instants.ts";
import type { ResultLabels } from "./labels.ts";
import { childOf, childrenOf, type Query } from "./query.ts";
import { describeValue, type Value } from "./values.ts";

const COMPARISONS: readonly string[] = [">", ">=", "<", "<=", "==", "!="];
const MIRRORED: Readonly<Record<Comparison, Comparison>> = {
  ">": "<",
  ">=": "<=",
  "<": ">",
  "<=": ">=",
  "==": "==",
  "!=": "!=",
};

const isComparison = (op: string): op is Comparison => COMPARISONS.includes(op);

export function operate(
  query: Query,
  node: SyntaxNode,
  left: Value,
  right: Value,
): Value | undefined {
  const [, opNode] = childrenOf(node);
  const op = query.textOf(opNode ?? node).toLowerCase();
  const at: Operation = { query, node, right: node.lastChild ?? node };
  if (op === "or") return readFallback(at, left, right);
  if (!checkMatching(query, node, left, right)) return undefined;
  if (isComparison(op)) return compare(at, op, left, right);
  switch (op) {
    case "+":
      return plus(at, left, right, 1);
    case "-":
      return plus(at, left, right, -1);
    case "*":
      return times(at, left, right);
    case "/":
      return divided(at, left, right);
    default:
      return refuseOperator(at, op, left, right);
  }
}

function refuseOperator({ query, node }: Operation, op: string, left: Value, right: Value) {
  if (left.kind === "number" && right.kind === "number" && (op === "^" || op === "%"))
    return numberOf(left, right, op === "^" ? left.value ** right.value : left.value % right.value);
  const isOfSets = op === "and" || op === "unless";
  const message = isOfSets
    ? `\`${op}\` keeps series by what other series there are: that is not known as data comes`
    : `\`${op}\` is no sum of counts`;
  const hint = isOfSets ? "state the condition in the selector: {job=…}" : undefined;
  return query.refuse(node, "promql-unsupported", message, hint);
}

/** `… or vector(0)`: nothing counts as zero here already. */
function readFallback({ query, node, right: fallbackNode }: Operation, left: Value, right: Value) {
  const isZero =
    (right.kind === "number" && right.isVector && right.value === 0) ||
    (right.kind === "sum" && right.terms.length === 0);
  if (isZero && left.kind === "sum") return left;
  if (isZero && left.kind === "instant" && left.labels.kind === "only")
    return { ...left, elements: undefined };
  if (right.kind === "number" && right.isVector && left.kind === "quotient") {
    query.note(
      fallbackNode,
      "without events there is no ratio here; `noData` says what that means",
    );
    return left;
  }
  const message = `\`or\` falls back from ${describeValue(left)} on ${describeValue(right)}: what it comes to depends on what series there are`;
  const hint = "write `or vector(0)`, or add the sums up: sum(…) + sum(…)";
  return query.refuse(node, "promql-unsupported", message, hint);
}

function compare(at: Operation, op: Comparison, left: Value, right: Value): Value | undefined {
  const { query, node } = at;
  const isBool = childOf(node, "BoolModifier") !== undefined;
  if (left.kind === "instant" && right.kind === "number")
    return compareInstant(query, node, left, { op, bound: right.value, isBool });
  if (left.kind === "number" && right.kind === "instant")
    return compareInstant(query, node, right, { op: MIRRORED[op], bound: left.value, isBool });
  const isGuard =
    (left.kind === "sum" || left.kind === "quotient") &&
    right.kind === "number" &&
    right.value === 0 &&
    !isBool &&
    (op === ">" || op === ">=" || op === "!=");
  if (isGuard) return left;
  const message = `${describeValue(left)} is compared: what is kept depends on the whole window`;
  const hint = "leave it out, or write > 0";
  return query.refuse(node, "promql-unsupported", message, hint);
}

/** `on (…)` and `ignoring (…)` are read where they change nothing. */
function checkMatching(query: Query, node: SyntaxNode, left: Value, right: Value): boolean {
  const fill = childOf(node, "FillModifier");
  const clause = childOf(node, "MatchingModifierClause");
  if (clause === undefined && fill === undefined) return true;
  const isMany = clause !== undefined && childOf(clause, "GroupLeft", "GroupRight") !== undefined;
  const labels = clause === undefined ? undefined : childOf(clause, "GroupingLabels");
  const names = labels === undefined ? [] : readLabelNames(query, labels);
  const isOn = clause !== undefined && childOf(clause, "On") !== undefined;
  const isUnchanged = [left, right].every((value) => matchesAlike(labelsOf(value), names, isOn));
  if (!isMany && fill === undefined && isUnchanged) return true;
  const part = clause ?? fill ?? node;
  const message = `${query.shown(part)} matches series one by one`;
  const hint = "aggregate both sides by the same labels: sum by (…) (…) / sum by (…) (…)";
  query.refuse(part, "promql-labels", message, hint);
  return false;
}

const labelsOf = (value: Value): ResultLabels | undefined =>
  "labels" in value ? value.labels : undefined;

const matchesAlike = (
  labels: ResultLabels | undefined,
  names: readonly string[],
  isOn: boolean,
): boolean =>
  labels === undefined ||
  (labels.kind === "only" && labels.names.every((name) => names.includes(name) === isOn));
