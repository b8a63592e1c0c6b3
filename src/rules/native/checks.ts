/** Single values of the native format: what is right, and for what is not, the sentence and the fix. */
import { RE2JS } from "re2js";
import {
  isTimeZone,
  parseDuration,
  parseDurationNanos,
  parseObjective,
  parseWallTime,
  ppb,
  WHOLE_PPB,
  type Ppb,
} from "../../slo/index.ts";
import { nearestName } from "../nearest-name.ts";
import { kindOf, type Explanation } from "./shape.ts";

export const OBJECTIVE_PATTERN: string = String.raw`^\s*\d{1,2}(\.\d{1,7})?\s*%\s*$`;
export const DURATION_PATTERN: string = String.raw`^(\d{1,15}(\.\d{1,9})?(ms|us|[ywdhms]))+$`;
export const BUDGET_PATTERN: string = String.raw`^\d{1,3}(\.\d{1,3})?\s*%$`;
export const SERVICE_NAME: RegExp = /^[\p{L}\p{N}][\p{L}\p{N}_.:-]{0,127}$/u;
export const SLO_NAME: RegExp = /^[\p{L}\p{N}][\p{L}\p{N}_.-]{0,127}$/u;
export const LABEL_NAME: RegExp = /^[a-zA-Z_][a-zA-Z0-9_]{0,127}$/;
export const MAX_PATTERN_BYTES = 1024;

/** The name that a text was probably meant to be; other values, also those without a text, were meant to be none. */
export const nearestText = (value: unknown, names: readonly string[]): string | undefined =>
  typeof value === "string" ? nearestName(value, names) : undefined;

export const isObjective = (text: string): boolean => parseObjective(text) !== undefined;
/** A span: whole milliseconds. */
export const isDuration = (text: string): boolean => parseDuration(text) !== undefined;
/** A latency: nanoseconds, more than none. */
export const isLatency = (text: string): boolean => (parseDurationNanos(text) ?? 0) > 0;

export function explainObjective(value: unknown): Explanation {
  if (typeof value === "number") return explainBareNumber(value);
  if (typeof value !== "string") {
    const message = `an objective is a percentage, not ${kindOf(value)}`;
    return { code: "wrong-type", message, hint: "write 99.9%" };
  }
  const bare = /^\s*(\d*\.?\d+)\s*$/.exec(value);
  if (bare !== null) return explainBareNumber(Number(bare[1]));
  const percent = /^\s*(\d+(?:\.\d+)?)\s*%\s*$/.exec(value);
  if (percent !== null && Number(percent[1]) >= 100) {
    const message =
      Number(percent[1]) > 100
        ? `${value.trim()} is more than all events`
        : `${value.trim()} leaves no error budget: one bad event would be over it for ever`;
    return { code: "objective-range", message, hint: "write 99.999%, or less" };
  }
  if (percent !== null)
    return { code: "objective-range", message: "at most 7 decimals", hint: "write 99.9%" };
  const message = `${kindOf(value)} is no percentage`;
  return { code: "objective-range", message, hint: "write 99.9%" };
}

/** 0.999 is 99.9 % to one reader and 0.999 % to another. 99.9 can be one thing only, and is written with its sign as well. */
function explainBareNumber(value: number): Explanation {
  if (value > 0 && value < 1) {
    const percent = decimal(value * 100);
    const message = `${value} could mean ${percent}% or ${decimal(value)}%`;
    return { code: "objective-sign", message, hint: `write ${percent}%` };
  }
  if (value === 1) {
    const message = "1 could mean 1% or 100%, which leaves no error budget";
    return { code: "objective-sign", message, hint: "write 99.9%" };
  }
  if (value > 1 && value < 100) {
    const message = `${value} has no percent sign`;
    return { code: "objective-sign", message, hint: `write ${decimal(value)}%` };
  }
  const message = `${value} is no percentage from 0% to below 100%`;
  return { code: "objective-range", message, hint: "write 99.9%" };
}

const decimal = (value: number): string => String(Number(value.toPrecision(12)));

export function explainDuration(value: unknown): Explanation {
  if (typeof value === "number") {
    const message = `${value} has no unit`;
    return { code: "invalid-duration", message, hint: `write ${value}s or ${value}ms` };
  }
  if (typeof value === "string" && (parseDurationNanos(value) ?? 0) > 0) {
    const message = `${value} is finer than a millisecond`;
    return { code: "invalid-duration", message, hint: "write 250ms, 5m, 1h30m or 30d" };
  }
  const message = `${kindOf(value)} is no duration`;
  return { code: "invalid-duration", message, hint: durationHint(value) };
}

