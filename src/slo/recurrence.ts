/**
 * Recurrence rules (RFC 5545 section 3.3.10), as far as maintenance needs them: at most one occurrence a day, always at the
 * same wall time of a zone. Days are judged one by one, so a question about next week does not walk there from the first
 * occurrence (only COUNT does), and none can be asked that has no bound. Wall times become instants as those of calendar
 * windows do: 02:30 in the night that clocks are put forward is the instant at which they are.
 */
import { assert } from "./assert.ts";
import { instantOf, parseWallTime, zoneOffsetMs } from "./calendar.ts";
import { civilDay, dayNumber, daysInMonth, isLeapYear } from "./civil-day.ts";

export interface Recurrence {
  /** `FREQ=WEEKLY;BYDAY=SU`. */
  readonly rule: string;
  /** Wall time (`2026-01-04T02:00`): none is before it, and all are at its time of day. */
  readonly start: string;
  /** IANA name. */
  readonly timeZone: string;
}

const FREQUENCIES = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"] as const;
type Frequency = (typeof FREQUENCIES)[number];
const WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;

interface RuleDay {
  /** From Monday, 0. */
  readonly weekday: number;
  /** The how manyth of its month or year, from the end when negative; 0 for all. */
  readonly nth: number;
}

interface Rule {
  readonly frequency: Frequency;
  readonly interval: number;
  readonly count: number | undefined;
  /** The last moment, as an instant or as a wall time. */
  readonly until: { readonly ms: number; readonly isWall: boolean } | undefined;
  readonly days: readonly RuleDay[];
  readonly monthDays: readonly number[];
  /** From 1. */
  readonly months: readonly number[];
  readonly positions: readonly number[];
  /** First day of a week, from Monday, 0. */
  readonly weekStart: number;
}

const DAY_MS = 86_400_000;
/** A rule that has not occurred after the last of these occurs never. */
const SEARCH_YEARS = [1, 4, 30] as const;
const MAX_COUNT = 100_000;

/** Why a rule is not read, in a sentence; `undefined` when it is. */
export function recurrenceFault(text: string): string | undefined {
  const rule = parseRule(text);
  return typeof rule === "string" ? rule : undefined;
}

/** What is wrong with the text, or the rule. */
function parseRule(text: string): Rule | string {
  const parts = new Map<string, string>();
  for (const part of text.replace(/^RRULE:/i, "").split(";")) {
    const [name = "", value = "", ...rest] = part.trim().toUpperCase().split("=");
    if (name === "" || value === "" || rest.length > 0)
      return `${JSON.stringify(part)} is no part of a rule, as FREQ=WEEKLY is`;
    if (parts.has(name)) return `${name} is given twice`;
    if (!PARTS.has(name)) return `${name} is not read: maintenance begins at most once a day`;
    parts.set(name, value);
  }
  const frequency = FREQUENCIES.find((each) => each === parts.get("FREQ"));
  if (frequency === undefined)
    return `FREQ is one of ${FREQUENCIES.join(", ")}: maintenance begins at most once a day`;
  const faults: string[] = [];
  const numbers = (name: string, most: number, canBeNegative: boolean): readonly number[] => {
    const value = parts.get(name);
    if (value === undefined) return [];
    const list = value.split(",").map((item) => (/^[+-]?\d{1,6}$/.test(item) ? Number(item) : NaN));
    const isSound = (n: number) => (canBeNegative ? Math.abs(n) : n) >= 1 && Math.abs(n) <= most;
    const wrong = value.split(",").find((_, index) => !isSound(list[index] ?? NaN));
    const fromEnd = canBeNegative ? `, or from the end, -1 to -${most}` : "";
    if (wrong !== undefined) faults.push(`${name} is from 1 to ${most}${fromEnd}, not ${wrong}`);
    return list;
  };
  const [interval = 1] = numbers("INTERVAL", 1000, false);
  const [count] = numbers("COUNT", MAX_COUNT, false);
  const days = parseDays(parts.get("BYDAY"));
  const until = parseUntil(parts.get("UNTIL"));
  const weekStart = parts.get("WKST") ?? "MO";
  if (days === undefined) faults.push("BYDAY is a list of MO, TU, … or of 1MO, -1FR");
  if (until === null) faults.push("UNTIL is 20261231, or 20261231T235959Z");
  if (count !== undefined && until !== undefined) faults.push("COUNT and UNTIL exclude each other");
  if (!WEEKDAYS.some((each) => each === weekStart)) faults.push("WKST is a weekday, as MO");
  const isNth = days?.some(({ nth }) => nth !== 0) === true;
  if (isNth && (frequency === "DAILY" || frequency === "WEEKLY"))
    faults.push(`the how manyth weekday is of a month or a year, and FREQ is ${frequency}`);
  if (parts.has("BYMONTHDAY") && frequency === "WEEKLY")
    faults.push("BYMONTHDAY does not go with FREQ=WEEKLY");
  const rule: Rule = {
    frequency,
    interval,
    count,
    until: until ?? undefined,
    days: days ?? [],
    monthDays: numbers("BYMONTHDAY", 31, true),
    months: numbers("BYMONTH", 12, false),
    positions: numbers("BYSETPOS", 366, true),
    weekStart: WEEKDAYS.findIndex((each) => each === weekStart),
  };
  return faults[0] ?? rule;
}

