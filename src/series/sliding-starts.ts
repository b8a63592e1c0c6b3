/**
 * Writers whose start slides: each point says the time of the sender's point before it, while its value goes on (older C++
 * SDKs; research/otlp.md section 2). The start then tells nothing of who wrote, so what such a writer has covered is
 * remembered: a point sent again long after is no new writer (DESIGN 4.5), nor is one whose predecessor was lost.
 */
import type { DeltaPool } from "./delta-pool.ts";
import { isBefore } from "./nanos.ts";
import type { Row } from "./rows.ts";
import { NO_WRITER, type WriterPool } from "./writer-pool.ts";

/** Instead of a writer: one that slid has counted what the point holds. */
export const COVERED = -2;

export class SlidingStarts {
  /** By series that has such a writer: row of the intervals that its points covered. */
  readonly rowOf: Map<number, number> = new Map<number, number>();
  readonly #intervals: DeltaPool;

  constructor(intervals: DeltaPool) {
    this.#intervals = intervals;
  }

  /**
   * The writer of the chain that the point goes on, though it has another start; `COVERED` when it holds nothing new; -1 for
   * a writer of its own.
   */
  writerOf(row: Row, pool: WriterPool, head: number): number {
    for (let writer = head; writer !== NO_WRITER; writer = pool.next(writer)) {
      const isSlid = pool.timeLo(writer) === row.startLo && pool.timeHi(writer) === row.startHi;
      if (isSlid && goesOn(row, pool, writer)) return writer;
    }
    const intervals = this.rowOf.get(row.series);
    if (intervals === undefined) return NO_WRITER;
    const { startHi, startLo, timeHi, timeLo } = row;
    if (this.#intervals.covers(intervals, startHi, startLo, timeHi, timeLo)) return COVERED;
    // A start that was never seen, later than the last point of a writer known to slide: the point between was lost.
    for (let writer = head; writer !== NO_WRITER; writer = pool.next(writer)) {
      const lastHi = pool.timeHi(writer);
      const lastLo = pool.timeLo(writer);
      const isLater = isBefore(lastHi, lastLo, startHi, startLo) && goesOn(row, pool, writer);
      if (isLater && this.#intervals.endsAt(intervals, lastHi, lastLo)) return writer;
    }
    return NO_WRITER;
  }

  /** Moves the writer's start to the point's, and remembers what was covered before and is now. */
  slide(row: Row, pool: WriterPool, writer: number): void {
    let intervals = this.rowOf.get(row.series);
    if (intervals === undefined) {
      intervals = this.#intervals.allocate();
      this.rowOf.set(row.series, intervals);
    }
    const lastHi = pool.timeHi(writer);
    const lastLo = pool.timeLo(writer);
    const firstHi = pool.startHi(writer);
    const firstLo = pool.startLo(writer);
    const hadStart = firstHi !== 0 || firstLo !== 0;
    if (hadStart) this.#intervals.admit(intervals, firstHi, firstLo, lastHi, lastLo);
    this.#intervals.admit(intervals, lastHi, lastLo, row.timeHi, row.timeLo);
    pool.setStart(writer, row.startHi, row.startLo);
  }
}

const goesOn = (row: Row, pool: WriterPool, writer: number): boolean =>
  row.value >= pool.values[writer * pool.width]! &&
  isBefore(pool.timeHi(writer), pool.timeLo(writer), row.timeHi, row.timeLo);
