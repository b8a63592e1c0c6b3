/**
 * The counts of a shard's slots: a ring per rung, and per window a running sum. Invariants, after any call:
 *  - a coarse bucket is the sum of the closed finest buckets in it;
 *  - `goodSums[k][slot]` is the sum of the closed buckets from `starts[k]` on of the window's rung, less what of them is
 *    excluded;
 *  - all closed buckets are before `openIndex`; the rest of the finest ring waits for its tick.
 */
import { assert } from "../slo/index.ts";
import { addTo, addToAll } from "./column-sums.ts";
import { addHeld, ExcludedRings } from "./excluded-rings.ts";
import type { BucketRanges } from "./bucket-ranges.ts";
import { windowStart, windowStartMs, type Layout } from "./ladder.ts";
import { Ring } from "./ring.ts";
import { putShares, sumShare } from "./shares.ts";
import { Spread } from "./spread.ts";

export class CountRings {
  readonly layout: Layout;
  readonly rings: readonly Ring[];
  goodSums: Float64Array[];
  totalSums: Float64Array[];
  /** Everything ever booked and closed. */
  lifetimeGood: Float64Array;
  lifetimeTotal: Float64Array;
  /** Set when a lifetime count may have changed; the snapshot clears it. */
  isChanged = false;
  /** First finest bucket that no tick has closed yet. */
  openIndex: number;
  /** What of the rings does not count; made for the first slot that has an exclusion. */
  excluded: ExcludedRings | undefined;
  /** Per window, the first bucket of its rung that its sum contains. */
  readonly starts: number[];

  constructor(layout: Layout, capacity: number, openIndex: number) {
    this.layout = layout;
    this.openIndex = openIndex;
    this.rings = layout.rungs.map((rung, r) => new Ring(rung, capacity, this.#firstHeld(r)));
    this.goodSums = layout.windowsMs.map(() => new Float64Array(capacity));
    this.totalSums = layout.windowsMs.map(() => new Float64Array(capacity));
    this.lifetimeGood = new Float64Array(capacity);
    this.lifetimeTotal = new Float64Array(capacity);
    this.starts = layout.windowsMs.map((_, k) => this.startOf(k));
  }

  get finest(): Ring {
    return this.rings[0]!;
  }

  /** Oldest finest bucket that any ring still covers. */
  get oldestIndex(): number {
    return Math.min(...this.rings.map((ring) => ring.first * ring.factor));
  }

  #firstHeld(rung: number): number {
    const { factor, pastCount } = this.layout.rungs[rung]!;
    return Math.floor(this.openIndex / factor) - pastCount;
  }

  ringOf(window: number): Ring {
    return this.rings[this.layout.rungOfWindow[window]!]!;
  }

  /** First bucket of window `k`'s rung that belongs to it now. */
  startOf(window: number): number {
    const { bucketMs } = this.layout;
    const startMs = windowStartMs(this.layout, window, this.openIndex * bucketMs);
    return windowStart(startMs, this.ringOf(window).factor * bucketMs);
  }

  /** Adds to one finest bucket, which is not beyond the ring; false when it is older than every ring. */
  add(slot: number, bucketIndex: number, good: number, total: number): boolean {
    if (bucketIndex < this.openIndex) return this.#addLate(slot, bucketIndex, good, total);
    this.finest.add(bucketIndex, slot, good, total);
    return true;
  }

  /** A closed bucket: the rings that hold it, and the sums of the windows that contain it. */
  #addLate(slot: number, bucketIndex: number, good: number, total: number): boolean {
    if (!addHeld(this.rings, slot, bucketIndex, good, total)) return false;
    if (this.excluded?.covers(slot, bucketIndex) === true)
      addHeld(this.excluded.rings, slot, bucketIndex, good, total);
    else this.#addToSums(slot, bucketIndex, good, total);
    this.lifetimeGood[slot]! += good;
    this.lifetimeTotal[slot]! += total;
    this.isChanged = true;
    return true;
  }

