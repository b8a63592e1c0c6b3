/** A syntax tree → what it comes to. Each kind of expression is read from what its parts come to. */
import type { SyntaxNode } from "@lezer/common";
import { parseDuration } from "../slo/index.ts";
import { aggregate } from "./aggregation.ts";
import { negated, type Operation } from "./arithmetic.ts";
import { callFunction, isReadFunction, refuseFunction } from "./functions.ts";
import { instantOf } from "./instants.ts";
import { operate } from "./operators.ts";
import { childOf, childrenOf, type Query } from "./query.ts";
import { readRange, readSubquery } from "./range.ts";
import { readSelector } from "./selector.ts";
import { describeValue, type Value } from "./values.ts";
import { WINDOW_TEXT } from "./window-template.ts";

/** `undefined` when something in it is refused; the query has the problem. */
export function translate(query: Query, node: SyntaxNode): Value | undefined {
  switch (node.name) {
    case "ParenExpr":
      return translateFirst(query, node);
    case "NumberDurationLiteral":
      return readNumber(query, node);
    case "VectorSelector": {
      const selection = readSelector(query, node);
      return selection === undefined ? undefined : instantOf(selection);
    }
    case "MatrixSelector":
      return translateRange(query, node);
    case "SubqueryExpr":
      return translateSubquery(query, node);
    case "UnaryExpr":
      return translateUnary(query, node);
    case "BinaryExpr":
      return translateBinary(query, node);
    case "AggregateExpr":
      return translateAggregate(query, node);
    case "FunctionCall":
      return translateCall(query, node);
    default:
      return refuseKind(query, node);
  }
}

/** The first (or only) expression in the node. */
function translateFirst(query: Query, node: SyntaxNode): Value | undefined {
  const [first] = childrenOf(node);
  return first === undefined ? refuseKind(query, node) : translate(query, first);
}

function readNumber(query: Query, node: SyntaxNode): Value | undefined {
  const text = query.textOf(node).replaceAll("_", "");
  const [, sign, digits = ""] = /^([+-]?)\s*(.*)$/s.exec(text) ?? [];
  const spanMs = parseDuration(digits);
  const magnitude = /^inf$/i.test(digits)
    ? Infinity
    : spanMs !== undefined
      ? spanMs / 1000
      : Number(digits);
  if (Number.isNaN(magnitude) || query.hasTemplate(node)) {
    const message = `${query.shown(node)} is no number to calculate with`;
    return query.refuse(node, "promql-form", message);
  }
  return { kind: "number", value: sign === "-" ? -magnitude : magnitude, isVector: false };
}

function translateRange(query: Query, node: SyntaxNode): Value | undefined {
  const of = translateFirst(query, node);
  if (of === undefined) return undefined;
  if (of.kind === "instant" && of.selection !== undefined) return readRange(query, node, of);
  const message = `only a metric has a range of samples, not ${describeValue(of)}`;
  return query.refuse(node, "promql-range", message, `write http_requests_total[${WINDOW_TEXT}]`);
}

function translateSubquery(query: Query, node: SyntaxNode): Value | undefined {
  const of = translateFirst(query, node);
  if (of === undefined) return undefined;
  if (of.kind === "instant" || of.kind === "mean") return readSubquery(query, node, of);
  const message = `a subquery of ${describeValue(of)} looks again and again at what overlaps`;
  const hint = `look once, over the window: sum(rate(http_requests_total[${WINDOW_TEXT}]))`;
  return query.refuse(node, "promql-unsupported", message, hint);
}

function translateUnary(query: Query, node: SyntaxNode): Value | undefined {
  const [opNode, operand] = childrenOf(node);
  const value = operand === undefined ? undefined : translate(query, operand);
  if (value === undefined || operand === undefined) return undefined;
  const at: Operation = { query, node, right: operand };
  return query.textOf(opNode ?? node) === "-" ? negated(at, value) : value;
}

function translateBinary(query: Query, node: SyntaxNode): Value | undefined {
  const children = childrenOf(node);
  const [first, last] = [children[0], children.at(-1)];
  if (first === undefined || last === undefined) return refuseKind(query, node);
  const left = translate(query, first);
  const right = translate(query, last); // also when the left is refused: every problem is said
  return left === undefined || right === undefined ? undefined : operate(query, node, left, right);
}

function translateAggregate(query: Query, node: SyntaxNode): Value | undefined {
  const opNode = childOf(node, "AggregateOp") ?? node;
  const args = childrenOf(childOf(node, "FunctionCallBody") ?? node);
  const [argument] = args;
  const op = query.textOf(opNode).toLowerCase();
  if (argument === undefined || args.length > 1) {
    const message = `\`${op}\` needs every series at once, and cannot be added up as data comes`;
    return query.refuse(node, "promql-unsupported", message, "write sum(…)");
  }
  const value = translate(query, argument);
  return value === undefined ? undefined : aggregate(query, node, op, value);
}

function translateCall(query: Query, node: SyntaxNode): Value | undefined {
  const name = query.textOf(childOf(node, "FunctionIdentifier") ?? node).toLowerCase();
  if (!isReadFunction(name)) return refuseFunction(query, node, name);
  const args = childrenOf(childOf(node, "FunctionCallBody") ?? node);
  const values = args.map((argument) => translate(query, argument));
  const known = values.filter((value) => value !== undefined);
  return known.length < values.length ? undefined : callFunction(query, node, name, known);
}

/** Expressions that are never read. */
function refuseKind(query: Query, node: SyntaxNode): undefined {
  const part = { from: childrenOf(node)[1]?.from ?? node.from, to: node.to };
  switch (node.name) {
    case "OffsetExpr":
    case "StepInvariantExpr": {
      const what = node.name === "OffsetExpr" ? "`offset`" : "`@`";
      const message = `${what} looks at another time than that of the window`;
      return query.refuse(part, "promql-range", message, "leave it out");
    }
    case "StringLiteral":
      return query.refuse(node, "promql-form", "a text counts nothing");
    default:
      return query.refuse(node, "promql-unsupported", `${query.shown(node)} is not read`);
  }
}
