/** What was noticed about senders (research/otlp.md section 3, "Diagnostic"): evidence for an operator, and no more. */
import { Admission } from "./delta-pool.ts";
import { isBefore } from "./nanos.ts";
import type { Row } from "./rows.ts";
import { wroteAfter } from "./writer-chain.ts";
import { NO_WRITER, type WriterPool } from "./writer-pool.ts";

/** By counter, the word that metrics and the API say. README, "Diagnostics", has what each means. */
export const DIAGNOSTICS = {
  duplicates: "duplicate",
  conflicts: "conflict",
  late: "late",
  resets: "reset",
  newWriters: "new_writer",
  restarts: "restart",
  sharedIdentities: "multiple_writers",
  unsetStarts: "no_start_time",
  slidingStarts: "sliding_start",
  baselines: "unknown_start",
  writersDropped: "writer_dropped",
  writersReturned: "writer_returned",
  boundsChanges: "bounds_change",
  gaps: "gap",
  overlaps: "overlap",
} as const;

export type AccumulatorCounters = { -readonly [Name in keyof typeof DIAGNOSTICS]: number };

export function newCounters(): AccumulatorCounters {
  const zeros = Object.keys(DIAGNOSTICS).map((name) => [name, 0]);
  return Object.fromEntries(zeros) as AccumulatorCounters; // one entry per name
}

/** A new writer of a cumulative series whose writers so far begin with `head`: tells a process that took over from one beside others. */
export function countWriter(
  counters: AccumulatorCounters,
  { startHi, startLo }: Row,
  pool: WriterPool,
  head: number,
): void {
  counters.newWriters++;
  if (startHi === 0 && startLo === 0) counters.unsetStarts++;
  else if (head === NO_WRITER) return;
  else if (wroteAfter(pool, head, startHi, startLo)) counters.sharedIdentities++;
  else counters.restarts++;
}

/** A point that is no later than its writer's last one, which contains it. */
export function countRepeat(
  counters: AccumulatorCounters,
  { timeHi, timeLo, value }: Row,
  pool: WriterPool,
  writer: number,
): void {
  if (isBefore(timeHi, timeLo, pool.timeHi(writer), pool.timeLo(writer))) counters.late++;
  else if (value === pool.values[writer * pool.width]) counters.duplicates++;
  else counters.conflicts++;
}

/** False for what adds nothing. */
export function countAdmission(counters: AccumulatorCounters, admission: Admission): boolean {
  switch (admission) {
    case Admission.duplicate:
      counters.duplicates++;
      return false;
    case Admission.gap:
      counters.gaps++;
      return true;
    case Admission.overlap:
      counters.overlaps++;
      return true;
    case Admission.next:
      return true;
  }
}