const PARTS: ReadonlySet<string> = new Set(
  "FREQ INTERVAL COUNT UNTIL BYDAY BYMONTHDAY BYMONTH BYSETPOS WKST".split(" "),
);

function parseDays(text: string | undefined): readonly RuleDay[] | undefined {
  if (text === undefined) return [];
  const days = text.split(",").map((item): RuleDay | undefined => {
    const [, nth, name = ""] = /^([+-]?\d{1,2})?([A-Z]{2})$/.exec(item) ?? [];
    const weekday = WEEKDAYS.findIndex((each) => each === name);
    const isSound = nth === undefined || (Number(nth) !== 0 && Math.abs(Number(nth)) <= 53);
    return weekday < 0 || !isSound ? undefined : { weekday, nth: Number(nth ?? 0) };
  });
  const known = days.filter((day) => day !== undefined);
  return known.length === days.length ? known : undefined;
}

/** `null` when the text is no moment. A day counts to its end. */
function parseUntil(text: string | undefined): Rule["until"] | null {
  if (text === undefined) return undefined;
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/.exec(text);
  const [year = "", month = "", day = "", hour, minute = "", second = "", zone] =
    match?.slice(1) ?? [];
  const wall = `${year}-${month}-${day}T${hour ?? "00"}:${minute || "00"}:${second || "00"}`;
  const parsed = match === null ? undefined : parseWallTime(wall);
  if (parsed === undefined) return null;
  const ms = dayNumber(parsed.year, parsed.month, parsed.day) * DAY_MS + parsed.timeMs;
  return { ms: hour === undefined ? ms + DAY_MS - 1 : ms, isWall: zone !== "Z" };
}

interface ParsedRecurrence {
  readonly rule: Rule;
  readonly start: NonNullable<ReturnType<typeof parseWallTime>>;
}

/** One that is shared by many SLOs is asked about for each of them. */
const parsed = new WeakMap<Recurrence, ParsedRecurrence>();

function parsedOf(recurrence: Recurrence): ParsedRecurrence {
  const known = parsed.get(recurrence);
  if (known !== undefined) return known;
  const rule = parseRule(recurrence.rule);
  const start = parseWallTime(recurrence.start);
  assert(typeof rule !== "string" && start !== undefined, "a recurrence was read before");
  const made = { rule, start };
  parsed.set(recurrence, made);
  return made;
}

/** Instants at which occurrences of a sound rule begin, from `fromMs` to `toMs`, both included; ascending. */
export function occurrencesOf(
  recurrence: Recurrence,
  fromMs: number,
  toMs: number,
): readonly number[] {
  const { rule, start } = parsedOf(recurrence);
  const { timeZone } = recurrence;
  const wallOf = (instantMs: number) => instantMs + zoneOffsetMs(timeZone, instantMs);
  const first = dayNumber(start.year, start.month, start.day);
  // A day on either side: clocks may be put to and fro between.
  const from = Math.max(first, Math.floor(wallOf(fromMs) / DAY_MS) - 1);
  const to = Math.floor(wallOf(toMs) / DAY_MS) + 1;
  const days = daysOf(rule, first, rule.count === undefined ? from : first, to);
  const counted = days.slice(0, rule.count).filter((day) => day >= from); // before they cost an instant each
  return counted.flatMap((day) => {
    const wallMs = day * DAY_MS + start.timeMs;
    const instantMs = instantOf(wallMs, timeZone);
    const { until } = rule;
    const isOver = until !== undefined && (until.isWall ? wallMs : instantMs) > until.ms;
    return isOver || instantMs < fromMs || instantMs > toMs ? [] : [instantMs];
  });
}

/** Days from … to on which a rule that begins on the day `first` occurs. */
function daysOf(rule: Rule, first: number, from: number, to: number): readonly number[] {
  const days: number[] = [];
  for (let day = from; day <= to;) {
    const set = setOf(rule, day);
    if (isTurn(rule, first, set.start)) {
      for (const each of pickedFrom(rule, first, set))
        if (each >= Math.max(from, first) && each <= to) days.push(each);
    }
    day = set.end;
  }
  return days;
}