export function explainLatency(value: unknown): Explanation {
  if (typeof value !== "string" || parseDuration(value) === undefined)
    return explainDuration(value);
  const message = parseDuration(value) === 0 ? "no event is that fast" : "longer than 104 days";
  return { code: "invalid-number", message, hint: "write 250ms" };
}

const LONG_UNITS: readonly (readonly [RegExp, string])[] = [
  [/^(?:ms|msecs?|milli(?:s|seconds?))$/i, "ms"],
  [/^s(?:ecs?|econds?)$/i, "s"],
  [/^m(?:ins?|inutes?)$/i, "m"],
  [/^h(?:rs?|ours?)$/i, "h"],
  [/^d(?:ays?)?$/i, "d"],
  [/^w(?:ks?|eeks?)?$/i, "w"],
];

function durationHint(value: unknown): string {
  const match =
    typeof value === "string" ? /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/i.exec(value) : null;
  const unit = LONG_UNITS.find(([pattern]) => pattern.test(match?.[2] ?? ""));
  return unit === undefined || match === null
    ? "write 250ms, 5m, 1h30m or 30d"
    : `write ${match[1]}${unit[1]}`;
}

export const isZone = (name: string): boolean => isTimeZone(name);
export const isWallTime = (text: string): boolean => parseWallTime(text) !== undefined;

export const CALENDAR_UNITS = ["day", "week", "month", "quarter", "year"] as const;

export function explainCalendarUnit(value: unknown): Explanation {
  const nearest = nearestText(value, CALENDAR_UNITS);
  const hint =
    nearest === undefined ? `one of: ${CALENDAR_UNITS.join(", ")}` : `did you mean \`${nearest}\`?`;
  return { code: "wrong-type", message: `${kindOf(value)} is no unit of the calendar`, hint };
}

export function explainZone(value: unknown): Explanation {
  if (typeof value !== "string") {
    const message = `expected a time zone's name, not ${kindOf(value)}`;
    return { code: "wrong-type", message, hint: "write Europe/Berlin, or UTC" };
  }
  const isOffset = /^(?:UTC|GMT)?[+-]\d/.test(value);
  const nearest = nearestName(value, ["UTC", ...Intl.supportedValuesOf("timeZone")]);
  const hint = isOffset
    ? "an offset knows no daylight saving time: write Europe/Berlin, or UTC"
    : nearest === undefined
      ? "write a name of the IANA database: Europe/Berlin, or UTC"
      : `did you mean \`${nearest}\`?`;
  return { code: "unknown-time-zone", message: `${kindOf(value)} is no time zone`, hint };
}

export const explainUnits = (value: unknown): Explanation => ({
  code: typeof value === "number" ? "invalid-number" : "wrong-type",
  message: `expected a whole number from 1 to 366, not ${kindOf(value)}`,
});

export const explainWallTime = (value: unknown): Explanation => ({
  code: typeof value === "string" ? "invalid-wall-time" : "wrong-type",
  message: `${kindOf(value)} is no date and time of day`,
  hint: "write 2024-04-01, or 2024-01-01T09:00: the zone is `timeZone`",
});

/** Why a regular expression is refused; `undefined` when RE2 takes it. */
function regexFault(pattern: string): string | undefined {
  if (Buffer.byteLength(pattern) > MAX_PATTERN_BYTES)
    return `it is over ${MAX_PATTERN_BYTES} bytes`;
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    // RE2JS throws for syntax and for repeats that grow too large; both are the author's to mend.
    return error instanceof Error ? error.message : String(error);
  }
}

export const isRegex = (pattern: string): boolean => regexFault(pattern) === undefined;

