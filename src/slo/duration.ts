/**
 * Durations as SRE files write them: `250ms`, `30s`, `5m`, `1h30m`, `30d`, `4w`.
 * The grammar is Prometheus's (units in falling order, each at most once, no sign), with decimals
 * allowed in a single-unit duration (`1.5s`) and `us` for latency thresholds.
 */
import { millis, type Millis } from "./units.ts";

const NANOS_PER_UNIT = {
  y: 31_536_000_000_000_000,
  w: 604_800_000_000_000,
  d: 86_400_000_000_000,
  h: 3_600_000_000_000,
  m: 60_000_000_000,
  s: 1_000_000_000,
  ms: 1_000_000,
  us: 1_000,
} as const;
type DurationUnit = keyof typeof NANOS_PER_UNIT;
const UNITS: readonly DurationUnit[] = ["y", "w", "d", "h", "m", "s", "ms", "us"];
const FORMAT_UNITS: readonly DurationUnit[] = ["d", "h", "m", "s", "ms"];

const PART = /(\d{1,15}(?:\.\d{1,9})?)(ms|us|[ywdhms])/y;

/** Nanoseconds of a duration text, an integer below 2^53 (104 days); `undefined` when the text is no duration. */
export function parseDurationNanos(text: string): number | undefined {
  return parseIn(text, 1);
}

/** Whole milliseconds of a duration text; `undefined` when it is none, or finer than a millisecond. */
export function parseDuration(text: string): Millis | undefined {
  const ms = parseIn(text, 1_000_000);
  return ms === undefined ? undefined : millis(ms);
}

/** A duration in multiples of `unitNanos`; `undefined` when it is no whole number of them, or over 2^53. */
function parseIn(text: string, unitNanos: number): number | undefined {
  PART.lastIndex = 0;
  let sum = 0;
  let rank = -1;
  let partCount = 0;
  let hasDecimals = false;
  while (PART.lastIndex < text.length) {
    const match = PART.exec(text);
    if (match === null) return undefined;
    const [, amount, unitText] = match;
    const unitRank = UNITS.indexOf(unitText as DurationUnit); // the pattern admits these units only
    if (amount === undefined || unitRank <= rank) return undefined;
    rank = unitRank;
    partCount++;
    hasDecimals ||= amount.includes(".");
    const part = partIn(amount, NANOS_PER_UNIT[unitText as DurationUnit], unitNanos);
    if (part === undefined) return undefined;
    sum += part;
  }
  if (partCount === 0 || (hasDecimals && partCount > 1)) return undefined;
  return Number.isSafeInteger(sum) ? sum : undefined;
}

/** `amount` x partNanos / unitNanos where that is whole, on integers: 1.1s is 1100 ms, not 1100.0000000000002. */
function partIn(amount: string, partNanos: number, unitNanos: number): number | undefined {
  const [whole = "", decimals = ""] = amount.split(".");
  const scaled = BigInt(whole + decimals) * BigInt(partNanos);
  const divisor = 10n ** BigInt(decimals.length) * BigInt(unitNanos);
  return scaled % divisor === 0n ? Number(scaled / divisor) : undefined;
}

/** The shortest text of a span, as labels carry it: 300_000 → `5m`, 5_400_000 → `1h30m`, 0 → `0s`. */
export function formatDuration(span: number): string {
  let rest = Math.round(span) * 1_000_000;
  if (rest === 0) return "0s";
  let text = "";
  for (const name of FORMAT_UNITS) {
    const size = NANOS_PER_UNIT[name];
    const amount = Math.floor(rest / size);
    if (amount > 0) text += `${amount}${name}`;
    rest -= amount * size;
  }
  return text;
}

/** A latency threshold: `250ms`, or `1500us` where milliseconds do not say it. */
export const latencyText = (nanos: number): string =>
  nanos % 1e6 === 0 ? formatDuration(nanos / 1e6) : `${nanos / 1000}us`;