/** The day, week, month or year that a day is in: what INTERVAL counts and BYSETPOS picks from. From `start` to before `end`. */
interface DaySet {
  readonly start: number;
  readonly end: number;
}

function setOf({ frequency, weekStart }: Rule, day: number): DaySet {
  const { year, month } = civilDay(day);
  switch (frequency) {
    case "DAILY":
      return { start: day, end: day + 1 };
    case "WEEKLY": {
      const start = day - ((weekdayOf(day) - weekStart + 7) % 7);
      return { start, end: start + 7 };
    }
    case "MONTHLY": {
      const start = dayNumber(year, month, 1);
      return { start, end: start + daysInMonth(year, month) };
    }
    case "YEARLY":
      return { start: dayNumber(year, 0, 1), end: dayNumber(year + 1, 0, 1) };
  }
}

/** Whether INTERVAL lets a set have its turn. */
function isTurn(rule: Rule, first: number, start: number): boolean {
  const { frequency, interval } = rule;
  const base = setOf(rule, first).start;
  const [a, b] = [civilDay(base), civilDay(start)];
  const months = (b.year - a.year) * 12 + b.month - a.month;
  const passed = {
    DAILY: start - base,
    WEEKLY: (start - base) / 7,
    MONTHLY: months,
    YEARLY: months / 12,
  }[frequency];
  return passed >= 0 && passed % interval === 0;
}

function pickedFrom(rule: Rule, first: number, { start, end }: DaySet): readonly number[] {
  const matching: number[] = [];
  for (let day = start; day < end; day++) if (isMatch(rule, first, day)) matching.push(day);
  const { positions } = rule;
  if (positions.length === 0) return matching;
  return matching.filter(
    (_, i) => positions.includes(i + 1) || positions.includes(i - matching.length),
  );
}

/** Parts that are not given are those of the first occurrence, as far as the frequency leaves them open. */
function isMatch(rule: Rule, first: number, day: number): boolean {
  const { frequency, days, monthDays, months } = rule;
  const at = civilDay(day);
  const begun = civilDay(first);
  const saysDay = days.length > 0 || monthDays.length > 0;
  if (months.length > 0 && !months.includes(at.month + 1)) return false;
  if (frequency === "YEARLY" && months.length === 0 && !saysDay && at.month !== begun.month)
    return false;
  const length = daysInMonth(at.year, at.month);
  if (monthDays.length > 0) {
    if (!monthDays.includes(at.day) && !monthDays.includes(at.day - length - 1)) return false;
  } else if (!saysDay && (frequency === "MONTHLY" || frequency === "YEARLY")) {
    if (at.day !== begun.day) return false;
  }
  if (days.length === 0) return frequency !== "WEEKLY" || weekdayOf(day) === weekdayOf(first);
  const isOfMonth = frequency === "MONTHLY" || months.length > 0;
  const position = isOfMonth ? at.day : day - dayNumber(at.year, 0, 1) + 1;
  const size = isOfMonth ? length : isLeapYear(at.year) ? 366 : 365;
  return days.some(
    ({ weekday, nth }) =>
      weekday === weekdayOf(day) &&
      (nth === 0 ||
        nth === Math.ceil(position / 7) ||
        -nth === Math.ceil((size - position + 1) / 7)),
  );
}

/** From Monday, 0: the epoch was a Thursday. */
const weekdayOf = (day: number): number => (((day + 3) % 7) + 7) % 7;

/**
 * How a sound recurrence of occurrences that last so long goes wrong all the same: in a sentence; `undefined` when it does
 * not. Looked at are its first two years.
 */
export function recurrenceNonsense(recurrence: Recurrence, durationMs: number): string | undefined {
  const start = parseWallTime(recurrence.start);
  assert(start !== undefined, "a recurrence was read before");
  const firstMs = dayNumber(start.year, start.month, start.day) * DAY_MS;
  const yearMs = 366 * DAY_MS;
  let found: number | undefined;
  for (const years of SEARCH_YEARS)
    found ??= occurrencesOf(recurrence, firstMs - DAY_MS, firstMs + years * yearMs)[0];
  if (found === undefined) return "it never occurs";
  const near = occurrencesOf(recurrence, found, found + 2 * yearMs);
  const isJoined = near.some((at, i) => i > 0 && at - (near[i - 1] ?? at) <= durationMs);
  return isJoined ? "each occurrence begins before the one before it has ended" : undefined;
}
