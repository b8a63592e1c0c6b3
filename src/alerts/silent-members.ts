/** An SLO made of others whose burning member falls silent looks well: silence is no recovery (DESIGN 4.8). */
import type { MemberReading, StreamReading } from "../engine/index.ts";
import { burnExceeds, isComposite, type CompositeRule, type Tier } from "../slo/index.ts";

/**
 * Whether the tier's short lookback would burn if members that have no events in it were as bad as they are over its long
 * one. Then their silence says neither that it burns nor that it does not.
 */
export function burnsInSilence({ stream: { slo }, members }: StreamReading, tier: Tier): boolean {
  if (!isComposite(slo) || members === undefined) return false;
  const now = members.map((member) => ({
    weight: member.weight,
    short: ratioOver(member, tier.shortMs),
    long: ratioOver(member, tier.longMs),
  }));
  if (!now.some(({ short, long }) => short === undefined && (long ?? 0) > 0)) return false;
  const held = now.flatMap(({ weight, short, long }) => {
    const ratio = short ?? long;
    return ratio === undefined ? [] : [{ weight, ratio }];
  });
  const ratio = together(slo.indicator.rule, held);
  return burnExceeds(ratio, 1, tier.factorMilli, slo.objective.budgetPpb);
}

const ratioOver = ({ windows }: MemberReading, spanMs: number): number | undefined =>
  windows.find(({ windowMs }) => windowMs === spanMs)?.errorRatio;

/** Of slices in which all must hold, at least the worst member's. */
function together(
  rule: CompositeRule,
  members: readonly { readonly weight: number; readonly ratio: number }[],
): number {
  if (rule !== "weighted") return Math.max(0, ...members.map(({ ratio }) => ratio));
  const weights = members.reduce((sum, { weight }) => sum + weight, 0);
  return members.reduce((sum, { weight, ratio }) => sum + weight * ratio, 0) / weights;
}
