/** The writers of one series, head first: those behind the head are compared by when they last wrote. */
import { isBefore } from "./nanos.ts";
import { NO_WRITER, type WriterPool } from "./writer-pool.ts";

/** Length of the chain, the writer behind `head` that was silent longest (-1 for none), and the one that leads to it. */
export function longestSilent(
  pool: WriterPool,
  head: number,
): { readonly count: number; readonly writer: number; readonly before: number } {
  let count = 1;
  let oldest = NO_WRITER;
  let beforeOldest = head;
  let before = head;
  for (let writer = pool.next(head); writer !== NO_WRITER; writer = pool.next(writer)) {
    count++;
    if (oldest === NO_WRITER || wroteBefore(pool, writer, oldest)) {
      oldest = writer;
      beforeOldest = before;
    }
    before = writer;
  }
  return { count, writer: oldest, before: beforeOldest };
}

/** Whether a writer of the chain wrote after that moment. */
export function wroteAfter(pool: WriterPool, head: number, hi: number, lo: number): boolean {
  for (let writer = head; writer !== NO_WRITER; writer = pool.next(writer)) {
    if (isBefore(hi, lo, pool.timeHi(writer), pool.timeLo(writer))) return true;
  }
  return false;
}

const wroteBefore = (pool: WriterPool, a: number, b: number): boolean =>
  isBefore(pool.timeHi(a), pool.timeLo(a), pool.timeHi(b), pool.timeLo(b));
