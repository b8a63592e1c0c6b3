/** Time that no recording can have passed over. */
import { formatMoment } from "../slo/index.ts";

/** Longer than the longest window: nothing before it counts after it, and to tick through decades takes hours. */
const MAX_GAP_MS = 400 * 86_400_000;

export const isTooFar = (beforeMs: number, afterMs: number): boolean =>
  beforeMs > -Infinity && Math.abs(afterMs - beforeMs) > MAX_GAP_MS;

/** `record`: `this record`. `before`: `the one before it`. */
export const gapMessage = (
  record: string,
  arrivedMs: number,
  before: string,
  beforeMs: number,
): string =>
  `${record} is of ${formatMoment(arrivedMs)}, ${before} of ${formatMoment(beforeMs)}: over 400 days lie between`;
