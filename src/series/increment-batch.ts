/**
 * Increments on their way to the engine and the archive, some hundred at a time. Taking, booking and archiving them are each
 * a loop of its own: as one function, V8 inlines only half of it and boxes the numbers that it hands to the other half (20
 * to 60 B a point, `bench/series.ts`).
 *
 *   places   per row: series, shape
 *   numbers  row after row: fromMs, timeMs, total, then below and straddle per threshold of the series; NaN = not known
 */
import { MAX_THRESHOLDS } from "../engine/index.ts";
import type { BoundTargets } from "./binding-table.ts";

const ROWS = 256;
const NUMBERS = ROWS * 8;
export const FROM = 0;
export const TIME = 1;
export const TOTAL = 2;
export const PARTS = 3;
/** Of a row at most. */
export const MAX_NUMBERS: number = PARTS + MAX_THRESHOLDS * 2;

export class IncrementBatch {
  count = 0;
  /** By row. */
  readonly targets: BoundTargets[] = [];
  readonly places: Int32Array = new Int32Array(ROWS * 2);
  readonly numbers: Float64Array = new Float64Array(NUMBERS);
  #end = 0;

  get isFull(): boolean {
    return this.count === ROWS || this.#end > NUMBERS - MAX_NUMBERS;
  }

  clear(): void {
    this.count = 0;
    this.#end = 0;
  }

  /** Copies the numbers of a row. Not to a batch that is full. */
  add(series: number, targets: BoundTargets, shape: number, increment: Float64Array): void {
    const row = this.count++;
    const { numbers, places } = this;
    this.targets[row] = targets;
    places[row * 2] = series;
    places[row * 2 + 1] = shape;
    let at = this.#end;
    const width = PARTS + targets.partCount;
    for (let part = 0; part < width; part++) numbers[at++] = increment[part]!;
    this.#end = at;
  }
}

/** Where the numbers of the row after begin. */
export const endOf = (start: number, { partCount }: BoundTargets): number =>
  start + PARTS + partCount;
