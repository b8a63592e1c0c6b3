/** `[{{.window}}]`, `[5m]`, `[{{.window}}:1m]`: what a selector is looked at over. */
import type { SyntaxNode } from "@lezer/common";
import { formatDuration, parseDuration } from "../slo/index.ts";
import { childrenOf, type Query } from "./query.ts";
import type { InstantValue, MeanValue, RangeValue, Scale, Value } from "./values.ts";
import { WINDOW_TEXT } from "./window-template.ts";

/** A selector's own samples. */
export function readRange(query: Query, node: SyntaxNode, of: InstantValue): Value | undefined {
  const range = readSpan(query, childrenOf(node)[1] ?? node);
  return range === undefined ? undefined : { kind: "range", of, scale: scaleOf("counts", range) };
}

/** What an expression came to at each step. */
export function readSubquery(
  query: Query,
  node: SyntaxNode,
  of: InstantValue | MeanValue,
): RangeValue | undefined {
  const [, rangeNode, stepNode] = childrenOf(node);
  const range = readSpan(query, rangeNode ?? node);
  const step = stepNode === undefined ? "" : readSpan(query, stepNode);
  if (range === undefined || step === undefined) return undefined;
  query.note(
    node,
    "each point of the gauge counts once, where Prometheus would look at it once a step",
  );
  return { kind: "range", of, scale: { unit: "perStep", range, step } };
}

const scaleOf = (unit: Scale["unit"], range: string): Scale => ({ unit, range, step: "" });

/** `{{.window}}` or milliseconds. */
function readSpan(query: Query, node: SyntaxNode): string | undefined {
  const literal = childrenOf(node)[0];
  if (literal !== undefined && query.isWindow(literal)) return WINDOW_TEXT;
  const isPlain =
    childrenOf(node).length === 1 && literal?.name === "NumberDurationLiteralInDurationContext";
  const text = query.textOf(node);
  const seconds = /^\d+(?:\.\d+)?$/.test(text) ? `${text}s` : text;
  const spanMs = isPlain ? parseDuration(seconds) : undefined;
  if (spanMs === undefined || spanMs === 0) {
    const message = `${text} is no range`;
    return query.refuse(node, "promql-range", message, `write [${WINDOW_TEXT}]`);
  }
  if (node.prevSibling?.name !== "DurationExpr") {
    const message = `[${text}] stands for the window that is asked for, as ${WINDOW_TEXT} does`;
    query.note(node, message);
  }
  return String(spanMs);
}

/** For messages. */
export function describeScale({ unit, range, step }: Scale): string {
  const span = range === WINDOW_TEXT ? `[${range}]` : `[${formatDuration(Number(range))}]`;
  switch (unit) {
    case "counts":
      return `counts over ${span}`;
    case "perSecond":
      return `a rate over ${span}`;
    case "perStep":
      return step === ""
        ? `a sum over the steps of ${span.replace("]", ":]")}`
        : `a sum over steps of ${formatDuration(Number(step))} in ${span}`;
  }
}

export const areSameScale = (a: Scale, b: Scale): boolean =>
  a.unit === b.unit && a.range === b.range && a.step === b.step;
