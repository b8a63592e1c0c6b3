/**
 * Writers whose start slides: each point says the time of the sender's point before it, while its value goes on (older C++
 * SDKs; research/otlp.md section 2). The start then tells nothing of who wrote, so what such a writer has covered is
 * remembered: a point sent again long after is no new writer (DESIGN 4.5), nor is one whose predecessor was lost.
 */
import type { DeltaPool } from "./delta-pool.ts";
import { isBefore } from "./nanos.ts";
import type { Row } from "./rows.ts";
import { NO_WRITER, type WriterPool } from "./writer-pool.ts";

export class SlidingStarts {
  /** By series that has such a writer: row of the intervals that its points covered. */
  readonly rowOf: Map<number, number> = new Map<number, number>();
  readonly #intervals: DeltaPool;

  constructor(intervals: DeltaPool) {
    this.#intervals = intervals;
  }

  /** The writer of the chain that the point goes on, though its start is another one; -1 for none. */
  writerOf(row: Row, pool: WriterPool, head: number): number {
    const intervals = this.rowOf.get(row.series) ?? -1;
    let afterLoss = NO_WRITER;
    for (let writer = head; writer !== NO_WRITER; writer = pool.next(writer)) {
      const lastHi = pool.timeHi(writer);
      const lastLo = pool.timeLo(writer);
      const goesOn = row.value >= pool.values[writer * pool.width]!;
      if (!goesOn || !isBefore(lastHi, lastLo, row.timeHi, row.timeLo)) continue;
      if (lastLo === row.startLo && lastHi === row.startHi) return writer;
      // Its start was never seen: that of a writer known to slide, whose point between was lost.
      const isLater = isBefore(lastHi, lastLo, row.startHi, row.startLo);
      const hasSlid = intervals >= 0 && this.#intervals.endsAt(intervals, lastHi, lastLo);
      if (isLater && hasSlid && afterLoss === NO_WRITER) afterLoss = writer;
    }
    return afterLoss;
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

  /** Whether the point, which no writer's start is that of, lies within what such a writer covered: it holds nothing new. */
  hasCovered({ series, startHi, startLo, timeHi, timeLo }: Row): boolean {
    const intervals = this.rowOf.get(series);
    if (intervals === undefined) return false;
    return this.#intervals.covers(intervals, startHi, startLo, timeHi, timeLo);
  }
}