export function explainRegex(value: unknown): Explanation {
  if (typeof value !== "string" || value === "") {
    return { code: "wrong-type", message: `expected an RE2 expression, not ${kindOf(value)}` };
  }
  const message = `not a regular expression: ${regexFault(value) ?? "it is too long"}`;
  const isPerl = /\(\?[=!<]|\\\d/.test(value);
  const hint = isPerl ? "RE2 has no lookaround and no back-references" : undefined;
  return { code: "invalid-regex", message, hint };
}

export const isWebLink = (text: string): boolean =>
  /^https?:\/\//i.test(text) && text.length <= 2_048 && !/\s/.test(text) && URL.canParse(text);

export const explainLink = (value: unknown): Explanation => ({
  code: "invalid-url",
  message: `${kindOf(value)} is no http or https link`,
  hint: "write https://…",
});

export const explainMetric = (value: unknown): Explanation => ({
  code: "wrong-type",
  message: `expected a metric's name of at most 255 characters, not ${kindOf(value)}`,
  hint: "write http.server.request.duration, or its Prometheus spelling",
});

export const explainQuery = (value: unknown): Explanation => ({
  code: "wrong-type",
  message: `expected a query of at most 10 000 characters, not ${kindOf(value)}`,
  hint: "write sum(rate(http_requests_total[{{.window}}]))",
});

export const explainBound = (value: unknown): Explanation => ({
  code: "wrong-type",
  message: `expected a number in the metric's own unit, not ${kindOf(value)}`,
  hint: "write 100, or 0.9",
});

/** `95%`, up to 100 % and more than none; parts per billion. */
export function parseSliceTarget(text: string): Ppb | undefined {
  if (/^\s*100(?:\.0{1,7})?\s*%\s*$/.test(text)) return ppb(WHOLE_PPB);
  const share = parseObjective(text)?.goodPpb;
  return share === 0 ? undefined : share;
}
export const SLICE_TARGET_PATTERN: string = String.raw`^\s*(100(\.0{1,7})?|(?!0+(\.0*)?\s*%)\d{1,2}(\.\d{1,7})?)\s*%\s*$`;
export const isSliceTarget = (text: string): boolean => parseSliceTarget(text) !== undefined;

export const explainSliceTarget = (value: unknown): Explanation => ({
  code: typeof value === "number" ? "objective-sign" : "objective-range",
  message: `expected a percentage above 0% and up to 100%, not ${kindOf(value)}`,
  hint: "write 95%",
});

export const explainWeight = (value: unknown): Explanation => ({
  code: "budgeting-form",
  message: `a slice cannot be weighed by ${kindOf(value)}`,
  hint: "write weigh: ratio; or good: 95% instead",
});

export function explainNoData(value: unknown): Explanation {
  const names = ["ignore", "bad", "good", "hold"];
  const nearest = nearestText(value, names);
  const hint =
    nearest === undefined ? `one of: ${names.join(", ")}` : `did you mean \`${nearest}\`?`;
  return { code: "wrong-type", message: `${kindOf(value)} says nothing of silence`, hint };
}

export const explainService = (value: unknown): Explanation =>
  explainName("service", value, " : .");
export const explainSloName = (value: unknown): Explanation => explainName("SLO", value, " .");
const explainName = (what: string, value: unknown, also: string): Explanation => ({
  code: typeof value === "string" ? "invalid-name" : "wrong-type",
  message: `${kindOf(value)} is no ${what} name`,
  hint: `letters, digits, - _${also}; starting with a letter or digit; at most 128`,
});

export function explainSeverity(value: unknown): Explanation {
  const nearest = nearestText(value, ["page", "ticket"]);
  const hint = nearest === undefined ? "write page or ticket" : `did you mean \`${nearest}\`?`;
  return { code: "wrong-type", message: `${kindOf(value)} is no severity`, hint };
}

export const explainMatch = (value: unknown): Explanation => ({
  code: "wrong-type",
  message: `expected all or any, not ${kindOf(value)}`,
  hint: "write any for lookbacks each of which is enough",
});

export const explainOnOff = (value: unknown): Explanation => ({
  code: "wrong-type",
  message: `expected on or off, not ${kindOf(value)}`,
  hint: "write off to have no alerts of this severity",
});

export const explainCount = (value: unknown): Explanation => ({
  code: typeof value === "number" ? "invalid-number" : "wrong-type",
  message: `expected a whole number from 0, not ${kindOf(value)}`,
});

export const explainFactor = (value: unknown): Explanation => ({
  code: typeof value === "number" ? "invalid-number" : "wrong-type",
  message: `expected a burn rate above 0, not ${kindOf(value)}`,
  hint: "write 14.4; or budget: 2% instead",
});

export const explainGroupLimit = (value: unknown): Explanation => ({
  code: typeof value === "number" ? "invalid-number" : "wrong-type",
  message: `expected a whole number from 1 to 10000, not ${kindOf(value)}`,
});

/** Thousandths of a percent: 2% → 2000; `undefined` when the text is no share above 0 % and up to 100 %. */
export function parseBudgetShare(text: string): number | undefined {
  const match = /^(\d{1,3})(?:\.(\d{1,3}))?\s*%$/.exec(text);
  if (match === null) return undefined;
  const share = Number(match[1]) * 1000 + Number((match[2] ?? "").padEnd(3, "0"));
  return share > 0 && share <= 100_000 ? share : undefined;
}

export const isBudgetShare = (text: string): boolean => parseBudgetShare(text) !== undefined;

export const explainBudgetShare = (value: unknown): Explanation => ({
  code: typeof value === "number" ? "objective-sign" : "invalid-number",
  message: `expected a share of the error budget above 0% and up to 100%, not ${kindOf(value)}`,
  hint: "write 2%",
});
