/**
 * The grid of buckets and which rung of it a window is read from. Bucket `i` of width w covers (i*w, (i+1)*w], as a
 * window (t - 5m, t] is open on the left: a point at exactly t is in the window that ends at t.
 */
import { assert } from "../slo/index.ts";

/** Widths of the rungs in finest buckets: 10 s, 1 min, 5 min, 1 h. Each divides the next. */
const RUNG_FACTORS = [1, 6, 30, 360] as const;
/** A window is read from the coarsest rung of which it holds so many buckets: its edge is then off by < 2 %. */
const BUCKETS_PER_WINDOW = 60;
/** Points further ahead of the clock are rejected before they are booked (DESIGN 4.1). */
const FUTURE_MS = 600_000;
/** How late a tick may be before a booking moves the rings itself. */
const TICK_SLACK_MS = 60_000;

export interface RungLayout {
  /** Width in finest buckets. */
  readonly factor: number;
  /** Buckets in the ring. */
  readonly bucketCount: number;
  /** Of these, how many lie behind the open one. */
  readonly pastCount: number;
}

export interface Layout {
  readonly bucketMs: number;
  /** Ascending, each once. */
  readonly windowsMs: readonly number[];
  /** The finest first; only those that a window is read from, but always the finest. */
  readonly rungs: readonly RungLayout[];
  /** Per window: index into `rungs`. */
  readonly rungOfWindow: readonly number[];
  /** Finest buckets that can be booked ahead of the last closed one. */
  readonly futureCount: number;
}

/** Index of the finest bucket that a moment falls into. */
export const bucketAt = (timeMs: number, bucketMs: number): number =>
  Math.ceil(timeMs / bucketMs) - 1;

/** The coarsest width, in finest buckets, that a window is read from. */
export function factorFor(windowMs: number, bucketMs: number): number {
  const fits = (factor: number) => BUCKETS_PER_WINDOW * factor * bucketMs <= windowMs;
  return RUNG_FACTORS.findLast(fits) ?? 1;
}

/** First bucket of the window's rung that the window (endMs - windowMs, endMs] touches: never a shorter window. */
export const windowStart = (endMs: number, windowMs: number, widthMs: number): number =>
  Math.floor((endMs - windowMs) / widthMs);

export function layoutOf(windowsMs: readonly number[], bucketMs: number): Layout {
  assert(bucketMs > 0, "buckets have a width");
  const factors = windowsMs.map((windowMs) => factorFor(windowMs, bucketMs));
  const used = RUNG_FACTORS.filter((factor) => factor === 1 || factors.includes(factor));
  const futureCount = Math.ceil((FUTURE_MS + TICK_SLACK_MS) / bucketMs) + 1;
  const rungs = used.map((factor): RungLayout => {
    const widthMs = factor * bucketMs;
    const longestMs = Math.max(0, ...windowsMs.filter((_, k) => factors[k] === factor));
    const pastCount = Math.ceil(longestMs / widthMs) + 1;
    const bucketCount = pastCount + (factor === 1 ? futureCount : 1);
    return { factor, pastCount, bucketCount };
  });
  const rungOfWindow = factors.map((factor) => used.findIndex((each) => each === factor));
  return { bucketMs, windowsMs, rungs, rungOfWindow, futureCount };
}
