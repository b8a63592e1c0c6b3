/**
 * Maintenance that does not count: stretches of time whose events are left out of SLI, budget, burn rates and alerts, as
 * long as the rules say so. Here: which stretches. What is left out of which sums is the engine's affair.
 */
import type { WindowSpan } from "./calendar.ts";
import { formatDuration } from "./duration.ts";
import { formatMoment } from "./moment.ts";
import { occurrencesOf, type Recurrence } from "./recurrence.ts";
import type { Millis } from "./units.ts";

export interface Exclusion {
  /** For people: shown wherever the SLO is. */
  readonly reason: string;
  readonly approvedBy?: string;
  readonly when: OneOff | Recurring;
  /** Of an exclusion that is in a file of its own: the SLOs that it is of. */
  readonly scope?: ExclusionScope;
  readonly source: { readonly file: string; readonly line: number };
}

export interface OneOff extends WindowSpan {
  readonly kind: "once";
}

export interface Recurring extends Recurrence {
  readonly kind: "recurring";
  /** Of each occurrence: elapsed time, whatever clocks are put to meanwhile. */
  readonly durationMs: Millis;
}

/** `2026-03-01T02:00:00Z to 2026-03-01T04:00:00Z`; `2h from 2026-01-04T02:00 Europe/Berlin by FREQ=WEEKLY;BYDAY=SU`. */
export function exclusionText({ when }: Exclusion): string {
  if (when.kind === "once") return `${formatMoment(when.startMs)} to ${formatMoment(when.endMs)}`;
  const { rule, start, timeZone, durationMs } = when;
  return `${formatDuration(durationMs)} from ${start} ${timeZone} by ${rule}`;
}

/** And why: `… (Database upgrade, approved by jane)`. */
export function exclusionLine(exclusion: Exclusion): string {
  const { reason, approvedBy } = exclusion;
  const approval = approvedBy === undefined ? "" : `, approved by ${approvedBy}`;
  return `${exclusionText(exclusion)} (${reason}${approval})`;
}

/** All that is given must hold. */
export interface ExclusionScope {
  readonly service?: string;
  readonly slo?: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Stretches of an exclusion that touch (fromMs, toMs], whole, by their start. */
export function spansOf({ when }: Exclusion, fromMs: number, toMs: number): readonly WindowSpan[] {
  const touches = ({ startMs, endMs }: WindowSpan) => startMs < toMs && endMs > fromMs;
  if (when.kind === "once") {
    const { startMs, endMs } = when;
    return touches(when) ? [{ startMs, endMs }] : [];
  }
  return occurrencesOf(when, fromMs - when.durationMs, toMs)
    .map((startMs) => ({ startMs, endMs: startMs + when.durationMs }))
    .filter(touches);
}

/** An exclusion that leaves a moment out, and until when. */
export interface ActiveExclusion {
  readonly exclusion: Exclusion;
  readonly untilMs: number;
}

const DAY_MS = 86_400_000;

/** Stretches of a recurring exclusion that touch a day of UTC, whole. */
interface DaySpans {
  readonly day: number;
  readonly spans: readonly WindowSpan[];
}

/** Of the day that was asked about last: one exclusion may be that of 10 000 SLOs, which all ask about the same moment. */
const daySpans = new WeakMap<Exclusion, DaySpans>();

/** Stretches that touch a stretch of time around the moment, it among them. */
function spansAround(exclusion: Exclusion, atMs: number): readonly WindowSpan[] {
  if (exclusion.when.kind === "once") return [exclusion.when];
  const day = Math.floor(atMs / DAY_MS);
  const known = daySpans.get(exclusion);
  if (known?.day === day) return known.spans;
  const spans = spansOf(exclusion, day * DAY_MS - 1, (day + 1) * DAY_MS);
  daySpans.set(exclusion, { day, spans });
  return spans;
}

/** Exclusions that leave out the moment, in the order of the rules; as windows are, a stretch is open on the left. */
export function exclusionsAt(
  exclusions: readonly Exclusion[] | undefined,
  atMs: number,
): readonly ActiveExclusion[] {
  return (exclusions ?? []).flatMap((exclusion) => {
    let untilMs = -Infinity;
    for (const { startMs, endMs } of spansAround(exclusion, atMs))
      if (startMs < atMs && endMs >= atMs) untilMs = Math.max(untilMs, endMs);
    return untilMs >= atMs ? [{ exclusion, untilMs }] : [];
  });
}

/** Whether any of (fromMs, toMs] is left out. */
export const isExcludedWithin = (
  exclusions: readonly Exclusion[] | undefined,
  fromMs: number,
  toMs: number,
): boolean => (exclusions ?? []).some((exclusion) => spansOf(exclusion, fromMs, toMs).length > 0);

/** Whether an exclusion in a file of its own is one of this SLO. */
export function isInScope(
  { service, slo, labels }: ExclusionScope,
  of: {
    readonly service: string;
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
  },
): boolean {
  return (
    (service === undefined || service === of.service) &&
    (slo === undefined || slo === of.name) &&
    Object.entries(labels).every(([name, value]) => of.labels[name] === value)
  );
}
