/**
 * The last (start, time) pairs of every delta series: the same pair again is a retry and adds nothing (DESIGN 4.4).
 * Eight cover a Collector that retries one batch while its other senders go on. Where more than eight came within a minute
 * of event time (many senders with one identity, a batch of many exports), the series takes further rows, so that the whole
 * batch is known when it is sent again (DESIGN 4.5). sliding-starts.ts keeps what its writers covered in the same way.
 *
 *   row of a series (newest pairs) -> row -> row   u32 x 33: eight pairs, then position of the next pair + 16 x (next row + 1)
 */
import { BLOCK_ROWS } from "./blocks.ts";
import { grown, moreRows } from "./grown.ts";
import { isBefore } from "./nanos.ts";

const PAIRS = 8;
/** Start hi, start lo, time hi, time lo per pair, then the link. */
export const DELTA_STRIDE: number = PAIRS * 4 + 1;
const LINK = PAIRS * 4;
/** The link holds the position below this, the next row above it. */
const LINK_UNIT = 16;
/** Pairs this close in event time, ns, may be of one request. */
const ONE_BATCH_NS = 60e9;
/** Rows of one series: 512 pairs. */
const MAX_ROWS = 64;
const FIRST_CAPACITY = 16;
const HIGH = 4_294_967_296;

/** How a point stands to the one that came before it, by their times. */
export const Admission = { duplicate: 0, next: 1, gap: 2, overlap: 3 } as const;
export type Admission = (typeof Admission)[keyof typeof Admission];

export class DeltaPool {
  rows: Uint32Array = new Uint32Array(FIRST_CAPACITY * DELTA_STRIDE);
  /** Blocks of rows that changed since the last snapshot. */
  dirty: Uint8Array = new Uint8Array(1);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get sizeBytes(): number {
    return this.rows.byteLength;
  }

