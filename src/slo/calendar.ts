/**
 * Where calendar windows begin and end: wall time of a zone → instants. A boundary is the first instant whose wall clock
 * is at or past the wall time, so that a midnight that DST skips still begins a day, and one that comes twice begins it
 * once. Pure but for the time zone data of the running Node, which `Intl` reads.
 */
import { assert } from "./assert.ts";
import { dayNumber, daysInMonth } from "./civil-day.ts";
import type { CalendarUnit, CalendarWindow } from "./window.ts";

/** From `startMs`, which is not in it, to `endMs`, which is: as all windows are. */
export interface WindowSpan {
  readonly startMs: number;
  readonly endMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A date and time of day as a clock on the wall shows it. */
interface WallTime {
  readonly year: number;
  /** From 0. */
  readonly month: number;
  /** From 1. */
  readonly day: number;
  readonly timeMs: number;
}

const WALL_TIME = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?$/;

/** `2024-01-01`, `2024-01-01T09:00`, `2024-01-01 09:00:00`; `undefined` for what no calendar has. */
export function parseWallTime(text: string): WallTime | undefined {
  const match = WALL_TIME.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0));
  if (year === undefined || month === undefined || day === undefined) return undefined;
  if (hour === undefined || minute === undefined || second === undefined) return undefined;
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month - 1)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const timeMs = hour * HOUR_MS + minute * MINUTE_MS + second * 1000;
  return { year, month: month - 1, day, timeMs };
}

/** Wall times are compared as if they were UTC, ms since the epoch. */
const wallMs = (year: number, month: number, day: number, timeMs: number): number =>
  dayNumber(year, month, day) * DAY_MS + timeMs;

/** `count` units after the anchor. A day that the month lacks becomes its last, always counted from the anchor. */
export function wallAfter(anchor: WallTime, unit: CalendarUnit, count: number): number {
  switch (unit) {
    case "day":
    case "week": {
      const days = unit === "week" ? 7 * count : count;
      return wallMs(anchor.year, anchor.month, anchor.day, anchor.timeMs) + days * DAY_MS;
    }
    case "month":
    case "quarter":
    case "year": {
      const months = count * (unit === "year" ? 12 : unit === "quarter" ? 3 : 1);
      const index = anchor.year * 12 + anchor.month + months;
      const year = Math.floor(index / 12);
      const month = index - year * 12;
      return wallMs(year, month, Math.min(anchor.day, daysInMonth(year, month)), anchor.timeMs);
    }
  }
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Throws `RangeError` for a zone that is none. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
    formats.set(timeZone, format);
  }
  return format;
}

/** Whether it names a zone of the IANA database. Offsets (`+02:00`) are none: they know no DST. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    formatOf(name);
    return true;
  } catch {
    return false; // Intl tells an unknown zone by throwing, and in no other way
  }
}

const OFFSET = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;

/** What the zone's wall clock is ahead of UTC at an instant, ms. */
export function zoneOffsetMs(timeZone: string, instantMs: number): number {
  const [, sign, hours, minutes, seconds] = OFFSET.exec(formatOf(timeZone).format(instantMs)) ?? [];
  const size =
    Number(hours ?? 0) * HOUR_MS + Number(minutes ?? 0) * MINUTE_MS + Number(seconds ?? 0) * 1000;
  return sign === "-" ? -size : size;
}

/** The first instant whose wall clock is at or past a wall time. */
export function instantOf(wall: number, timeZone: string): number {
  // No zone is a day off UTC, so these are its offsets before and after a change near the wall time.
  const before = zoneOffsetMs(timeZone, wall - DAY_MS);
  const after = zoneOffsetMs(timeZone, wall + DAY_MS);
  const early = wall - before;
  if (before === after || zoneOffsetMs(timeZone, early) === before) return early;
  const late = wall - after;
  if (zoneOffsetMs(timeZone, late) === after) return late;
  // The clock skips the wall time: the instant at which it is put forward, which lies in (late, early].
  let [still, changed] = [late, early];
  while (changed - still > 1) {
    const middle = Math.floor((still + changed) / 2);
    if (zoneOffsetMs(timeZone, middle) === before) still = middle;
    else changed = middle;
  }
  return changed;
}

/** Mean length of a unit in the Gregorian calendar, to guess with. */
const MEAN_MS: Readonly<Record<CalendarUnit, number>> = {
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 30.436875 * DAY_MS,
  quarter: 91.310625 * DAY_MS,
  year: 365.2425 * DAY_MS,
};

/** The window that a moment lies in: after its start, at or before its end. */
export function calendarSpan(window: CalendarWindow, momentMs: number): WindowSpan {
  const { unit, count, timeZone } = window;
  const anchor = anchorOf(window);
  const startOf = (index: number) => instantOf(wallAfter(anchor, unit, index * count), timeZone);
  let index = Math.floor((momentMs - startOf(0)) / (MEAN_MS[unit] * count));
  while (startOf(index) >= momentMs) index--;
  while (startOf(index + 1) < momentMs) index++;
  return { startMs: startOf(index), endMs: startOf(index + 1) };
}

function anchorOf({ anchor }: CalendarWindow): WallTime {
  const wall = parseWallTime(anchor);
  assert(wall !== undefined, "a calendar window's anchor was read before");
  return wall;
}

const MOST_DAYS: Readonly<Record<CalendarUnit, number>> = {
  day: 1,
  week: 7,
  month: 31,
  quarter: 92,
  year: 366,
};
/** What changes of its zone's offset can add to a window: islands have changed sides of the date line. */
const OFFSET_CHANGE_MS = 26 * HOUR_MS;

/** No window of the kind is longer. */
export const longestCalendarMs = ({ unit, count }: CalendarWindow): number =>
  MOST_DAYS[unit] * count * DAY_MS + OFFSET_CHANGE_MS;

/** Years whose offsets are looked at: from before any window that runs now, until long after. */
const OFFSET_YEARS = [2020, 2050] as const;

/** Whether all its windows begin at multiples of `widthMs` since the epoch, as far as the zone's rules are known today. */
export function beginsOnMultiples(window: CalendarWindow, widthMs: number): boolean {
  if (DAY_MS % widthMs !== 0) return false;
  const { timeMs } = anchorOf(window);
  return [...zoneOffsets(window.timeZone)].every((offset) => (timeMs - offset) % widthMs === 0);
}

const offsetsByZone = new Map<string, ReadonlySet<number>>();

/** The offsets that the zone's clock has, ms. */
function zoneOffsets(timeZone: string): ReadonlySet<number> {
  const known = offsetsByZone.get(timeZone);
  if (known !== undefined) return known;
  const offsets = new Set<number>();
  const [first, last] = OFFSET_YEARS;
  for (let month = first * 12; month < last * 12; month++)
    offsets.add(zoneOffsetMs(timeZone, wallMs(Math.floor(month / 12), month % 12, 15, 0)));
  offsetsByZone.set(timeZone, offsets);
  return offsets;
}
