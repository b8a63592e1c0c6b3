/**
 * The counts of a shard's slots: a ring per rung, and per window a running sum. Invariants, after any call:
 *  - a coarse bucket is the sum of the closed finest buckets in it;
 *  - `goodSums[k][slot]` is the sum of the closed buckets from `starts[k]` on of the window's rung;
 *  - all closed buckets are before `openIndex`; the rest of the finest ring waits for its tick.
 */
import { assert } from "../slo/index.ts";
import { windowStart, windowStartMs, type Layout } from "./ladder.ts";
import { Ring, type Cells } from "./ring.ts";
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
   * Shares an increment out over the finest buckets first … last, in time proportional to the buckets that are held.
   * Returns false when a part of them was older than every ring, and so not booked.
   */
  addSpread(slot: number, first: number, last: number, good: number, total: number): boolean {
    const spread = new Spread(first, last, good, total);
    const { finest, openIndex, oldestIndex } = this;
    for (let i = Math.max(first, finest.first); i <= last; i++)
      putShare(finest, i, slot, spread, i, i + 1);
    const closedEnd = Math.min(last + 1, openIndex);
    if (closedEnd <= first) return true;
    for (const ring of this.rings) {
      if (ring.factor !== 1) putCoarseShares(ring, slot, spread, closedEnd);
    }
    for (let k = 0; k < this.starts.length; k++) {
      const from = this.starts[k]! * this.ringOf(k).factor;
      sumShare(this.goodSums[k]!, this.totalSums[k]!, slot, spread, from, closedEnd);
    }
    sumShare(this.lifetimeGood, this.lifetimeTotal, slot, spread, oldestIndex, closedEnd);
    this.isChanged = true;
    return first >= oldestIndex;
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
    if (start === this.starts[window]!) return;
    assert(this.starts[window]! >= ring.first, "what leaves a window is still held");
    if (this.layout.windows[window]!.kind === "calendar") {
      // All of it leaves at once: what remains is counted, not a month of columns taken off.
      this.starts[window] = start;
      this.#recount(window);
      return;
    }
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

/** What of a spread increment falls into the coarse buckets, as far as its finest buckets are closed. */
function putCoarseShares(ring: Ring, slot: number, spread: Spread, closedEnd: number): void {
  const { factor } = ring;
  const oldest = Math.max(Math.floor(spread.first / factor), ring.first);
  for (let j = oldest; j * factor < closedEnd; j++) {
    const from = Math.max(spread.first, j * factor);
    putShare(ring, j, slot, spread, from, Math.min(closedEnd, (j + 1) * factor));
  }
}

/** Adds the share of the finest buckets `from` … `to - 1` to one bucket of a ring. */
function putShare(
  ring: Ring,
  bucketIndex: number,
  slot: number,
  spread: Spread,
  from: number,
  to: number,
): void {
  const good = spread.goodBefore(to) - spread.goodBefore(from);
  const total = spread.totalBefore(to) - spread.totalBefore(from);
  if (good !== 0 || total !== 0) ring.add(bucketIndex, slot, good, total);
}

/** Adds the share of the finest buckets `from` … `to - 1` to a window's sums. */
function sumShare(
  goodSums: Float64Array,
  totalSums: Float64Array,
  slot: number,
  spread: Spread,
  from: number,
  to: number,
): void {
  if (from >= to) return;
  goodSums[slot]! += spread.goodBefore(to) - spread.goodBefore(from);
  totalSums[slot]! += spread.totalBefore(to) - spread.totalBefore(from);
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
