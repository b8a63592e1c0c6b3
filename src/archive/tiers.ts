/**
 * How fine time is kept at which age. The widths are those of the engine's rings, and each is kept for as long as a window
 * is read from a ring that is finer than the next: so a rebuilt window sums the same buckets as one that was counted.
 */

import type { BlockName } from "./archive-parts.ts";

export const MINUTE_MS = 60_000;

export interface Tier {
  /** Width of a cell, minutes. */
  readonly cellMinutes: number;
  /** Time that a block covers, minutes: a multiple of the cell, and it divides the next tier's. */
  readonly blockMinutes: number;
  /** How old cells become before the next tier takes them, minutes; the last keeps them. */
  readonly keptMinutes: number;
}

/** Windows under 5 h are read from minutes, under 60 h from 5 minutes (engine/ladder.ts). */
export const TIERS: readonly [Tier, Tier, Tier] = [
  { cellMinutes: 1, blockMinutes: 15, keptMinutes: 6 * 60 },
  { cellMinutes: 5, blockMinutes: 6 * 60, keptMinutes: 3 * 24 * 60 },
  { cellMinutes: 60, blockMinutes: 24 * 60, keptMinutes: Infinity },
];

export const cellCountOf = ({ cellMinutes, blockMinutes }: Tier): number =>
  blockMinutes / cellMinutes;

/** The minute at which a block's time ends. */
export const endOf = ({ tier, range }: Pick<BlockName, "tier" | "range">): number =>
  (range + 1) * TIERS[tier]!.blockMinutes;

/** Cells in the block that has most. */
export const MAX_CELLS: number = Math.max(...TIERS.map(cellCountOf));

/** Minute `m` covers (m, m + 1] minutes since the epoch, as buckets do. */
export const minuteOf = (timeMs: number): number => Math.ceil(timeMs / MINUTE_MS) - 1;
