/** Amounts on their way into blocks: of each column the minute at hand, and a log of minutes that are over. */
import { PAGE_COLUMNS } from "./block.ts";

/** Rows after which the log is put into blocks. */
const LOG_ROWS = 32_768;
const GROWTH = 1.25;
const NONE = -1;

export class ArchiveLog {
  /** Per column: its minute, and what came in it. */
  #openMinutes = new Int32Array(PAGE_COLUMNS).fill(NONE);
  #openAmounts = new Float64Array(PAGE_COLUMNS);
  readonly columns: Int32Array = new Int32Array(LOG_ROWS);
  readonly minutes: Int32Array = new Int32Array(LOG_ROWS);
  readonly amounts: Float64Array = new Float64Array(LOG_ROWS);
  /** For `seal`, which chains rows. */
  readonly following: Int32Array = new Int32Array(LOG_ROWS);
  rowCount = 0;
  readonly #onFull: () => void;

  constructor(onFull: () => void) {
    this.#onFull = onFull;
  }

  get sizeBytes(): number {
    return this.#openMinutes.byteLength + this.#openAmounts.byteLength + LOG_ROWS * 20;
  }

  /**
   * Adds `amounts[index]`: of the column's minute at hand it is one addition. It is not handed over as a number, which V8
   * would box where it does not inline (`bench/series.ts`).
   */
  add(column: number, minute: number, amounts: Float64Array, index: number): void {
    if (column >= this.#openMinutes.length) this.#grow(column);
    const current = this.#openMinutes[column]!;
    if (minute === current) this.#openAmounts[column]! += amounts[index]!;
    else if (minute > current) {
      if (current !== NONE) this.#push(column, current, this.#openAmounts, column);
      this.#openMinutes[column] = minute;
      this.#openAmounts[column] = amounts[index]!;
    } else this.#push(column, minute, amounts, index); // late
  }

  /** Moves what is at hand to the log. */
  closeAll(): void {
    const open = this.#openMinutes;
    for (let column = 0; column < open.length; column++) {
      if (open[column] === NONE) continue;
      this.#push(column, open[column]!, this.#openAmounts, column);
      open[column] = NONE;
    }
  }

  #push(column: number, minute: number, amounts: Float64Array, index: number): void {
    if (this.rowCount === LOG_ROWS) this.#onFull();
    const row = this.rowCount++;
    this.columns[row] = column;
    this.minutes[row] = minute;
    this.amounts[row] = amounts[index]!;
  }

  #grow(column: number): void {
    const { length } = this.#openMinutes;
    const pages = Math.ceil(Math.max(column + 1, length * GROWTH) / PAGE_COLUMNS);
    const minutes = new Int32Array(pages * PAGE_COLUMNS).fill(NONE);
    const amounts = new Float64Array(pages * PAGE_COLUMNS);
    minutes.set(this.#openMinutes);
    amounts.set(this.#openAmounts);
    this.#openMinutes = minutes;
    this.#openAmounts = amounts;
  }
}
