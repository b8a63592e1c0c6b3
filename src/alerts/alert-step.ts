/** One alert through one tick: its tiers together, and what that makes of the alert. Pure. */
import type { AlertView, TierState } from "./alert.ts";
import type { PlannedTier } from "./policy-plan.ts";
import { stepTier, type TierSignal } from "./tier-step.ts";

/** Keeps an alert's tiers over a policy edit: what has no namesake goes on in the most urgent tier that is free. */
function adoptTiers(
  before: readonly TierState[],
  planned: readonly PlannedTier[],
): readonly TierState[] {
  const isPlanned = ({ name }: TierState) => planned.some((entry) => entry.name === name);
  if (before.every(isPlanned)) return before;
  const kept = before.filter(isPlanned);
  for (const orphan of before.filter((state) => !isPlanned(state))) {
    const free = planned.find((entry) => kept.every((state) => state.name !== entry.name));
    if (free !== undefined) kept.push({ ...orphan, name: free.name });
  }
  return kept;
}

/** Steps every tier of a severity of a live alert, or of none; the same array when nothing changed. Most urgent first. */
export function stepTiers(
  alert: AlertView | undefined,
  planned: readonly PlannedTier[],
  signalOf: (entry: PlannedTier) => TierSignal,
  nowMs: number,
  noDataHoldMs: number,
): readonly TierState[] {
  const before = alert?.tiers ?? [];
  const adopted = adoptTiers(before, planned);
  const fires = alert?.state === "firing";
  const after: TierState[] = [];
  for (const entry of planned) {
    const state = adopted.find((tier) => tier.name === entry.name);
    const next = stepTier(
      entry.name,
      state,
      entry.tier,
      signalOf(entry),
      fires,
      nowMs,
      noDataHoldMs,
    );
    if (next !== undefined) after.push(next);
  }
  const isSame = after.length === before.length && after.every((tier, i) => tier === before[i]);
  return isSame ? before : after;
}

/** The tier to name: the most urgent that fires now, else that is about to, else that goes on. */
export function leadingTier(tiers: readonly TierState[]): TierState | undefined {
  return (
    tiers.find((tier) => tier.firedAt !== undefined && tier.clearedAt === undefined) ??
    tiers.find((tier) => tier.firedAt !== undefined) ??
    tiers[0]
  );
}