  /** To those of the windows that contain the closed bucket. */
  #addToSums(slot: number, bucketIndex: number, good: number, total: number): void {
    for (let k = 0; k < this.starts.length; k++) {
      if (bucketIndex < this.starts[k]! * this.ringOf(k).factor) continue;
      this.goodSums[k]![slot]! += good;
      this.totalSums[k]![slot]! += total;
    }
  }

  /**
   * Shares an increment out over the finest buckets first … last, in time proportional to the buckets that are held.
   * Returns false when a part of them was older than every ring, and so not booked.
   */
  addSpread(slot: number, first: number, last: number, good: number, total: number): boolean {
    const spread = new Spread(first, last, good, total);
    const { openIndex, oldestIndex } = this;
    putShares(this.finest, slot, spread, first, last + 1);
    const closedEnd = Math.min(last + 1, openIndex);
    if (closedEnd <= first) return true;
    for (const ring of this.rings) {
      if (ring.factor !== 1) putShares(ring, slot, spread, first, closedEnd);
    }
    this.#sumSpread(slot, spread, first, closedEnd, 1);
    const lifetime = { from: Math.max(first, oldestIndex), to: closedEnd, sign: 1 } as const;
    sumShare(this.lifetimeGood, this.lifetimeTotal, slot, spread, lifetime);
    this.isChanged = true;
    for (const [start, end] of this.excluded?.within(slot, first, closedEnd) ?? [])
      this.#leaveOut(slot, spread, start, end);
    return first >= oldestIndex;
  }

  #sumSpread(slot: number, spread: Spread, start: number, to: number, sign: 1 | -1): void {
    for (let k = 0; k < this.starts.length; k++) {
      const from = Math.max(start, this.starts[k]! * this.ringOf(k).factor);
      sumShare(this.goodSums[k]!, this.totalSums[k]!, slot, spread, { from, to, sign });
    }
  }

  /** What of a spread increment is in the closed finest buckets `start` … `end - 1` does not count. */
  #leaveOut(slot: number, spread: Spread, start: number, end: number): void {
    for (const ring of this.openExcluded().rings) putShares(ring, slot, spread, start, end);
    this.#sumSpread(slot, spread, start, end, -1);
  }

  openExcluded(): ExcludedRings {
    return (this.excluded ??= new ExcludedRings(this.rings, this.layout, this.lifetimeGood.length));
  }

  /** Excludes an amount of the closed finest buckets first … last that the rings have: it came with its slot from others. */
  excludeStretch(slot: number, first: number, last: number, good: number, total: number): void {
    const end = Math.min(last + 1, this.openIndex);
    if (first < end) this.#leaveOut(slot, new Spread(first, last, good, total), first, end);
  }

  /** From now on what falls into the ranges does not count. What has fallen into them before stays: see `exclude`. */
  setExcluded(slot: number, ranges: BucketRanges): void {
    if (this.excluded !== undefined || !ranges.isEmpty) this.openExcluded().setRanges(slot, ranges);
  }

  /** Changes what of the slot is excluded to what lies in the ranges. */
  exclude(slot: number, ranges: BucketRanges): void {
    if (this.excluded === undefined && ranges.isEmpty) return;
    const excluded = this.openExcluded();
    excluded.retake(slot, ranges, this, (rung, bucketIndex, good, total) => {
      for (let k = 0; k < this.starts.length; k++) {
        if (this.layout.rungOfWindow[k] !== rung || bucketIndex < this.starts[k]!) continue;
        this.goodSums[k]![slot]! -= good;
        this.totalSums[k]![slot]! -= total;
      }
    });
    this.isChanged = true;
  }

  /** Closes the open bucket: its column enters every sum and the coarse buckets, what became too old leaves the sums. */
  closeBucket(slotCount: number): void {
    const { finest } = this;
    const column = finest.columnOf(this.openIndex);
    if (finest.isUsed[column] === 1) this.#enter(column, slotCount);
    if (this.excluded !== undefined) this.#enterExcluded(this.excluded);
    this.openIndex++;
    for (let k = 0; k < this.starts.length; k++) this.#leave(k, slotCount);
    for (let r = 0; r < this.rings.length; r++) {
      const ring = this.rings[r]!;
      const first = this.#firstHeld(r);
      if (first === ring.first) continue;
      ring.advanceTo(first);
      this.excluded?.rings[r]!.advanceTo(first);
      if (first % ring.bucketCount === 0 && (ring.isWide || finest.isWide)) this.#recountRing(ring);
    }
  }

  #enter(column: number, slotCount: number): void {
    const { finest } = this;
    this.isChanged = true;
    const start = column * this.lifetimeGood.length;
    addToAll([...this.goodSums, this.lifetimeGood], finest.good, start, slotCount);
    addToAll([...this.totalSums, this.lifetimeTotal], finest.total, start, slotCount);
    for (const ring of this.rings) {
      if (ring.factor === 1) continue;
      ring.addColumn(Math.floor(this.openIndex / ring.factor), finest, column, slotCount);
    }
  }

  /** What of the open bucket, which has just entered the sums, does not count. */
  #enterExcluded(excluded: ExcludedRings): void {
    const { finest, openIndex } = this;
    if (finest.isUsed[finest.columnOf(openIndex)] === 0) return;
    for (const slot of excluded.slotsAt(openIndex)) {
      const [good, total] = finest.read(openIndex, slot);
      if (good === 0 && total === 0) continue;
      addHeld(excluded.rings, slot, openIndex, good, total);
      this.#addToSums(slot, openIndex, -good, -total);
    }
  }

  #leave(window: number, slotCount: number): void {
    const ring = this.ringOf(window);
    const start = this.startOf(window);
    if (start === this.starts[window]!) return;
    assert(this.starts[window]! >= ring.first, "what leaves a window is still held");
    if (this.layout.windows[window]!.kind === "calendar") {
      // All of it leaves at once: what remains is counted, not a month of columns taken off.
      this.starts[window] = start;
      this.#recount(window);
      return;
    }
    const excluded = this.excluded?.rings[this.layout.rungOfWindow[window]!];
    for (let j = this.starts[window]!; j < start; j++) {
      this.#addColumn(window, ring, j, slotCount, -1);
      if (excluded !== undefined) this.#addColumn(window, excluded, j, slotCount, 1);
    }
    this.starts[window] = start;
  }

  #addColumn(window: number, ring: Ring, bucketIndex: number, slotCount: number, sign: 1 | -1) {
    const column = ring.columnOf(bucketIndex);
    if (ring.isUsed[column] === 0) return;
    const cell = column * this.lifetimeGood.length;
    addTo(this.goodSums[window]!, ring.good, cell, slotCount, sign);
    addTo(this.totalSums[window]!, ring.total, cell, slotCount, sign);
  }

  /** Moves the open bucket far ahead; every finest bucket that is skipped must be empty. */
  jumpTo(openIndex: number): void {
    this.openIndex = openIndex;
    for (const rings of [this.rings, this.excluded?.rings ?? []])
      rings.forEach((ring, r) => ring.advanceTo(this.#firstHeld(r)));
    for (let k = 0; k < this.starts.length; k++) this.starts[k] = this.startOf(k);
    this.recountAll();
  }

  /** Makes every window's sum from its buckets. */
  recountAll(): void {
    for (let k = 0; k < this.starts.length; k++) this.#recount(k);
  }

  #recountRing(ring: Ring): void {
    for (let k = 0; k < this.starts.length; k++) if (this.ringOf(k) === ring) this.#recount(k);
  }

  #recount(window: number): void {
    const ring = this.ringOf(window);
    const excluded = this.excluded?.rings[this.layout.rungOfWindow[window]!];
    const slotCount = this.goodSums[window]!.fill(0).length;
    this.totalSums[window]!.fill(0);
    for (let j = this.starts[window]!; j * ring.factor < this.openIndex; j++) {
      this.#addColumn(window, ring, j, slotCount, 1);
      if (excluded !== undefined) this.#addColumn(window, excluded, j, slotCount, -1);
    }
  }

  grow(capacity: number): void {
    for (const ring of this.rings) ring.grow(capacity);
    this.excluded?.grow(capacity);
    const larger = (old: Float64Array) => {
      const sums = new Float64Array(capacity);
      sums.set(old);
      return sums;
    };
    this.goodSums = this.goodSums.map(larger);
    this.totalSums = this.totalSums.map(larger);
    this.lifetimeGood = larger(this.lifetimeGood);
    this.lifetimeTotal = larger(this.lifetimeTotal);
  }

  clearSlot(slot: number): void {
    for (const ring of this.rings) ring.clearSlot(slot);
    this.excluded?.clearSlot(slot);
    for (const sums of [...this.goodSums, ...this.totalSums]) sums[slot] = 0;
    this.lifetimeGood[slot] = 0;
    this.lifetimeTotal[slot] = 0;
    this.isChanged = true;
  }
}
