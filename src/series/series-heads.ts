/** Where what is known of a series begins: its first writer, or its delta row. */
import { BLOCK_ROWS } from "./blocks.ts";
import { grown, moreRows } from "./grown.ts";
import { NO_WRITER } from "./writer-pool.ts";

export class SeriesHeads {
  /** Blocks that changed since the last snapshot. */
  readonly dirtyBlocks: Set<number> = new Set<number>();
  #headOf = new Int32Array(64).fill(NO_WRITER);

  get sizeBytes(): number {
    return this.#headOf.byteLength;
  }

  /** -1 for none. */
  of(series: number): number {
    return this.#headOf[series] ?? NO_WRITER;
  }

  set(series: number, head: number): void {
    this.reserve(series);
    this.#headOf[series] = head;
    this.dirtyBlocks.add(Math.floor(series / BLOCK_ROWS));
  }

  /** Makes room: `of` is then read from within the array. */
  reserve(series: number): void {
    if (series < this.#headOf.length) return;
    const capacity = moreRows(this.#headOf.length, series + 1);
    this.#headOf = grown(this.#headOf, new Int32Array(capacity).fill(NO_WRITER));
  }

  /** Those of `count` series from `first` on. */
  copy(first: number, count: number): Int32Array {
    return this.#headOf.slice(first, first + count);
  }
}
