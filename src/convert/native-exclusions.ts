/** Exclusions → `exclude:`. Those of files of their own are not the SLO's to say, and go on from there. */
import { formatDuration, formatMoment, type Exclusion, type Slo } from "../slo/index.ts";
import type { Written } from "./native-conditions.ts";

/** `undefined` where the SLO has none of its own. */
export function excludeOf({ exclusions = [] }: Slo): readonly Written[] | undefined {
  const own = exclusions.filter(({ scope }) => scope === undefined);
  return own.length === 0 ? undefined : own.map(exclusionOf);
}

function exclusionOf({ reason, approvedBy, when }: Exclusion): Written {
  const said = { reason, ...(approvedBy === undefined ? {} : { approvedBy }) };
  if (when.kind === "once")
    return { ...said, from: formatMoment(when.startMs), to: formatMoment(when.endMs) };
  const { rule, start, timeZone, durationMs } = when;
  return { ...said, rrule: rule, start, timeZone, duration: formatDuration(durationMs) };
}
