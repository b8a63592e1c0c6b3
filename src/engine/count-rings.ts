/**
 * The counts of a shard's slots: a ring per rung, and per window a running sum. Invariants, after any call:
 *  - a coarse bucket is the sum of the closed finest buckets in it;
 *  - `goodSums[k][slot]` is the sum of the closed buckets from `starts[k]` on of the window's rung;
 *  - all closed buckets are before `openIndex`; the rest of the finest ring waits for its tick.
 */
import { assert } from "../slo/index.ts";
import { windowStart, type Layout } from "./ladder.ts";
import { Ring, type Cells } from "./ring.ts";
import { sharedUpTo } from "./spread.ts";

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
    const { bucketMs, windowsMs } = this.layout;
    const widthMs = this.ringOf(window).factor * bucketMs;
    return windowStart(this.openIndex * bucketMs, windowsMs[window]!, widthMs);
  }

  /** Adds to one finest bucket, which is not beyond the ring; false when it is older than every ring. */
  add(slot: number, bucketIndex: number, good: number, total: number): boolean {
    if (bucketIndex < this.openIndex) return this.#addLate(slot, bucketIndex, good, total);
    this.finest.add(bucketIndex, slot, good, total);
    return true;
  }

  /** A closed bucket: the rings that hold it, and the sums of the windows that contain it. */
  #addLate(slot: number, bucketIndex: number, good: number, total: number): boolean {
    let isHeld = false;
    for (const ring of this.rings) {
      const index = ring.factor === 1 ? bucketIndex : Math.floor(bucketIndex / ring.factor);
      if (index < ring.first) continue;
      ring.add(index, slot, good, total);
      isHeld = true;
    }
    if (!isHeld) return false;
    for (let k = 0; k < this.starts.length; k++) {
      if (bucketIndex >= this.starts[k]! * this.ringOf(k).factor) {
        this.goodSums[k]![slot]! += good;
        this.totalSums[k]![slot]! += total;
      }
    }
    this.lifetimeGood[slot]! += good;
    this.lifetimeTotal[slot]! += total;
    this.isChanged = true;
    return true;
  }

  /**
   * Shares an amount out over the finest buckets first … last, good and bad apart, in time proportional to the buckets
   * that are held. Returns false when a part of them was older than every ring, and so not booked.
   */
  addSpread(slot: number, first: number, last: number, good: number, total: number): boolean {
    const n = last - first + 1;
    const bad = total - good;
    // Good and bad apart; where they differ in sign (one metric of two) good and total apart, which then cancel.
    const isApart = good * bad >= 0;
    const goodTo = (index: number) => sharedUpTo(good, index - first, n);
    const totalTo = (index: number) =>
      isApart
        ? goodTo(index) + sharedUpTo(bad, index - first, n)
        : sharedUpTo(total, index - first, n);
    const put = (ring: Ring, bucketIndex: number, from: number, to: number) => {
      const goodPart = goodTo(to) - goodTo(from);
      const totalPart = totalTo(to) - totalTo(from);
      if (goodPart !== 0 || totalPart !== 0) ring.add(bucketIndex, slot, goodPart, totalPart);
    };
    for (let i = Math.max(first, this.finest.first); i <= last; i++) put(this.finest, i, i, i + 1);
    const closedEnd = Math.min(last + 1, this.openIndex);
    if (closedEnd <= first) return true;
    for (const ring of this.rings) {
      if (ring.factor === 1) continue;
      const from = Math.max(Math.floor(first / ring.factor), ring.first);
      for (let j = from; j * ring.factor < closedEnd; j++) {
        const start = Math.max(first, j * ring.factor);
        put(ring, j, start, Math.min(closedEnd, (j + 1) * ring.factor));
      }
    }
    const booked = (from: number, goodSum: Float64Array, totalSum: Float64Array) => {
      if (from >= closedEnd) return;
      goodSum[slot]! += goodTo(closedEnd) - goodTo(from);
      totalSum[slot]! += totalTo(closedEnd) - totalTo(from);
    };
    for (let k = 0; k < this.starts.length; k++) {
      const from = Math.max(first, this.starts[k]! * this.ringOf(k).factor);
      booked(from, this.goodSums[k]!, this.totalSums[k]!);
    }
    const oldest = this.oldestIndex;
    booked(Math.max(first, oldest), this.lifetimeGood, this.lifetimeTotal);
    this.isChanged = true;
    return first >= oldest;
  }

  /** Closes the open bucket: its column enters every sum and the coarse buckets, what became too old leaves the sums. */
  closeBucket(slotCount: number): void {
    const { finest } = this;
    const column = finest.columnOf(this.openIndex);
    if (finest.isUsed[column] === 1) this.#enter(column, slotCount);
    this.openIndex++;
    for (let k = 0; k < this.starts.length; k++) this.#leave(k, slotCount);
    for (let r = 0; r < this.rings.length; r++) {
      const ring = this.rings[r]!;
      const first = this.#firstHeld(r);
      if (first === ring.first) continue;
      ring.advanceTo(first);
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

  #leave(window: number, slotCount: number): void {
    const ring = this.ringOf(window);
    const start = this.startOf(window);
    assert(this.starts[window]! >= ring.first, "what leaves a window is still held");
    for (let j = this.starts[window]!; j < start; j++) {
      const column = ring.columnOf(j);
      if (ring.isUsed[column] === 0) continue;
      const cell = column * this.lifetimeGood.length;
      addTo(this.goodSums[window]!, ring.good, cell, slotCount, -1);
      addTo(this.totalSums[window]!, ring.total, cell, slotCount, -1);
    }
    this.starts[window] = start;
  }

  /** Moves the open bucket far ahead; every finest bucket that is skipped must be empty. */
  jumpTo(openIndex: number): void {
    this.openIndex = openIndex;
    this.rings.forEach((ring, r) => ring.advanceTo(this.#firstHeld(r)));
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
    const goodSum = this.goodSums[window]!.fill(0);
    const totalSum = this.totalSums[window]!.fill(0);
    for (let j = this.starts[window]!; j * ring.factor < this.openIndex; j++) {
      const column = ring.columnOf(j);
      if (ring.isUsed[column] === 0) continue;
      addTo(goodSum, ring.good, column * goodSum.length, goodSum.length, 1);
      addTo(totalSum, ring.total, column * goodSum.length, goodSum.length, 1);
    }
  }

  grow(capacity: number): void {
    for (const ring of this.rings) ring.grow(capacity);
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
    for (const sums of [...this.goodSums, ...this.totalSums]) sums[slot] = 0;
    this.lifetimeGood[slot] = 0;
    this.lifetimeTotal[slot] = 0;
    this.isChanged = true;
  }
}

/** Adds a column to several sums, four at a time: a quarter less time than one by one (bench/evaluation.ts). */
function addToAll(
  columns: readonly Float64Array[],
  cells: Cells,
  start: number,
  slotCount: number,
): void {
  let k = 0;
  for (; k + 4 <= columns.length; k += 4) {
    const a = columns[k]!;
    const b = columns[k + 1]!;
    const c = columns[k + 2]!;
    const d = columns[k + 3]!;
    for (let slot = 0; slot < slotCount; slot++) {
      const count = cells[start + slot]!;
      a[slot]! += count;
      b[slot]! += count;
      c[slot]! += count;
      d[slot]! += count;
    }
  }
  for (; k < columns.length; k++) addTo(columns[k]!, cells, start, slotCount, 1);
}

/** sums[slot] += sign * cells[start + slot]: the tick's inner loop. */
function addTo(
  sums: Float64Array,
  cells: Cells,
  start: number,
  slotCount: number,
  sign: 1 | -1,
): void {
  if (sign === 1) {
    for (let slot = 0; slot < slotCount; slot++) sums[slot]! += cells[start + slot]!;
  } else {
    for (let slot = 0; slot < slotCount; slot++) sums[slot]! -= cells[start + slot]!;
  }
}
