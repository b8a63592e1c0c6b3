/** The window an SLO is judged over. */
import type { Millis } from "./units.ts";

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
