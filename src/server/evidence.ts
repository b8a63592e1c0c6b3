/** What the running parts have counted since the start, under the words that `/metrics` and the API show it by. */
import { DIAGNOSTICS } from "../series/index.ts";
import type { JournalCounts, PointCounts } from "../telemetry/index.ts";
import type { Counting } from "./counting.ts";

export interface Evidence {
  readonly points: PointCounts;
  /** Rejected points by reason; every reason is there. */
  readonly rejections: Readonly<Record<string, number>>;
  /** What points showed about their senders; what recovery replayed is counted again. */
  readonly diagnostics: Readonly<Record<string, number>>;
  readonly journal: JournalCounts;
}

export function evidenceOf({ intake, core }: Pick<Counting, "intake" | "core">): Evidence {
  const { takenPoints, rejectedPoints, unusedPoints, rejectedByReason } = intake.counters;
  const { entries, entryBytes, failedEntries } = intake.counters;
  const { counters } = core.series.accumulator;
  const noticed = Object.entries(counters) as [keyof typeof counters, number][]; // it has no other keys
  return {
    points: { accepted: takenPoints, rejected: rejectedPoints, unused: unusedPoints },
    rejections: Object.fromEntries(rejectedByReason),
    diagnostics: Object.fromEntries(noticed.map(([name, count]) => [DIAGNOSTICS[name], count])),
    journal: { entries, entryBytes, failedEntries },
  };
}
