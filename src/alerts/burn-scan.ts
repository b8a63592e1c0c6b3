/**
 * The tick's hot loop: which tiers burn, for every slot of a shard. Shaped for speed (bench/evaluation.ts): columns only,
 * nothing is allocated, and a stream without bad events in the short lookback costs two loads and a compare per tier.
 */
/* oxlint-disable typescript/no-non-null-assertion -- every index is below slotCount, which the columns have */
import type { ShardView } from "../engine/index.ts";
import { assert, burnExceeds, WHOLE_PPB, type Tier } from "../slo/index.ts";
import { poissonTail, provenEvents } from "./poisson.ts";

/** The part of a shard that is read. */
export type ScannedShard = Pick<
  ShardView,
  | "windowsMs"
  | "policy"
  | "slotCount"
  | "streams"
  | "budgetPpb"
  | "goodSums"
  | "totalSums"
  | "evidence"
> & { readonly straddle: Pick<ShardView, "goodSums"> | undefined };

/** Sets bit i of `masks[slot]` where the policy's tier i burns; clears the rest. `masks` has at least `slotCount` rows. */
export function scanShard(shard: ScannedShard, masks: Uint32Array): void {
  const { policy, slotCount } = shard;
  assert(masks.length >= slotCount, "a mask for every slot");
  masks.fill(0, 0, slotCount);
  for (const [index, tier] of policy.tiers.entries()) scanTier(shard, tier, 1 << index, masks);
}

function scanTier(shard: ScannedShard, tier: Tier, bit: number, masks: Uint32Array): void {
  const { slotCount, budgetPpb, straddle } = shard;
  const long = shard.windowsMs.indexOf(tier.longMs);
  const short = shard.windowsMs.indexOf(tier.shortMs);
  assert(long >= 0 && short >= 0, "a shard sums every lookback of its policy");
  const longGood = shard.goodSums[long]!;
  const longTotal = shard.totalSums[long]!;
  const shortGood = shard.goodSums[short]!;
  const shortTotal = shard.totalSums[short]!;
  const longStraddle = straddle?.goodSums[long];
  const shortStraddle = straddle?.goodSums[short];
  const longEvidence = shard.evidence?.[long];
  const between = (tier.betweenMs ?? []).map((spanMs) => shard.windowsMs.indexOf(spanMs));
  const factor = tier.factorMilli;
  for (let slot = 0; slot < slotCount; slot++) {
    let shortBad = shortTotal[slot]! - shortGood[slot]!;
    if (!(shortBad > 0)) continue;
    if (shortStraddle !== undefined) shortBad -= shortStraddle[slot]!;
    const budget = budgetPpb[slot]!;
    if (!(shortBad > 0) || !burnExceeds(shortBad, shortTotal[slot]!, factor, budget)) continue;
    const total = longTotal[slot]!;
    let bad = total - longGood[slot]!;
    if (longStraddle !== undefined) bad -= longStraddle[slot]!;
    const evidence = longEvidence === undefined ? 1 : longEvidence[slot]!;
    const proven = provenEvents(bad, evidence);
    if (!(bad > 0) || proven < tier.minBadEvents) continue;
    if (!burnExceeds(bad, total, factor, budget)) continue;
    if (between.length > 0 && !burnsOver(shard, between, slot, factor, budget)) continue;
    if (isSignificant(proven, total * evidence, budget, tier.significance)) masks[slot]! |= bit;
  }
}

/** Over each of the columns. */
function burnsOver(
  { goodSums, totalSums, straddle }: ScannedShard,
  columns: readonly number[],
  slot: number,
  factorMilli: number,
  budgetPpb: number,
): boolean {
  return columns.every((column) => {
    const total = totalSums[column]![slot]!;
    const bad = total - goodSums[column]![slot]! - (straddle?.goodSums[column]![slot] ?? 0);
    return bad > 0 && burnExceeds(bad, total, factorMilli, budgetPpb);
  });
}

/** DESIGN 4.12: so many bad events must be unlikely at exactly one budget. Above some 300 events it is always so. */
function isSignificant(bad: number, total: number, budgetPpb: number, bound: number): boolean {
  return bound >= 1 || poissonTail(bad, (total * budgetPpb) / WHOLE_PPB) <= bound;
}

/** Events in the short lookback of a tier: zero means that nothing is known. */
export function shortTotalOf(shard: ScannedShard, tier: Tier, slot: number): number {
  return shard.totalSums[shard.windowsMs.indexOf(tier.shortMs)]?.[slot] ?? 0;
}
