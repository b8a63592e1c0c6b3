/**
 * The last few (start, time) pairs of every delta series: the same pair again is a retry and adds nothing (DESIGN 4.4).
 * Eight cover a Collector that retries one batch while its other senders go on.
 */
import { BLOCK_ROWS } from "./blocks.ts";
import { grown } from "./key-table.ts";

const PAIRS = 8;
/** Start hi, start lo, time hi, time lo per pair, then the position of the next pair. */
export const DELTA_STRIDE: number = PAIRS * 4 + 1;
const CURSOR = PAIRS * 4;
const FIRST_CAPACITY = 16;

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
    if (this.#count * DELTA_STRIDE === this.rows.length) this.#grow();
    return this.#count++;
  }

  /** Remembers a pair; false when it was there already. */
  admit(row: number, startHi: number, startLo: number, timeHi: number, timeLo: number): boolean {
    const { rows } = this;
    const base = row * DELTA_STRIDE;
    for (let at = base; at < base + CURSOR; at += 4) {
      if (
        rows[at + 3] === timeLo &&
        rows[at + 2] === timeHi &&
        rows[at + 1] === startLo &&
        rows[at] === startHi
      ) {
        return false;
      }
    }
    const cursor = rows[base + CURSOR]!;
    const at = base + cursor * 4;
    rows[at] = startHi;
    rows[at + 1] = startLo;
    rows[at + 2] = timeHi;
    rows[at + 3] = timeLo;
    rows[base + CURSOR] = (cursor + 1) % PAIRS;
    this.dirty[(row / BLOCK_ROWS) | 0] = 1;
    return true;
  }

  /** Makes room for `count` rows that the caller fills from a snapshot. */
  restore(count: number): void {
    while (this.rows.length < count * DELTA_STRIDE) this.#grow();
    this.#count = count;
  }

  #grow(): void {
    const capacity = (this.rows.length / DELTA_STRIDE) * 2;
    this.rows = grown(this.rows, new Uint32Array(capacity * DELTA_STRIDE));
    this.dirty = grown(this.dirty, new Uint8Array(Math.ceil(capacity / BLOCK_ROWS)));
  }
}
