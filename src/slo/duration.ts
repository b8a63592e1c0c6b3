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

/** Nanoseconds of a duration text, an integer below 2^53; `undefined` when the text is no duration. */
export function parseDurationNanos(text: string): number | undefined {
  PART.lastIndex = 0;
  let nanos = 0;
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
    nanos += Math.round(Number(amount) * NANOS_PER_UNIT[unitText as DurationUnit]);
  }
  if (partCount === 0 || (hasDecimals && partCount > 1)) return undefined;
  return Number.isSafeInteger(nanos) ? nanos : undefined;
}

/** Whole milliseconds of a duration text; `undefined` when it is none, or finer than a millisecond. */
export function parseDuration(text: string): Millis | undefined {
  const nanos = parseDurationNanos(text);
  return nanos === undefined || nanos % 1_000_000 !== 0 ? undefined : millis(nanos / 1_000_000);
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
