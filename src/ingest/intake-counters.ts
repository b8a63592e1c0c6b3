/** What became of data points and journal entries since the start, for the process's own metrics. */
import type { ExportOutcome } from "../otlp/index.ts";
import { REJECTIONS, type Rejection, type SeriesState } from "../series/index.ts";

export interface IntakeCounters {
  takenPoints: number;
  rejectedPoints: number;
  /** Accepted and passed over: no rule selects them, or they carry no recorded value. */
  unusedPoints: number;
  /** Every reason is there, from 0 on. */
  readonly rejectedByReason: Map<Rejection, number>;
  entries: number;
  entryBytes: number;
  failedEntries: number;
}

const REASONS = Object.keys(REJECTIONS) as readonly Rejection[]; // its keys are the type
const ACCEPTED: ExportOutcome = { kind: "accepted" };

export function newCounters(): IntakeCounters {
  return {
    takenPoints: 0,
    rejectedPoints: 0,
    unusedPoints: 0,
    rejectedByReason: new Map(REASONS.map((reason) => [reason, 0])),
    entries: 0,
    entryBytes: 0,
    failedEntries: 0,
  };
}

/** Counts what the resolver made of a request of `pointCount` points, and says what the sender is to hear once it is durable. */
export function countPoints(
  counters: IntakeCounters,
  { takenPoints, tally }: SeriesState["resolver"],
  pointCount: number,
): ExportOutcome {
  counters.takenPoints += takenPoints;
  counters.unusedPoints += pointCount - takenPoints - tally.points;
  if (tally.points === 0) return ACCEPTED;
  counters.rejectedPoints += tally.points;
  for (const [reason, count] of tally.entries()) {
    counters.rejectedByReason.set(reason, (counters.rejectedByReason.get(reason) ?? 0) + count);
  }
  const { points, message, reason } = tally;
  return { kind: "partial", rejectedPoints: points, message, reason };
}
