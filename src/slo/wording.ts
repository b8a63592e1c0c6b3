/** Numbers as people read them, in alerts and on a terminal alike: two digits where they matter. */
import { formatDuration } from "./duration.ts";
import { WHOLE_PPB } from "./units.ts";

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

/** A ratio that was measured or foretold, rounded: `2.3%`. */
export const percentText = (ratio: number): string => `${roundedText(ratio * 100)}%`;

/** A share that was set, in parts per billion, with all its decimals: `99.95%`. */
export const sharePercent = (sharePpb: number): string =>
  `${Number(((sharePpb / WHOLE_PPB) * 100).toPrecision(10))}%`;

/** Two units at most: `19h`, `2d3h`, `45m`, `9m30s`. */
export function spanText(spanMs: number): string {
  const step =
    spanMs >= 10 * DAY ? DAY : spanMs >= 10 * HOUR ? HOUR : spanMs >= 10 * MINUTE ? MINUTE : SECOND;
  return formatDuration(Math.round(spanMs / step) * step);
}
