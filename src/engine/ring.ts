/**
 * One rung of a shard: a ring of buckets, each a column of counts by slot, good and total apart.
 *
 *   good, total:   [ bucket 0: slot 0 … capacity-1 | bucket 1: slot 0 … | … ]
 *
 * Bucket-major, so that a tick reads and writes whole columns in order (bench/evaluation.ts). Counts are 32-bit integers until
 * one does not fit (a fraction, or over 2^31); then that side of the ring becomes doubles for good.
 */
import type { RungLayout } from "./ladder.ts";

export type Cells = Int32Array | Float64Array;
export type Side = "good" | "total";

export class Ring {
  readonly factor: number;
  readonly bucketCount: number;
  good: Cells;
  total: Cells;
  /** Lowest bucket index held; `first + bucketCount` is the first not held. */
  first: number;
  /** Per column, 1 once anything was written since it was cleared: a tick skips the others. */
  readonly isUsed: Uint8Array;
  /** Per column, 1 when it changed since the last snapshot. */
  readonly isDirty: Uint8Array;
  /** Per column, which sides the last snapshot holds: 1 good, 2 total. */
  readonly storedSides: Uint8Array;
  #capacity: number;
  /** Column of the bucket `first`: `first` modulo the number of columns. */
  #firstColumn: number;

  constructor(layout: RungLayout, capacity: number, first: number) {
    this.factor = layout.factor;
    this.bucketCount = layout.bucketCount;
    this.first = first;
    this.#capacity = capacity;
    this.#firstColumn = modulo(first, layout.bucketCount);
    this.good = new Int32Array(layout.bucketCount * capacity);
    this.total = new Int32Array(layout.bucketCount * capacity);
    this.isUsed = new Uint8Array(layout.bucketCount);
    this.isDirty = new Uint8Array(layout.bucketCount);
    this.storedSides = new Uint8Array(layout.bucketCount);
  }

  get isGoodWide(): boolean {
    return this.good instanceof Float64Array;
  }
  get isTotalWide(): boolean {
    return this.total instanceof Float64Array;
  }
  /** Whether a sum over it may have been rounded. */
  get isWide(): boolean {
    return this.isGoodWide || this.isTotalWide;
  }

  /** Column of a bucket that is held. No division: this is done for every increment (bench/evaluation.ts). */
  columnOf(bucketIndex: number): number {
    const column = (this.#firstColumn + (bucketIndex - this.first)) | 0;
    return column >= this.bucketCount ? column - this.bucketCount : column;
  }

  add(bucketIndex: number, slot: number, good: number, total: number): void {
    const column = this.columnOf(bucketIndex);
    const cell = column * this.#capacity + slot;
    this.isUsed[column] = 1;
    this.isDirty[column] = 1;
    const newGood = this.good[cell]! + good;
    if ((newGood | 0) !== newGood) this.widen("good");
    this.good[cell] = newGood;
    const newTotal = this.total[cell]! + total;
    if ((newTotal | 0) !== newTotal) this.widen("total");
    this.total[cell] = newTotal;
  }

  /** [good, total] of a bucket that is held. */
  read(bucketIndex: number, slot: number): readonly [number, number] {
    const cell = this.columnOf(bucketIndex) * this.#capacity + slot;
    return [this.good[cell]!, this.total[cell]!];
  }

  /** Adds a whole column of a finer ring of the same capacity to a bucket. */
  addColumn(bucketIndex: number, finer: Ring, finerColumn: number, slotCount: number): void {
    const column = this.columnOf(bucketIndex);
    this.isUsed[column] = 1;
    this.isDirty[column] = 1;
    const from = finerColumn * this.#capacity;
    const to = column * this.#capacity;
    this.#addSide("good", to, finer.good, from, slotCount);
    this.#addSide("total", to, finer.total, from, slotCount);
  }

  #addSide(side: Side, to: number, source: Cells, from: number, slotCount: number): void {
    let cells = this[side];
    for (let slot = 0; slot < slotCount; slot++) {
      const sum = cells[to + slot]! + source[from + slot]!;
      if ((sum | 0) !== sum) cells = this.widen(side);
      cells[to + slot] = sum;
    }
  }

  /** Drops the buckets before `first`; their columns become the newest buckets, empty. */
  advanceTo(first: number): void {
    const goneCount = Math.min(first - this.first, this.bucketCount);
    for (let i = 0; i < goneCount; i++) this.#clearColumn(this.columnOf(this.first + i));
    this.first = first;
    this.#firstColumn = modulo(first, this.bucketCount);
  }

  #clearColumn(column: number): void {
    if (this.isUsed[column] === 0) return;
    const start = column * this.#capacity;
    this.good.fill(0, start, start + this.#capacity);
    this.total.fill(0, start, start + this.#capacity);
    this.isUsed[column] = 0;
    this.isDirty[column] = 1;
  }

  /** A copy of the first `slotCount` cells of a column. */
  copyColumn(side: Side, column: number, slotCount: number): Cells {
    const start = column * this.#capacity;
    return this[side].slice(start, start + slotCount);
  }

  /** Puts a copy back that `copyColumn` made, of a side as wide as it was then. */
  pasteColumn(side: Side, column: number, cells: Cells): void {
    this[side].set(cells, column * this.#capacity);
    this.isUsed[column] = 1;
    this.storedSides[column]! |= side === "good" ? 1 : 2;
  }

  clearSlot(slot: number): void {
    for (let column = 0; column < this.bucketCount; column++) {
      if (this.isUsed[column] === 0) continue;
      this.good[column * this.#capacity + slot] = 0;
      this.total[column * this.#capacity + slot] = 0;
      this.isDirty[column] = 1;
    }
  }

  grow(capacity: number): void {
    const old = this.#capacity;
    this.#capacity = capacity;
    this.good = this.#relaid(this.good, old, capacity);
    this.total = this.#relaid(this.total, old, capacity);
  }

  /** Same counts with room for more slots per column. Slots keep their place; unused columns stay untouched pages. */
  #relaid(cells: Cells, oldCapacity: number, capacity: number): Cells {
    const size = this.bucketCount * capacity;
    const wider = cells instanceof Float64Array ? new Float64Array(size) : new Int32Array(size);
    for (let column = 0; column < this.bucketCount; column++) {
      if (this.isUsed[column] === 0) continue;
      const start = column * oldCapacity;
      wider.set(cells.subarray(start, start + oldCapacity), column * capacity);
    }
    return wider;
  }

  /** Turns a side into doubles; returns its new cells. */
  widen(side: Side): Cells {
    const cells = this[side];
    if (cells instanceof Float64Array) return cells;
    for (let column = 0; column < this.bucketCount; column++) {
      if (this.isUsed[column] === 1) this.isDirty[column] = 1;
    }
    return (this[side] = Float64Array.from(cells));
  }
}

const modulo = (a: number, n: number): number => ((a % n) + n) % n;
