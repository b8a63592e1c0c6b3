/** `http_requests_total{code=~"5.."}` → a metric and its conditions. Prometheus compares an absent label as the empty text. */
import type { SyntaxNode } from "@lezer/common";
import { RE2JS } from "re2js";
import type { Matcher } from "../slo/index.ts";
import { readBound, readBoundPattern } from "./bound.ts";
import { childOf, childrenOf, type Query } from "./query.ts";
import { readStringLiteral } from "./string-literal.ts";

export interface Selection {
  readonly metric: string;
  readonly where: readonly Matcher[];
  /** `le` of a histogram's bucket, which is no attribute. */
  readonly bound: number | undefined;
  readonly node: SyntaxNode;
}

interface LabelCondition {
  readonly label: string;
  readonly op: string;
  readonly text: string;
  readonly node: SyntaxNode;
}

/** A series named after what it is of: `x_bucket` and `x_count` are of the histogram `x`. */
const isBucketName = (metric: string): boolean => metric.endsWith("_bucket");

/** `undefined` when it is refused. */
export function readSelector(query: Query, node: SyntaxNode): Selection | undefined {
  const problemsBefore = query.problems.length;
  const names: string[] = [];
  const identifier = childOf(node, "Identifier");
  if (identifier !== undefined) names.push(query.textOf(identifier));
  const where: Matcher[] = [];
  let bound: number | undefined;
  const matchers = childOf(node, "LabelMatchers");
  for (const child of matchers === undefined ? [] : childrenOf(matchers)) {
    if (child.name === "QuotedLabelName") {
      const name = readString(query, child.firstChild ?? child);
      if (name !== undefined) names.push(name);
      continue;
    }
    const condition = readCondition(query, child);
    if (condition === undefined) continue;
    if (condition.label === "__name__") names.push(readName(query, condition) ?? "");
    else if (condition.label === "le") bound = readLe(query, condition) ?? bound;
    else where.push(...readMatcher(query, condition));
  }
  if (query.problems.length > problemsBefore) return undefined;
  const [metric] = names;
  if (metric === undefined || metric === "" || names.length > 1) {
    const message = `${query.shown(node)} names ${names.length > 1 ? "two metrics" : "no metric"}`;
    return query.refuse(node, "promql-selector", message, "write http_requests_total{…}");
  }
  return checkMetric(query, { metric, where, bound, node });
}

function checkMetric(query: Query, selection: Selection): Selection | undefined {
  const { metric, bound, node } = selection;
  if (isBucketName(metric) && bound === undefined) {
    const message = `buckets contain one another: ${metric} without \`le\` counts events many times`;
    const hint = `write ${metric}{le="0.5"}, or ${metric.replace(/bucket$/, "count")}`;
    return query.refuse(node, "promql-selector", message, hint);
  }
  if (!isBucketName(metric) && bound !== undefined) {
    const message = `\`le\` is of a histogram's buckets, which ${metric} does not name`;
    return query.refuse(node, "promql-selector", message, `write ${metric}_bucket`);
  }
  return selection;
}

function readCondition(query: Query, node: SyntaxNode): LabelCondition | undefined {
  const [label, op, literal] = childrenOf(node);
  if (label === undefined || op === undefined || literal === undefined) return undefined;
  const name =
    label.name === "LabelName" ? query.textOf(label) : readString(query, label.firstChild ?? label);
  const text = readString(query, literal);
  if (name === undefined || text === undefined) return undefined;
  return { label: name, op: query.textOf(op), text, node };
}

/** `undefined` when it is refused. */
export function readString(query: Query, node: SyntaxNode): string | undefined {
  if (query.hasTemplate(node))
    return query.refuse(node, "promql-selector", "a window is no text to compare with");
  const text = readStringLiteral(query.textOf(node));
  if (text !== undefined) return text;
  const message = `${query.shown(node)} is no text: its quotes or a backslash are wrong`;
  return query.refuse(node, "promql-syntax", message, "a backslash in quotes is written twice");
}

function readName(query: Query, { op, text, node }: LabelCondition): string | undefined {
  if (op === "=") return text;
  const message = "a metric is chosen by its name, not by what its name is like";
  const hint = "add up sums: sum(rate(a[{{.window}}])) + sum(rate(b[{{.window}}]))";
  return query.refuse(node, "promql-selector", message, hint);
}

function readLe(query: Query, { op, text, node }: LabelCondition): number | undefined {
  const bound = op === "=" ? readBound(text) : op === "=~" ? readBoundPattern(text) : undefined;
  if (bound !== undefined && !Number.isNaN(bound)) return bound;
  const message = `${query.shown(node)} names no single bound`;
  return query.refuse(node, "promql-selector", message, 'write le="0.5"');
}

function readMatcher(query: Query, condition: LabelCondition): readonly Matcher[] {
  const { label: key, op, text, node } = condition;
  const absentIsEmpty = true;
  if (op === "=") return [{ kind: "in", key, values: [text], absentIsEmpty }];
  if (op === "!=") return [{ kind: "notIn", key, values: [text], absentIsEmpty }];
  const fault = regexFault(text);
  if (fault !== undefined) {
    const hint = /\(\?[=!<]|\\\d/.test(text)
      ? "RE2 has no lookaround and no back-references"
      : undefined;
    query.refuse(node, "promql-selector", `not a regular expression: ${fault}`, hint);
    return [];
  }
  const kind = op === "=~" ? "matches" : "notMatches";
  return [{ kind, key, pattern: text, absentIsEmpty }];
}

/** Why RE2 does not take it. */
function regexFault(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    // RE2JS throws for syntax and for repeats that grow too large; both are the author's to mend.
    return error instanceof Error ? error.message : String(error);
  }
}
