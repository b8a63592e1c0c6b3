/** Numbers as a person on call reads them: two digits where they matter, units with a space as in print. */
import { formatDuration } from "../slo/index.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Whole from 10 up, one decimal from 1, two significant digits below: 61, 2.3, 0.12. */
export function roundedText(value: number): string {
  const size = Math.abs(value);
  if (size >= 10) return String(Math.round(value));
  if (size >= 1) return String(Math.round(value * 10) / 10);
  return String(Number(value.toPrecision(2)));
}

/** A ratio as `2.3 %`. */
export const percentText = (ratio: number): string => `${roundedText(ratio * 100)} %`;

/** Two units at most: `19h`, `2d3h`, `45m`, `9m30s`. */
export function spanText(spanMs: number): string {
  const step =
    spanMs >= 10 * DAY ? DAY : spanMs >= 10 * HOUR ? HOUR : spanMs >= 10 * MINUTE ? MINUTE : SECOND;
  return formatDuration(Math.round(spanMs / step) * step);
}

/** Counts: integers as they are, estimates with one decimal. */
export const countText = (count: number): string =>
  String(Number.isInteger(count) ? count : Math.round(count * 10) / 10);

/** A probability; beyond 1e-12 the digits say nothing to anybody, and 1 stands for all that is no evidence. */
export const chanceText = (tail: number): string =>
  tail >= 1 ? "about 1" : tail < 1e-12 ? "less than 1e-12" : tail.toPrecision(2);
