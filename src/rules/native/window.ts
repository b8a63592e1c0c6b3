/** `window:` → a rolling window or the calendar's. */
import {
  calendarWindow,
  formatDuration,
  parseDuration,
  type CalendarWindow,
  type SloWindow,
} from "../../slo/index.ts";
import type { RuleSettings } from "../rule-set.ts";
import { CALENDAR_UNITS, explainDuration, isDuration, nearestText } from "./checks.ts";
import { fieldIn, isMapping, readShape, report, type Explanation, type Field } from "./shape.ts";
import { checkWindowLength, MAX_WINDOW_MS } from "./window-length.ts";
import { calendarSchema, DEFAULT_WINDOW } from "./window-schema.ts";

/** `undefined` when it is not sound (reported). */
export function readWindow(
  value: unknown,
  field: Field,
  settings: RuleSettings,
): SloWindow | undefined {
  if (isMapping(value)) return readCalendar(value, field);
  const text = value === undefined ? DEFAULT_WINDOW : value;
  const lengthMs = typeof text === "string" && isDuration(text) ? parseDuration(text) : undefined;
  if (lengthMs === undefined) {
    report(field, explainText(text));
    return undefined;
  }
  return checkWindowLength(lengthMs, field, settings) ? { kind: "rolling", lengthMs } : undefined;
}

function explainText(text: unknown): Explanation {
  const unit = nearestText(text, CALENDAR_UNITS);
  if (unit === undefined) return explainDuration(text);
  const hint = `write { calendar: ${unit}, timeZone: Europe/Berlin }`;
  return { ...explainDuration(text), hint };
}

function readCalendar(value: unknown, field: Field): CalendarWindow | undefined {
  const shape = readShape(calendarSchema, value, field, "a calendar window");
  if (shape?.calendar === undefined || shape.timeZone === undefined) return undefined;
  const { calendar, timeZone, count, start } = shape;
  const window = calendarWindow(calendar, timeZone, {
    ...(count === undefined ? {} : { count }),
    ...(start === undefined ? {} : { anchor: start }),
  });
  if (window.lengthMs <= MAX_WINDOW_MS) return window;
  const message = `${count} ${calendar}s are longer than ${formatDuration(MAX_WINDOW_MS)}`;
  report(fieldIn(field, "count"), { code: "window-range", message, hint: "write calendar: year" });
  return undefined;
}
