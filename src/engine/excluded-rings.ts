/**
 * What of a shard's counts does not count, beside them: rings of the same layout whose buckets hold the excluded part of
 * theirs. The counts themselves are never touched, so that an exclusion can be taken back, exactly, for as long as its
 * buckets are held; and an hour of which two minutes are excluded stays known to the event after its minutes are gone.
 *
 *   rings      1 h   | 980/1000 | 990/1000 | …        sum of a window = sum of its buckets - sum of what is excluded of them
 *   excluded   1 h   |   0/0    |  20/30   | …
 */
import type { BucketRange, BucketRanges } from "./bucket-ranges.ts";
import type { Layout } from "./ladder.ts";
import { Ring } from "./ring.ts";

/** What `retake` asks of the counts. */
interface Counted {
  readonly rings: readonly Ring[];
  readonly openIndex: number;
}

/** Hears what more of a bucket is excluded now. */
type OnChange = (rung: number, bucketIndex: number, good: number, total: number) => void;

export class ExcludedRings {
  readonly rings: readonly Ring[];
  /** By slot; none for slots without exclusions. */
  readonly #ranges = new Map<number, BucketRanges>();

  constructor(counted: readonly Ring[], layout: Layout, capacity: number) {
    this.rings = layout.rungs.map((rung, r) => new Ring(rung, capacity, counted[r]!.first));
  }

  covers(slot: number, bucketIndex: number): boolean {
    return this.#ranges.get(slot)?.has(bucketIndex) === true;
  }

  /** Excluded parts of the finest buckets [start, end). */
  within(slot: number, start: number, end: number): readonly BucketRange[] {
    return this.#ranges.get(slot)?.within(start, end) ?? [];
  }

  rangesOf(slot: number): BucketRanges | undefined {
    return this.#ranges.get(slot);
  }

  /** Slots of which a finest bucket is excluded. */
  slotsAt(bucketIndex: number): readonly number[] {
    const slots: number[] = [];
    for (const [slot, ranges] of this.#ranges) if (ranges.has(bucketIndex)) slots.push(slot);
    return slots;
  }

  get slots(): readonly number[] {
    return [...this.#ranges.keys()];
  }

  setRanges(slot: number, ranges: BucketRanges): void {
    if (ranges.isEmpty) this.#ranges.delete(slot);
    else this.#ranges.set(slot, ranges);
  }

  /**
   * Makes `ranges` what is excluded of a slot, and of each bucket that this changes takes anew what of it is excluded: all,
   * nothing, or what of its parts is, which the next finer ring holds then (`settled` saw to that).
   */
  retake(
    slot: number,
    ranges: BucketRanges,
    { rings, openIndex }: Counted,
    onChange: OnChange,
  ): void {
    const before = this.#ranges.get(slot);
    this.setRanges(slot, ranges);
    const touched = [...(before?.all ?? []), ...ranges.all];
    rings.forEach((ring, rung) => {
      const { factor } = ring;
      const held = this.rings[rung]!;
      for (const j of bucketsOf(touched, ring, openIndex)) {
        const [start, end] = [j * factor, (j + 1) * factor];
        if (before?.isAlikeWithin(ranges, start, end) === true) continue;
        const closedEnd = Math.min(end, openIndex);
        const parts = ranges.within(start, closedEnd);
        const isWhole = parts.length === 1 && parts[0]![1] - parts[0]![0] === closedEnd - start;
        const [good, total] = isWhole
          ? ring.read(j, slot)
          : parts.length === 0
            ? NOTHING
            : sumBetween(this.rings[rung - 1]!, slot, start, closedEnd);
        const [goodBefore, totalBefore] = held.read(j, slot);
        if (good === goodBefore && total === totalBefore) continue;
        held.add(j, slot, good - goodBefore, total - totalBefore);
        onChange(rung, j, good - goodBefore, total - totalBefore);
      }
    });
  }

  /** [good, total] excluded of a slot in the buckets of a rung from one on. */
  sumFrom(rung: number, slot: number, bucketIndex: number): readonly [number, number] {
    const ring = this.rings[rung]!;
    let [good, total] = NOTHING;
    for (let j = bucketIndex; j < ring.first + ring.bucketCount; j++) {
      const [goodPart, totalPart] = ring.read(j, slot);
      good += goodPart;
      total += totalPart;
    }
    return [good, total];
  }

  grow(capacity: number): void {
    for (const ring of this.rings) ring.grow(capacity);
  }

  clearSlot(slot: number): void {
    for (const ring of this.rings) ring.clearSlot(slot);
    this.#ranges.delete(slot);
  }
}

const NOTHING = [0, 0] as const;

/** Buckets of a ring that are closed, if only in part, and that ranges touch; each once, ascending. */
function bucketsOf(
  ranges: readonly BucketRange[],
  { factor, first }: Ring,
  openIndex: number,
): readonly number[] {
  const buckets = new Set<number>();
  for (const [start, end] of ranges) {
    const last = Math.min(end, openIndex) - 1;
    for (let j = Math.max(first, Math.floor(start / factor)); j * factor <= last; j++)
      buckets.add(j);
  }
  return [...buckets].sort((a, b) => a - b);
}

/** Sum of a slot's buckets over the finest buckets [start, end), start being an edge of the ring. */
export function sumBetween(
  ring: Ring,
  slot: number,
  start: number,
  end: number,
): readonly [number, number] {
  let [good, total] = NOTHING as readonly [number, number];
  for (let j = start / ring.factor; j * ring.factor < end; j++) {
    const [goodPart, totalPart] = ring.read(j, slot);
    good += goodPart;
    total += totalPart;
  }
  return [good, total];
}

/** Adds to a closed finest bucket and the coarser ones it is in; false when no ring holds it. */
export function addHeld(
  rings: readonly Ring[],
  slot: number,
  bucketIndex: number,
  good: number,
  total: number,
): boolean {
  let isHeld = false;
  for (const ring of rings) {
    const index = ring.factor === 1 ? bucketIndex : Math.floor(bucketIndex / ring.factor);
    if (index < ring.first) continue;
    ring.add(index, slot, good, total);
    isHeld = true;
  }
  return isHeld;
}
