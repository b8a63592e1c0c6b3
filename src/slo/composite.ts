/** What SLOs come to together (research/math.md section 7): of one window, from the counts of the members. */
import { errorRatio } from "./error-budget.ts";
import type { CompositeIndicator, CompositeRule } from "./indicator.ts";
import type { Slo } from "./slo.ts";
import type { Ppb } from "./units.ts";

/** A member's counts over a window, and how much it weighs. */
export interface MemberCounts {
  readonly weight: number;
  readonly good: number;
  readonly total: number;
}

export type CompositeSlo = Slo & { readonly indicator: CompositeIndicator };

export const isComposite = (slo: Slo): slo is CompositeSlo => slo.indicator.kind === "composite";

/** The share of good events from which on a member holds in a slice of time: as its own slices are judged, or by its objective. */
export const holdsFromPpb = ({
  budgeting,
  objective,
}: Pick<Slo, "budgeting" | "objective">): Ppb =>
  budgeting.kind === "timeslices" ? budgeting.targetPpb : objective.goodPpb;

/**
 * How much of the composite's error ratio each member makes, 0 to 1, all together 1; `undefined` when none has bad events.
 * weighted: w (bad/total) over the sum of those; worst: all of it is the worst member's; all: by bad slices, of which one
 * may be bad for several members at once.
 */
export function contributions(
  rule: CompositeRule,
  members: readonly MemberCounts[],
): readonly number[] | undefined {
  const ratios = members.map(({ good, total }) => errorRatio(good, total) ?? 0);
  const parts = partsOf(rule, members, ratios);
  const sum = parts.reduce((all, part) => all + part, 0);
  return sum > 0 ? parts.map((part) => part / sum) : undefined;
}

function partsOf(
  rule: CompositeRule,
  members: readonly MemberCounts[],
  ratios: readonly number[],
): readonly number[] {
  switch (rule) {
    case "weighted":
      return members.map(({ weight }, index) => weight * (ratios[index] ?? 0));
    case "worst": {
      const worst = ratios.indexOf(Math.max(...ratios));
      return ratios.map((ratio, index) => (index === worst ? ratio : 0));
    }
    case "all":
      return members.map(({ total }, index) => total * (ratios[index] ?? 0));
  }
}
