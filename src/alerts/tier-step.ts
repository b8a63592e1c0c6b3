/** One tier of one stream through one tick: idle → pending → firing → idle. Pure. */
import type { Tier } from "../slo/index.ts";
import type { TierState } from "./alert.ts";

/**
 * `burning`: the condition holds. `quiet`: it does not. `silent`: the short lookback has no events, which says neither.
 */
export type TierSignal = "burning" | "quiet" | "silent";

/**
 * The state after the tick; `undefined` is idle; the same object when nothing changed. `alertFires`: another tier of
 * the severity fires already, so this one has no `for` to wait for (the alert is one rule over all its tiers, as Sloth's).
 */
export function stepTier(
  name: string,
  before: TierState | undefined,
  tier: Tier,
  signal: TierSignal,
  alertFires: boolean,
  nowMs: number,
  noDataHoldMs: number,
): TierState | undefined {
  switch (signal) {
    case "burning":
      return burn(name, before, tier, alertFires, nowMs);
    case "quiet":
      return before === undefined ? undefined : ease(before, tier, nowMs);
    case "silent":
      return before === undefined ? undefined : hold(before, tier, nowMs, noDataHoldMs);
  }
}

function burn(
  name: string,
  before: TierState | undefined,
  tier: Tier,
  alertFires: boolean,
  nowMs: number,
): TierState {
  const activeAt = before?.activeAt ?? nowMs;
  const isDue = alertFires || nowMs - activeAt >= tier.forMs;
  const firedAt = before?.firedAt ?? (isDue ? nowMs : undefined);
  const isSame =
    before !== undefined &&
    before.firedAt === firedAt &&
    before.clearedAt === undefined &&
    before.silentAt === undefined;
  if (isSame) return before;
  return firedAt === undefined ? { name, activeAt } : { name, activeAt, firedAt };
}

/** A pending tier falls back at once, a firing one after `keepFiringFor`, counted from the first tick it was quiet, as in Prometheus. */
function ease(before: TierState, tier: Tier, nowMs: number): TierState | undefined {
  const { name, activeAt, firedAt, silentAt } = before;
  if (firedAt === undefined) return undefined;
  const clearedAt = before.clearedAt ?? nowMs;
  if (nowMs - clearedAt >= tier.keepFiringForMs) return undefined;
  return before.clearedAt === clearedAt && silentAt === undefined
    ? before
    : { name, activeAt, firedAt, clearedAt };
}

/** Silence resolves nothing (DESIGN 4.8), unless a bound was set: then it counts as quiet from the bound on. */
function hold(
  before: TierState,
  tier: Tier,
  nowMs: number,
  noDataHoldMs: number,
): TierState | undefined {
  const silentAt = before.silentAt ?? nowMs;
  if (nowMs - silentAt < noDataHoldMs)
    return before.silentAt === silentAt ? before : { ...before, silentAt };
  if (before.firedAt === undefined) return undefined;
  const clearedAt = before.clearedAt ?? nowMs;
  if (nowMs - clearedAt >= tier.keepFiringForMs) return undefined;
  return before.clearedAt === clearedAt && before.silentAt === silentAt
    ? before
    : { ...before, clearedAt, silentAt };
}
