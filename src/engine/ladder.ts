/**
 * The grid of buckets and which rung of it a window is read from. Bucket `i` of width w covers (i*w, (i+1)*w], as a
 * window (t - 5m, t] is open on the left: a point at exactly t is in the window that ends at t.
 */
import {
  assert,
  beginsOnMultiples,
  longestCalendarMs,
  type CalendarWindow,
  type SliceKind,
  type SloWindow,
} from "../slo/index.ts";
import { CalendarCursor } from "./calendar-cursor.ts";
import { sliceLayoutOf, type SliceLayout } from "./slice-layout.ts";

/** Widths of the rungs in finest buckets: 10 s, 1 min, 5 min, 1 h. Each divides the next. */
const RUNG_FACTORS = [1, 6, 30, 360] as const;
/** Calendar windows may also begin at a quarter or half past the hour, as those of Kathmandu and Kolkata do. */
const CALENDAR_FACTORS = [1, 6, 30, 90, 180, 360] as const;
/** Of the finest rung of a calendar window: a year of quarters of an hour, 288 KB a stream (README, decision 11). */
const MAX_CALENDAR_BUCKETS = 36_000;
/** A window is read from the coarsest rung of which it holds so many buckets: its edge is then off by < 2 %. */
const BUCKETS_PER_WINDOW = 60;
/** Points further ahead of the clock are rejected before they are booked (DESIGN 4.1). */
const FUTURE_MS = 600_000;
/** How late a tick may be before a booking moves the rings itself. */
const TICK_SLACK_MS = 60_000;

export interface RungLayout {
  /** Width in finest buckets. */
  readonly factor: number;
  /** Buckets in the ring. */
  readonly bucketCount: number;
  /** Of these, how many lie behind the open one. */
  readonly pastCount: number;
}

export interface Layout {
  readonly bucketMs: number;
  /** As `windowsOf` gives them: rolling ones ascending, each once; a calendar window last. */
  readonly windows: readonly SloWindow[];
  /** Their lengths; of a calendar window the nominal one. */
  readonly windowsMs: readonly number[];
  /** Where the calendar window stands, if there is one: the last of `windows`. */
  readonly calendar: CalendarCursor | undefined;
  /** The finest first; only those that a window is read from, but always the finest. */
  readonly rungs: readonly RungLayout[];
  /** Per window: index into `rungs`. */
  readonly rungOfWindow: readonly number[];
  /** Finest buckets that can be booked ahead of the last closed one. */
  readonly futureCount: number;
  /** Where slices of time are counted instead of events. */
  readonly slices: SliceLayout | undefined;
}

/** Index of the finest bucket that a moment falls into. */
export const bucketAt = (timeMs: number, bucketMs: number): number =>
  Math.ceil(timeMs / bucketMs) - 1;

/** Width of the coarsest buckets of rolling windows. */
export const coarsestMs = (bucketMs: number): number => Math.max(...RUNG_FACTORS) * bucketMs;

/** The coarsest width, in finest buckets, that a window is read from. */
export function factorFor(windowMs: number, bucketMs: number): number {
  const fits = (factor: number) => BUCKETS_PER_WINDOW * factor * bucketMs <= windowMs;
  return RUNG_FACTORS.findLast(fits) ?? 1;
}

/**
 * The coarsest width on whose edges all windows of the kind begin, so that their sums are exact. Where that would hold too
 * many buckets (a year that begins at seven past nine), the finest that does not: then a window begins up to one early.
 */
export function calendarFactor(window: CalendarWindow, bucketMs: number): number {
  const isExact = (factor: number) => beginsOnMultiples(window, factor * bucketMs);
  const isAffordable = (factor: number) =>
    longestCalendarMs(window) <= MAX_CALENDAR_BUCKETS * factor * bucketMs;
  const [finest] = CALENDAR_FACTORS;
  const coarsest = CALENDAR_FACTORS.at(-1) ?? finest;
  const exact = CALENDAR_FACTORS.findLast(isExact) ?? finest;
  return Math.max(exact, CALENDAR_FACTORS.find(isAffordable) ?? coarsest);
}

/** When window `k` began that ends, or stands, at `endMs`. */
export function windowStartMs({ windowsMs, calendar }: Layout, k: number, endMs: number): number {
  const isCalendar = calendar !== undefined && k === windowsMs.length - 1;
  return isCalendar ? calendar.at(endMs).startMs : endMs - windowsMs[k]!;
}

/** First bucket that a window touches which begins at `startMs`: never a shorter window. */
export const windowStart = (startMs: number, widthMs: number): number =>
  Math.floor(startMs / widthMs);

export function layoutOf(
  windows: readonly SloWindow[],
  bucketMs: number,
  slices?: SliceKind,
): Layout {
  assert(bucketMs > 0, "buckets have a width");
  const factors = windows.map((window): number =>
    window.kind === "calendar"
      ? calendarFactor(window, bucketMs)
      : factorFor(window.lengthMs, bucketMs),
  );
  const used = CALENDAR_FACTORS.filter((factor) => factor === 1 || factors.includes(factor));
  const futureCount = Math.ceil((FUTURE_MS + TICK_SLACK_MS) / bucketMs) + 1;
  const rungs = used.map((factor): RungLayout => {
    const widthMs = factor * bucketMs;
    const longestMs = Math.max(
      0,
      ...windows.map((window, k) => (factors[k] === factor ? longestOf(window) : 0)),
    );
    const pastCount = Math.ceil(longestMs / widthMs) + 1;
    const bucketCount = pastCount + (factor === 1 ? futureCount : 1);
    return { factor, pastCount, bucketCount };
  });
  const rungOfWindow = factors.map((factor) => used.findIndex((each) => each === factor));
  const pastCount = Math.max(...rungs.map((rung) => rung.pastCount * rung.factor));
  return {
    bucketMs,
    windows,
    windowsMs: windows.map(({ lengthMs }) => lengthMs),
    calendar: CalendarCursor.of(windows),
    rungs,
    rungOfWindow,
    futureCount,
    slices: slices && sliceLayoutOf(slices, bucketMs, { pastCount, futureCount }),
  };
}

const longestOf = (window: SloWindow): number =>
  window.kind === "calendar" ? longestCalendarMs(window) : window.lengthMs;
