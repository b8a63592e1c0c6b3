/** Parts of a spread increment, put into rings and sums. */
import type { Ring } from "./ring.ts";
import type { Spread } from "./spread.ts";

/** Puts the share of the finest buckets `start` … `end - 1` into the buckets of a ring, as far as it holds them. */
export function putShares(
  ring: Ring,
  slot: number,
  spread: Spread,
  start: number,
  end: number,
): void {
  const { factor } = ring;
  const oldest = Math.max(Math.floor(start / factor), ring.first);
  for (let j = oldest; j * factor < end; j++) {
    const from = Math.max(start, j * factor);
    const to = Math.min(end, (j + 1) * factor);
    const good = spread.goodBefore(to) - spread.goodBefore(from);
    const total = spread.totalBefore(to) - spread.totalBefore(from);
    if (good !== 0 || total !== 0) ring.add(j, slot, good, total);
  }
}

/** Adds the share of the finest buckets `from` … `to - 1` to a window's sums, or takes it off. */
export function sumShare(
  goodSums: Float64Array,
  totalSums: Float64Array,
  slot: number,
  spread: Spread,
  { from, to, sign }: { readonly from: number; readonly to: number; readonly sign: 1 | -1 },
): void {
  if (from >= to) return;
  goodSums[slot]! += sign * (spread.goodBefore(to) - spread.goodBefore(from));
  totalSums[slot]! += sign * (spread.totalBefore(to) - spread.totalBefore(from));
}
