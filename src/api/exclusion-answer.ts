/** Maintenance that does not count, as JSON. */
import { exclusionsAt, exclusionText, type Slo } from "../slo/index.ts";
import { moment } from "./moment.ts";

/** Maintenance that the rules leave out. */
export interface ExclusionAnswer {
  readonly reason: string;
  readonly approvedBy: string | null;
  /** `2026-03-01T02:00:00Z to 2026-03-01T04:00:00Z`, or the recurrence rule. */
  readonly when: string;
  /** Until when what happens now does not count; null when it counts. */
  readonly activeUntil: string | null;
  readonly file: string;
  readonly line: number;
}

/** `atMs`: the tick that the answer is of. */
export function exclusionAnswers(
  { exclusions = [] }: Slo,
  atMs: number,
): readonly ExclusionAnswer[] {
  const active = new Map(
    exclusionsAt(exclusions, atMs).map(({ exclusion, untilMs }) => [exclusion, untilMs]),
  );
  return exclusions.map((exclusion) => {
    const untilMs = active.get(exclusion);
    return {
      reason: exclusion.reason,
      approvedBy: exclusion.approvedBy ?? null,
      when: exclusionText(exclusion),
      activeUntil: untilMs === undefined ? null : moment(untilMs),
      ...exclusion.source,
    };
  });
}