  allocate(): number {
    if (this.#count * DELTA_STRIDE === this.rows.length) this.#grow(0);
    return this.#count++;
  }

  /** Remembers a pair, unless it was there already. */
  admit(row: number, startHi: number, startLo: number, timeHi: number, timeLo: number): Admission {
    for (let at = row; at >= 0; at = this.#next(at)) {
      if (this.#holds(at * DELTA_STRIDE, startHi, startLo, timeHi, timeLo)) {
        return Admission.duplicate;
      }
    }
    const base = row * DELTA_STRIDE;
    const oldest = this.rows[base + LINK]! % LINK_UNIT;
    const newest = base + ((oldest + PAIRS - 1) % PAIRS) * 4;
    const admission = this.#follows(newest, startHi, startLo, timeHi, timeLo);
    if (this.#isRecent(base, oldest, timeHi, timeLo)) this.#shift(row, timeHi, timeLo);
    const { rows } = this; // after the shift, which may have grown it
    const link = rows[base + LINK]!;
    const cursor = link % LINK_UNIT;
    const at = base + cursor * 4;
    rows[at] = startHi;
    rows[at + 1] = startLo;
    rows[at + 2] = timeHi;
    rows[at + 3] = timeLo;
    rows[base + LINK] = link - cursor + ((cursor + 1) % PAIRS);
    this.dirty[(row / BLOCK_ROWS) | 0] = 1;
    return admission;
  }

  /** How a point follows the pair at `at`; `next` too where there is none, or no start to tell by. */
  #follows(
    at: number,
    startHi: number,
    startLo: number,
    timeHi: number,
    timeLo: number,
  ): Admission {
    const lastHi = this.rows[at + 2]!;
    const lastLo = this.rows[at + 3]!;
    if ((lastHi === 0 && lastLo === 0) || (startHi === 0 && startLo === 0)) return Admission.next;
    if (isBefore(lastHi, lastLo, startHi, startLo)) return Admission.gap;
    const isWithin =
      isBefore(startHi, startLo, lastHi, lastLo) && isBefore(lastHi, lastLo, timeHi, timeLo);
    return isWithin ? Admission.overlap : Admission.next;
  }

  /** Whether a remembered pair's time is this one. */
  endsAt(row: number, timeHi: number, timeLo: number): boolean {
    return this.#some(row, (at) => {
      return this.rows[at + 3] === timeLo && this.rows[at + 2] === timeHi;
    });
  }

  /** Whether the pair lies within a remembered one. */
  covers(row: number, startHi: number, startLo: number, timeHi: number, timeLo: number): boolean {
    const { rows } = this;
    return this.#some(
      row,
      (at) =>
        !isBefore(startHi, startLo, rows[at]!, rows[at + 1]!) &&
        !isBefore(rows[at + 2]!, rows[at + 3]!, timeHi, timeLo),
    );
  }

  /** Of the pairs of a series, by where they begin; those never written are zeros, which no point's time is. */
  #some(row: number, holds: (at: number) => boolean): boolean {
    for (let of = row; of >= 0; of = this.#next(of)) {
      const base = of * DELTA_STRIDE;
      for (let at = base; at < base + LINK; at += 4) if (holds(at)) return true;
    }
    return false;
  }

  #holds(base: number, startHi: number, startLo: number, timeHi: number, timeLo: number): boolean {
    const { rows } = this;
    for (let at = base; at < base + LINK; at += 4) {
      if (
        rows[at + 3] === timeLo &&
        rows[at + 2] === timeHi &&
        rows[at + 1] === startLo &&
        rows[at] === startHi
      ) {
        return true;
      }
    }
    return false;
  }

  /** Whether the pair at this position of a row, if there is one, may be of the request at hand. */
  #isRecent(base: number, position: number, timeHi: number, timeLo: number): boolean {
    const at = base + position * 4;
    const hi = this.rows[at + 2]!;
    const lo = this.rows[at + 3]!;
    if (hi === 0 && lo === 0) return false; // never written
    return (timeHi - hi) * HIGH + (timeLo - lo) < ONE_BATCH_NS;
  }

  /** Moves the pairs of a series' first row into its next one: the last when that is old or the series has enough, or a new one. */
  #shift(row: number, timeHi: number, timeLo: number): void {
    let count = 1;
    let last = row;
    let beforeLast = row;
    for (let at = this.#next(row); at >= 0; at = this.#next(at)) {
      beforeLast = last;
      last = at;
      count++;
    }
    const isOld = last !== row && !this.#isRecent(last * DELTA_STRIDE, PAIRS - 1, timeHi, timeLo); // rows move when they are full
    let target = last;
    if (isOld || count === MAX_ROWS) this.#setNext(beforeLast, -1);
    else target = this.allocate();
    const base = row * DELTA_STRIDE;
    this.rows.copyWithin(target * DELTA_STRIDE, base, base + DELTA_STRIDE);
    this.rows.fill(0, base, base + DELTA_STRIDE);
    this.#setNext(row, target);
    this.dirty[(target / BLOCK_ROWS) | 0] = 1;
  }

  /** -1 after the last. */
  #next(row: number): number {
    return Math.floor(this.rows[row * DELTA_STRIDE + LINK]! / LINK_UNIT) - 1;
  }

  #setNext(row: number, next: number): void {
    const at = row * DELTA_STRIDE + LINK;
    this.rows[at] = (this.rows[at]! % LINK_UNIT) + (next + 1) * LINK_UNIT;
    this.dirty[(row / BLOCK_ROWS) | 0] = 1;
  }

  /** Makes room for `count` rows that the caller fills from a snapshot. */
  restore(count: number): void {
    if (this.rows.length < count * DELTA_STRIDE) this.#grow(count);
    this.#count = count;
  }

  #grow(least: number): void {
    const capacity = moreRows(this.rows.length / DELTA_STRIDE, least);
    this.rows = grown(this.rows, new Uint32Array(capacity * DELTA_STRIDE));
    this.dirty = grown(this.dirty, new Uint8Array(Math.ceil(capacity / BLOCK_ROWS)));
  }
}
