/** Amounts on their way into blocks: of each column the minute at hand, and a log of minutes that are over. */
import { PAGE_COLUMNS } from "./block.ts";

/** Rows after which the log is put into blocks. */
const LOG_ROWS = 16_384;
/** As the tables of series. */
const GROWTH = 1.125;
const NONE = -1;

type OpenAmounts = Int32Array | Float64Array;

export class ArchiveLog {
  /** Per column: its minute, and what came in it: integers until one does not fit, then doubles for good. */
  #openMinutes = new Int32Array(PAGE_COLUMNS).fill(NONE);
  #openAmounts: OpenAmounts = new Int32Array(PAGE_COLUMNS);
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
    if (minute === current) this.#put(column, this.#openAmounts[column]! + amounts[index]!);
    else if (minute > current) {
      if (current !== NONE) this.#push(column, current, this.#openAmounts, column);
      this.#openMinutes[column] = minute;
      this.#put(column, amounts[index]!);
    } else this.#push(column, minute, amounts, index); // late
  }

  #put(column: number, amount: number): void {
    if ((amount | 0) !== amount) this.#widen();
    this.#openAmounts[column] = amount;
  }

  #widen(): void {
    if (this.#openAmounts instanceof Int32Array) {
      this.#openAmounts = Float64Array.from(this.#openAmounts);
    }
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

  #push(column: number, minute: number, amounts: OpenAmounts, index: number): void {
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
    minutes.set(this.#openMinutes);
    const isWide = this.#openAmounts instanceof Float64Array;
    const amounts = new (isWide ? Float64Array : Int32Array)(pages * PAGE_COLUMNS);
    amounts.set(this.#openAmounts);
    this.#openMinutes = minutes;
    this.#openAmounts = amounts;
  }
}
