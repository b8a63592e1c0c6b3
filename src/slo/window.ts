/** The window an SLO is judged over. */
import { formatDuration } from "./duration.ts";
import { millis, type Millis } from "./units.ts";

export interface RollingWindow {
  readonly kind: "rolling";
  readonly lengthMs: Millis;
}

export type CalendarUnit = "day" | "week" | "month" | "quarter" | "year";

/** One after the other without a gap, each beginning at the same wall time of its zone; DST makes some longer. */
export interface CalendarWindow {
  readonly kind: "calendar";
  readonly unit: CalendarUnit;
  /** Units a window spans: 2 weeks. */
  readonly count: number;
  /** IANA name: `Europe/Berlin`. */
  readonly timeZone: string;
  /** Wall time at which one window begins, `2024-01-01T00:00:00`: all begin whole windows before or after it. */
  readonly anchor: string;
  /** The length that alert policies are scaled to: a month is 30 days, a quarter 90, a year 365. */
  readonly lengthMs: Millis;
}

export type SloWindow = RollingWindow | CalendarWindow;

export const rollingWindow = (lengthMs: number): RollingWindow => ({
  kind: "rolling",
  lengthMs: millis(lengthMs),
});

const DAY_MS = 86_400_000;
const NOMINAL_DAYS: Readonly<Record<CalendarUnit, number>> = {
  day: 1,
  week: 7,
  month: 30,
  quarter: 90,
  year: 365,
};

/** Midnight of a Monday that begins a week, a month, a quarter and a year. */
export const CALENDAR_ANCHOR = "2024-01-01T00:00:00";

/** `anchor` is sound: `parseWallTime` reads it. */
export function calendarWindow(
  unit: CalendarUnit,
  timeZone: string,
  {
    count = 1,
    anchor = CALENDAR_ANCHOR,
  }: { readonly count?: number; readonly anchor?: string } = {},
): CalendarWindow {
  const lengthMs = millis(NOMINAL_DAYS[unit] * count * DAY_MS);
  return { kind: "calendar", unit, count, timeZone, anchor, lengthMs };
}

/** As labels and people call it: `30d`, `month`, `2 weeks`. */
export function windowText(window: SloWindow): string {
  if (window.kind === "rolling") return formatDuration(window.lengthMs);
  return window.count === 1 ? window.unit : `${window.count} ${window.unit}s`;
}
