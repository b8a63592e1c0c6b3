/** Amounts on their way into blocks: of each column the minute at hand, and a log of minutes that are over. */
import { minuteOf } from "./tiers.ts";

/** Rows after which the log is put into blocks. */
const LOG_ROWS = 32_768;
const STRIDE = 2;
const NONE = -1;

export class ArchiveLog {
  /** Per column: its minute, and what came in it. Side by side: always touched together (bench/archive.ts). */
  #open = new Float64Array(1024 * STRIDE).fill(NONE);
  readonly columns: Int32Array = new Int32Array(LOG_ROWS);
  readonly minutes: Int32Array = new Int32Array(LOG_ROWS);
  readonly amounts: Float64Array = new Float64Array(LOG_ROWS);
  rowCount = 0;
  readonly #onFull: () => void;

  constructor(onFull: () => void) {
    this.#onFull = onFull;
  }

  get sizeBytes(): number {
    return this.#open.byteLength + LOG_ROWS * 16;
  }

  /** The hot path: an amount of the column's minute at hand is one addition. */
  add(column: number, timeMs: number, amount: number): void {
    const minute = minuteOf(timeMs);
    const at = column * STRIDE;
    if (at >= this.#open.length) this.#grow(at);
    const open = this.#open;
    const current = open[at]!;
    if (minute === current) {
      open[at + 1]! += amount;
    } else if (minute > current) {
      if (current !== NONE) this.#push(column, current, open[at + 1]!);
      open[at] = minute;
      open[at + 1] = amount;
    } else this.#push(column, minute, amount); // late
  }

  /** Moves what is at hand to the log. */
  closeAll(): void {
    const open = this.#open;
    for (let at = 0; at < open.length; at += STRIDE) {
      if (open[at] === NONE) continue;
      this.#push(at / STRIDE, open[at]!, open[at + 1]!);
      open[at] = NONE;
    }
  }

  #push(column: number, minute: number, amount: number): void {
    if (this.rowCount === LOG_ROWS) this.#onFull();
    const row = this.rowCount++;
    this.columns[row] = column;
    this.minutes[row] = minute;
    this.amounts[row] = amount;
  }

  #grow(at: number): void {
    let { length } = this.#open;
    while (length <= at) length *= 2;
    const larger = new Float64Array(length).fill(NONE);
    larger.set(this.#open);
    this.#open = larger;
  }
}
