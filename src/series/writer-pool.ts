/**
 * The last point of every writer of cumulative series. A writer is (series, start time): processes that share an identity
 * each have one, so that they still add up (DESIGN 4.3). Struct of arrays; a series leads to a chain of its writers.
 *
 *   heads  u32 x 6: start hi, start lo, time hi, time lo, next writer + 1, shape + 1
 *   values f64 x width: total, then below and straddle per threshold; NaN = not known, the next point is a baseline
 */
import { BLOCK_ROWS } from "./blocks.ts";
import { isExponential } from "./cuts.ts";
import { grown, moreRows } from "./grown.ts";
import { ceilMillis, isBefore } from "./nanos.ts";
import type { Row } from "./rows.ts";

export const HEAD_STRIDE = 6;
const START_HI = 0;
const START_LO = 1;
const TIME_HI = 2;
const TIME_LO = 3;
const NEXT = 4;
const SHAPE = 5;
const FIRST_CAPACITY = 64;
export const NO_WRITER = -1;

export class WriterPool {
  /** Values a writer: 1 + 2 per threshold. */
  readonly width: number;
  heads: Uint32Array = new Uint32Array(FIRST_CAPACITY * HEAD_STRIDE);
  values: Float64Array;
  /** Blocks of rows that changed since the last snapshot. */
  dirty: Uint8Array = new Uint8Array(1);
  #count = 0;
  #firstFree = NO_WRITER;

  constructor(width: number) {
    this.width = width;
    this.values = new Float64Array(FIRST_CAPACITY * width);
  }

  /** Rows handed out so far, freed ones included. */
  get count(): number {
    return this.#count;
  }

  get sizeBytes(): number {
    return this.heads.byteLength + this.values.byteLength;
  }

  /** A row for a new writer at the head of a chain; values are NaN. */
  allocate(startHi: number, startLo: number, next: number): number {
    let writer = this.#firstFree;
    if (writer === NO_WRITER) {
      if (this.#count * HEAD_STRIDE === this.heads.length) this.#grow(0);
      writer = this.#count++;
    } else {
      this.#firstFree = this.next(writer);
    }
    const at = writer * HEAD_STRIDE;
    this.heads[at + START_HI] = startHi;
    this.heads[at + START_LO] = startLo;
    this.heads[at + TIME_HI] = 0;
    this.heads[at + TIME_LO] = 0;
    this.heads[at + NEXT] = next + 1;
    this.heads[at + SHAPE] = 0;
    this.values.fill(NaN, writer * this.width, (writer + 1) * this.width);
    return writer;
  }

  free(writer: number): void {
    this.dirty[Math.floor(writer / BLOCK_ROWS)] = 1;
    this.heads[writer * HEAD_STRIDE + NEXT] = this.#firstFree + 1;
    this.#firstFree = writer;
  }

  next(writer: number): number {
    return this.heads[writer * HEAD_STRIDE + NEXT]! - 1;
  }

  setNext(writer: number, next: number): void {
    this.dirty[Math.floor(writer / BLOCK_ROWS)] = 1;
    this.heads[writer * HEAD_STRIDE + NEXT] = next + 1;
  }

  hasStart(writer: number, hi: number, lo: number): boolean {
    const at = writer * HEAD_STRIDE;
    return this.heads[at + START_LO] === lo && this.heads[at + START_HI] === hi;
  }

  startHi(writer: number): number {
    return this.heads[writer * HEAD_STRIDE + START_HI]!;
  }

  startLo(writer: number): number {
    return this.heads[writer * HEAD_STRIDE + START_LO]!;
  }

  setStart(writer: number, hi: number, lo: number): void {
    const at = writer * HEAD_STRIDE;
    this.heads[at + START_HI] = hi;
    this.heads[at + START_LO] = lo;
  }

  timeHi(writer: number): number {
    return this.heads[writer * HEAD_STRIDE + TIME_HI]!;
  }

  timeLo(writer: number): number {
    return this.heads[writer * HEAD_STRIDE + TIME_LO]!;
  }

  /** Puts the time of its last point, ms, into `to`. */
  putTimeMs(writer: number, to: Float64Array, at: number): void {
    to[at] = ceilMillis(this.timeHi(writer), this.timeLo(writer));
  }

  /** Whether its last point is older than the row. */
  isBehind(writer: number, row: Row): boolean {
    return isBefore(this.timeHi(writer), this.timeLo(writer), row.timeHi, row.timeLo);
  }

  /** Every change of a row ends with a new time, so this is what marks its block. */
  setTime(writer: number, hi: number, lo: number): void {
    this.dirty[(writer / BLOCK_ROWS) | 0] = 1;
    const at = writer * HEAD_STRIDE;
    this.heads[at + TIME_HI] = hi;
    this.heads[at + TIME_LO] = lo;
  }

  /** Shape of the last point with buckets; -1 when there was none. */
  shape(writer: number): number {
    return this.heads[writer * HEAD_STRIDE + SHAPE]! - 1;
  }

  setShape(writer: number, shape: number): void {
    this.heads[writer * HEAD_STRIDE + SHAPE] = shape + 1;
  }

  /** Counts that fell show a reset. Within an exponential histogram events may move from below a threshold to astride of it. */
  havePartsFallen(writer: number, row: Row): boolean {
    const { values, width } = this;
    const base = writer * width;
    const mayMove = isExponential(row.shape);
    for (let part = 1; part < width; part += 2) {
      const below = row.parts[part - 1]! - values[base + part]!;
      const straddle = row.parts[part]! - values[base + part + 1]!;
      if (mayMove ? below + straddle < 0 : below < 0 || straddle < 0) return true;
    }
    return false;
  }

  get firstFree(): number {
    return this.#firstFree;
  }

  /** Makes room for `count` rows that the caller fills from a snapshot. */
  restore(count: number, firstFree: number): void {
    if (this.heads.length < count * HEAD_STRIDE) this.#grow(count);
    this.#count = count;
    this.#firstFree = firstFree;
  }

  #grow(least: number): void {
    const capacity = moreRows(this.heads.length / HEAD_STRIDE, least);
    this.heads = grown(this.heads, new Uint32Array(capacity * HEAD_STRIDE));
    this.values = grown(this.values, new Float64Array(capacity * this.width));
    this.dirty = grown(this.dirty, new Uint8Array(Math.ceil(capacity / BLOCK_ROWS)));
  }
}
