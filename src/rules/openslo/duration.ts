/**
 * OpenSLO's `duration-shorthand`: one number and one letter, where `m` is a minute and `M` a month. As in its SDK a month is
 * 30 days, a quarter 90, a year 365 (pkg/openslo/v1/duration_shorthand.go); calendar windows go by the calendar.
 */
import { millis, type Millis } from "../../slo/index.ts";
import { kindOf, report, type Explanation, type Field } from "../native/index.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const UNIT_MS = {
  m: MINUTE_MS,
  h: 60 * MINUTE_MS,
  d: DAY_MS,
  w: 7 * DAY_MS,
  M: 30 * DAY_MS,
  Q: 90 * DAY_MS,
  Y: 365 * DAY_MS,
} as const satisfies Readonly<Record<ShorthandUnit, number>>;
export type ShorthandUnit = "m" | "h" | "d" | "w" | "M" | "Q" | "Y";

export interface Shorthand {
  readonly count: number;
  readonly unit: ShorthandUnit;
}

const SHORTHAND = /^(\d{1,6})([mhdwMQY])$/;

export function parseShorthand(text: string): Shorthand | undefined {
  const match = SHORTHAND.exec(text);
  if (match === null) return undefined;
  return { count: Number(match[1]), unit: match[2] as ShorthandUnit }; // the pattern admits these only
}

export const shorthandMs = ({ count, unit }: Shorthand): Millis => millis(count * UNIT_MS[unit]);

/** `undefined` when it is none (reported). */
export function readShorthand(value: unknown, field: Field): Shorthand | undefined {
  const shorthand = typeof value === "string" ? parseShorthand(value) : undefined;
  if (shorthand === undefined) report(field, explainShorthand(value));
  return shorthand;
}

const LONG_UNITS: readonly (readonly [RegExp, ShorthandUnit])[] = [
  [/^mi(?:n|ns|nutes?)$/i, "m"],
  [/^(?:hr?s?|hours?)$/i, "h"],
  [/^(?:d|days?)$/i, "d"],
  [/^(?:w|wks?|weeks?)$/i, "w"],
  [/^mo(?:n|ns|nths?)?$/i, "M"],
  [/^(?:q|quarters?)$/i, "Q"],
  [/^(?:y|yrs?|years?)$/i, "Y"],
];

function explainShorthand(value: unknown): Explanation {
  const match = typeof value === "string" ? /^\s*(\d{1,6})\s*([a-z]+)\s*$/i.exec(value) : undefined;
  const unit = LONG_UNITS.find(([pattern]) => pattern.test(match?.[2] ?? ""))?.[1];
  const isNumber = typeof value === "number" && Number.isInteger(value) && value > 0;
  const hint = isNumber
    ? `write ${value}m for minutes, ${value}d for days`
    : unit === undefined
      ? "write 5m (minutes), 12h, 30d, 4w, 1M (a month), 1Q or 1Y"
      : `write ${match?.[1]}${unit}`;
  const message = `${kindOf(value)} is no duration of OpenSLO, one number and one letter`;
  return { code: "invalid-duration", message, hint };
}
