/** Gauges at present: selected, compared, calculated with. What they add up to over time is asked by `over-time.ts`. */
import type { SyntaxNode } from "@lezer/common";
import type { Comparison, Term } from "../slo/index.ts";
import { ALL_LABELS } from "./labels.ts";
import type { Query } from "./query.ts";
import type { Selection } from "./selector.ts";
import { added, scaled, type Terms } from "./terms.ts";
import type { InstantValue, MeanValue } from "./values.ts";

export function instantOf(selection: Selection): InstantValue {
  const { metric, where, bound } = selection;
  const term = { metric, where, weight: 1 };
  const isGauge = bound === undefined;
  return {
    kind: "instant",
    selection,
    values: isGauge ? [{ ...term, measure: { kind: "values" } }] : undefined,
    elements: isGauge ? [{ ...term, measure: { kind: "samples" } }] : undefined,
    labels: ALL_LABELS,
  };
}

/** `gauge < 0.75` keeps elements; `gauge < bool 0.75` makes each 1 or 0. */
export function compareInstant(
  query: Query,
  node: SyntaxNode,
  instant: InstantValue,
  { op, bound, isBool }: { op: Comparison; bound: number; isBool: boolean },
): InstantValue | undefined {
  if (!Number.isFinite(bound))
    return query.refuse(node, "promql-form", "every value is below infinity", "leave it out");
  const { selection, elements } = instant;
  if (selection === undefined || elements === undefined) {
    const message =
      "what is compared is no gauge itself, so its points do not tell how it compares";
    const hint = "compare the gauge, then add up: sum(g < bool 0.75)";
    return query.refuse(node, "promql-unsupported", message, hint);
  }
  const holding: Terms = elements.map((term): Term => ({
    ...term,
    measure: { kind: "samples", holds: { op, value: bound } },
  }));
  const shared = { kind: "instant", selection: undefined, labels: instant.labels } as const;
  if (isBool) return { ...shared, values: holding, elements };
  const values = op === "==" ? scaled(holding, bound) : undefined;
  return { ...shared, values, elements: holding };
}

/** Each value times `factor`, plus `offset`. */
export function mapInstant<T extends InstantValue | MeanValue>(
  query: Query,
  node: SyntaxNode,
  instant: T,
  factor: number,
  offset: number,
): InstantValue | MeanValue | undefined {
  const { values, elements } = instant;
  if (values === undefined || (offset !== 0 && elements === undefined)) {
    const message =
      values === undefined
        ? "the values that are left by the comparison are not added up"
        : "a constant is added once, however many elements there are: that is no sum of points";
    return query.refuse(node, "promql-unsupported", message, "compare with `bool`, or count(…)");
  }
  const moved = added(scaled(values, factor), offset === 0 ? [] : scaled(elements ?? [], offset));
  return instant.kind === "mean"
    ? { ...instant, values: moved }
    : { ...instant, selection: undefined, values: moved };
}
