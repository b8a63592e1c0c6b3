/** `timeWindow:` → window. Rolling ones have a length; calendar ones a unit, a zone and a moment they begin at. */
import { millis, type CalendarUnit, type Millis, type SloWindow } from "../../slo/index.ts";
import { readForeignShape } from "../foreign-shape.ts";
import { checkWindowLength, fieldIn, kindOf, report, type Field } from "../native/index.ts";
import { nearestName } from "../nearest-name.ts";
import type { RuleSettings } from "../rule-set.ts";
import type { Dialect } from "./dialect.ts";
import { readShorthand, shorthandMs, type Shorthand } from "./duration.ts";
import { calendarSchema, earlyWindowSchema, windowSchema, type SloConfig } from "./schemas.ts";

/** The list has one item. `undefined` when it is not sound (reported). */
export function readWindow(
  dialect: Dialect,
  spec: Partial<SloConfig>,
  field: Field,
  settings: RuleSettings,
): SloWindow | undefined {
  const isEarly = dialect.name === "v1alpha";
  const name = isEarly ? "timeWindows" : "timeWindow";
  const list = spec[name];
  const listField = fieldIn(field, name);
  if (list === undefined && isEarly) return undefined; // reported by the schema
  if (list === undefined) return defaultWindow(field);
  if (!Array.isArray(list) || list.length !== 1) {
    const message = `\`${name}\` is a list of one window, not ${Array.isArray(list) ? `of ${list.length}` : kindOf(list)}`;
    report(listField, { code: "wrong-type", message });
    return undefined;
  }
  const itemField = fieldIn(listField, 0);
  return isEarly
    ? readEarlyWindow(list[0], itemField, settings)
    : readLaterWindow(list[0], itemField, settings);
}

const DEFAULT_MS = 30 * 86_400_000;

function defaultWindow({ document, path, findings }: Field): SloWindow {
  findings.add("missing-field", document, path, "no `timeWindow`: it is judged over 30 days", {
    severity: "warning",
    at: "key",
    hint: "write timeWindow: [{ duration: 30d, isRolling: true }]",
  });
  return { kind: "rolling", lengthMs: millis(DEFAULT_MS) };
}

function readLaterWindow(
  value: unknown,
  field: Field,
  settings: RuleSettings,
): SloWindow | undefined {
  const shape = readForeignShape(windowSchema, value, field, "a time window");
  if (shape === undefined) return undefined;
  const durationField = fieldIn(field, "duration");
  const span =
    shape.duration === undefined ? undefined : readShorthand(shape.duration, durationField);
  if (span === undefined) return undefined;
  const lengthMs = shorthandMs(span);
  return windowOf({ span, lengthMs, field: durationField }, shape, field, settings);
}

const EARLY_UNITS: Readonly<Record<string, Shorthand["unit"] | "s">> = {
  Second: "s",
  Day: "d",
  Week: "w",
  Month: "M",
  Quarter: "Q",
  Year: "Y",
};

function readEarlyWindow(
  value: unknown,
  field: Field,
  settings: RuleSettings,
): SloWindow | undefined {
  const shape = readForeignShape(earlyWindowSchema, value, field, "a time window");
  if (shape?.unit === undefined || shape.count === undefined) return undefined;
  const unitField = fieldIn(field, "unit");
  const units = Object.keys(EARLY_UNITS);
  const unit = Object.hasOwn(EARLY_UNITS, shape.unit) ? EARLY_UNITS[shape.unit] : undefined;
  if (unit === undefined) {
    const nearest = nearestName(shape.unit, units);
    const hint =
      nearest === undefined ? `one of: ${units.join(", ")}` : `did you mean \`${nearest}\`?`;
    report(unitField, { code: "wrong-type", message: `${kindOf(shape.unit)} is no unit`, hint });
    return undefined;
  }
  const span = unit === "s" ? undefined : { count: shape.count, unit };
  const lengthMs = span === undefined ? millis(shape.count * 1_000) : shorthandMs(span);
  return windowOf({ span, lengthMs, field: unitField }, shape, field, settings);
}

interface Form {
  readonly isRolling?: boolean | undefined;
  readonly calendar?: unknown;
}

/** How long the window is said to be, and where. */
interface Said {
  /** Absent of seconds, which no calendar counts. */
  readonly span: Shorthand | undefined;
  readonly lengthMs: Millis;
  readonly field: Field;
}

