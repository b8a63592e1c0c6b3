/** Silence over a long gap: the same verdict in each slice, booked by the buckets that hold slices instead of one by one. */
import type { CountRings } from "./count-rings.ts";
import type { Ring } from "./ring.ts";

/** The slices that end in a gap, in finest buckets. */
export interface SilentGap {
  readonly until: number;
  readonly every: number;
  /** Per slot, where its slices begin; at or beyond `until` for none. */
  readonly from: Float64Array;
  /** Per slot, the good part of each of its slices. */
  readonly good: Float64Array;
}

/**
 * Books a slice into the last of each `every` finest buckets of the gap, all of which are closed and hold none; the sums
 * are to be counted again. By bucket and then by slot, as the columns lie.
 */
export function bookEach(counts: CountRings, { until, every, from, good }: SilentGap): void {
  const first = from.reduce((least, start) => Math.min(least, start), until);
  for (const ring of counts.rings) {
    const { factor } = ring;
    for (let j = Math.max(Math.floor(first / factor), ring.first); j * factor < until; j++) {
      const ended = Math.floor(Math.min(until, (j + 1) * factor) / every);
      for (let slot = 0; slot < from.length; slot++) {
        const count = ended - Math.floor(Math.max(from[slot]!, j * factor) / every);
        if (count > 0) ring.add(j, slot, count * good[slot]!, count);
      }
    }
  }
  for (let slot = 0; slot < from.length; slot++) {
    const count = Math.max(0, (until - from[slot]!) / every);
    counts.lifetimeGood[slot]! += count * good[slot]!;
    counts.lifetimeTotal[slot]! += count;
  }
  for (const slot of counts.excluded?.slots ?? [])
    for (const [start, end] of counts.excluded!.within(slot, from[slot] ?? until, until))
      excludeEach(counts.excluded!.rings, slot, good[slot]!, { start, end, every });
  counts.isChanged = true;
}

/** Slices that end in an excluded stretch, which begins and ends with a slice. */
function excludeEach(
  rings: readonly Ring[],
  slot: number,
  good: number,
  { start, end, every }: { readonly start: number; readonly end: number; readonly every: number },
): void {
  for (const ring of rings) {
    const { factor } = ring;
    for (let j = Math.max(Math.floor(start / factor), ring.first); j * factor < end; j++) {
      const ended = Math.floor(Math.min(end, (j + 1) * factor) / every);
      const count = ended - Math.floor(Math.max(start, j * factor) / every);
      if (count > 0) ring.add(j, slot, count * good, count);
    }
  }
}
