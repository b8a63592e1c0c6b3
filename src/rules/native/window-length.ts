/** How long an SLO's window may be, whatever format it is written in. */
import { formatDuration } from "../../slo/index.ts";
import type { RuleSettings } from "../rule-set.ts";
import { report, type Field } from "./shape.ts";

const DAY_MS = 86_400_000;
export const MAX_WINDOW_MS: number = 366 * DAY_MS;
const DEFAULT_BUCKET_MS = 10_000;
/** The window's old edge is one bucket: at most 2 % of the window (DESIGN 4.2). */
const MIN_BUCKETS = 50;

/** False when it was refused. */
export function checkWindowLength(
  lengthMs: number,
  field: Field,
  { bucketMs }: RuleSettings,
  hint = "write 30d",
): boolean {
  const least = leastWindow(bucketMs);
  if (lengthMs >= least && lengthMs <= MAX_WINDOW_MS) return true;
  const message = `${formatDuration(lengthMs)} is not from ${formatDuration(least)} to ${formatDuration(MAX_WINDOW_MS)}`;
  report(field, { code: "window-range", message, hint });
  return false;
}

/** A day; with finer buckets than the default (a demo, a test) as little as they can carry. */
const leastWindow = (bucketMs: number): number =>
  bucketMs < DEFAULT_BUCKET_MS ? MIN_BUCKETS * bucketMs : DAY_MS;