function windowOf(
  said: Said,
  { isRolling, calendar }: Form,
  field: Field,
  settings: RuleSettings,
): SloWindow | undefined {
  const calendarField = fieldIn(field, "calendar");
  if (isRolling === undefined ? calendar !== undefined : !isRolling)
    return calendarWindow(said, calendar, calendarField, settings);
  if (calendar !== undefined) {
    const message = "a rolling window has no `calendar`";
    const hint = "write isRolling: false, or remove it";
    report(calendarField, { code: "invalid-calendar", message, hint }, "key");
    return undefined;
  }
  const { lengthMs } = said;
  const isSound = checkWindowLength(lengthMs, said.field, settings, "a month is 1M, a minute 1m");
  return isSound ? { kind: "rolling", lengthMs } : undefined;
}

const CALENDAR_UNITS: Readonly<Partial<Record<Shorthand["unit"], CalendarUnit>>> = {
  d: "day",
  w: "week",
  M: "month",
  Q: "quarter",
  Y: "year",
};

function calendarWindow(
  said: Said,
  calendar: unknown,
  field: Field,
  settings: RuleSettings,
): SloWindow | undefined {
  const span = said.span === undefined ? undefined : calendarSpan(said.span, said.field);
  const unit = span === undefined ? undefined : CALENDAR_UNITS[span.unit];
  if (span === undefined || unit === undefined || span.count === 0) {
    const message = "a calendar window is some days, weeks, months, quarters or years long";
    report(said.field, { code: "invalid-calendar", message, hint: "write 1d, 1w, 1M, 1Q or 1Y" });
    return undefined;
  }
  const start = readCalendar(calendar, field);
  const lengthMs = shorthandMs(span);
  if (!checkWindowLength(lengthMs, said.field, settings) || start === undefined) return undefined;
  return { kind: "calendar", unit, count: span.count, ...start, lengthMs };
}

/** Hours that are days; and minutes that can only have been meant as months, as OpenSLO's own examples have them. */
function calendarSpan({ count, unit }: Shorthand, field: Field): Shorthand {
  if (unit === "h" && count % 24 === 0) return { count: count / 24, unit: "d" };
  if (unit !== "m" || count > 12) return { count, unit };
  const { document, path, findings } = field;
  const message = `${count}m is minutes; no calendar window is that short, so it is read as months`;
  findings.add("ambiguous-duration", document, path, message, {
    severity: "warning",
    hint: `write ${count}M`,
  });
  return { count, unit: "M" };
}

function readCalendar(
  value: unknown,
  field: Field,
): { readonly timeZone: string; readonly anchor: string } | undefined {
  if (value === undefined) {
    const message = "a window that does not roll needs `calendar`";
    const hint = "add calendar: { startTime: 2024-01-01 00:00:00, timeZone: UTC }";
    report(field, { code: "invalid-calendar", message, hint }, "key");
    return undefined;
  }
  const shape = readForeignShape(calendarSchema, value, field, "a calendar");
  if (shape === undefined) return undefined;
  const { startTime, timeZone } = shape;
  const anchor =
    startTime === undefined ? undefined : readStart(startTime, fieldIn(field, "startTime"));
  if (timeZone === undefined || anchor === undefined) return undefined;
  if (isTimeZone(timeZone)) return { timeZone, anchor };
  const message = `${kindOf(timeZone)} is no time zone`;
  const hint = "write a name of the IANA database: America/New_York, or UTC";
  report(fieldIn(field, "timeZone"), { code: "invalid-calendar", message, hint });
  return undefined;
}

const START = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?$/;

/** `2022-01-01 12:00:00` → `2022-01-01T12:00:00`. */
function readStart(text: string, field: Field): string | undefined {
  const match = START.exec(text.trim());
  const [year = "", month = "", day = "", hour = "00", minute = "00", second = "00"] =
    match?.slice(1) ?? [];
  const anchor = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const moment = match === null ? NaN : Date.parse(`${anchor}Z`);
  if (Number.isFinite(moment) && new Date(moment).toISOString().startsWith(anchor)) return anchor;
  const message = `${kindOf(text)} is no date with a time of day`;
  const hint = "write 2024-01-01 00:00:00; the zone has its own field";
  report(field, { code: "invalid-calendar", message, hint });
  return undefined;
}

/** Names, not offsets: `+02:00` has no summer time. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name }).format();
    return true;
  } catch {
    return false; // a RangeError: that is the answer
  }
}
