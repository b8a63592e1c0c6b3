/** What a tier says of a stream at a tick, and why an alert that no tier holds any more is over. */
import type { ShardView, StreamReading, StreamView } from "../engine/index.ts";
import { isComposite, isExcludedWithin } from "../slo/index.ts";
import type { ResolveReason } from "./alert.ts";
import { shortTotalOf } from "./burn-scan.ts";
import type { PlannedTier } from "./policy-plan.ts";
import { burnsInSilence } from "./silent-members.ts";
import type { TierSignal } from "./tier-step.ts";

/** One tick's view of one stream. */
export interface TickView {
  readonly shard: ShardView;
  readonly slot: number;
  /** Bits of the tiers that burn. */
  readonly mask: number;
  readonly stream: StreamView;
  readonly nowMs: number;
  /** Asked only where the sums do not tell. */
  readonly read: () => StreamReading | undefined;
}

/** What was left out is no silence: nothing is missing that could tell of an outage. */
export function signalOf(view: TickView, entry: PlannedTier): TierSignal {
  if ((view.mask & entry.bit) !== 0) return "burning";
  if (isExcluded(view, entry)) return "quiet";
  return isSilent(view, entry) || isHeld(view, entry) ? "silent" : "quiet";
}

/** `tierName`: the one that the alert named last. */
export function endReason(
  view: TickView,
  planned: readonly PlannedTier[],
  tierName: string,
): ResolveReason {
  if (planned.length === 0) return "policy-edited";
  if (planned.some((entry) => entry.name === tierName && isExcluded(view, entry)))
    return "excluded";
  return planned.every((entry) => isSilent(view, entry)) ? "no-data" : "recovered";
}

const isSilent = ({ shard, slot }: TickView, { tier }: PlannedTier): boolean =>
  shortTotalOf(shard, tier, slot) === 0;

function isHeld({ stream, read }: TickView, { tier }: PlannedTier): boolean {
  if (!isComposite(stream.slo)) return false;
  const reading = read();
  return reading !== undefined && burnsInSilence(reading, tier);
}

const isExcluded = ({ stream, nowMs }: TickView, { tier }: PlannedTier): boolean =>
  isExcludedWithin(stream.slo.exclusions, nowMs - tier.shortMs, nowMs);
