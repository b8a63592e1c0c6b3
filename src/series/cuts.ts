/**
 * Where latency thresholds cut a histogram's buckets. Computed once per (thresholds, bounds or scale), used per point.
 * Formulas: research/math.md sections 2.1 and 2.2; buckets are (lower, upper], metrics.proto HistogramDataPoint.
 */
import type { Interner } from "./interner.ts";

/** Three numbers a threshold: buckets wholly below, straddling bucket, its estimated good share. */
export const CUT_STRIDE = 3;

/**
 * Per threshold: [belowEnd, straddle, weight]. Good for sure are the buckets before `belowEnd`; bucket `straddle`
 * (`NO_STRADDLE` for none) holds the threshold, and `weight` of its events is estimated good. For exponential histograms both are indexes of
 * the scale, not positions in the point.
 */
export type Cuts = Float64Array;

/** Scales an SDK may send; outside, a bucket index does not fit a double. */
export const MIN_SCALE: number = -10;
export const MAX_SCALE: number = 20;
const EXACT_TIE = 1e-9;
/** No bucket holds the threshold: it lies on a bound. Any finite number is an index of some exponential bucket. */
export const NO_STRADDLE: number = -Infinity;

/** The one number a journal row carries for the shape of a point's buckets: even for explicit, odd for exponential. */
export const explicitShape = (boundsId: number): number => boundsId * 2;
export const exponentialShape = (scale: number): number => (scale - MIN_SCALE) * 2 + 1;
export const isExponential = (shape: number): boolean => shape % 2 === 1;

/** Thresholds (ascending, in the metric's unit) and their cuts by shape. */
export class ThresholdSet {
  readonly thresholds: readonly number[];
  readonly #bounds: Interner;
  readonly #cuts = new Map<number, Cuts>();
  #lastShape = -1;
  #lastCuts: Cuts = new Float64Array(0);

  constructor(thresholds: readonly number[], bounds: Interner) {
    this.thresholds = thresholds;
    this.#bounds = bounds;
  }

  cuts(shape: number): Cuts {
    if (shape === this.#lastShape) return this.#lastCuts;
    let cuts = this.#cuts.get(shape);
    if (cuts === undefined) {
      cuts = isExponential(shape)
        ? exponentialCuts(this.thresholds, (shape - 1) / 2 + MIN_SCALE)
        : explicitCuts(this.thresholds, boundsOf(this.#bounds.bytesOf(shape / 2)));
      this.#cuts.set(shape, cuts);
    }
    this.#lastShape = shape;
    this.#lastCuts = cuts;
    return cuts;
  }

  /** Over all shapes that came: the tightest bucket around the threshold of a slot; `undefined` when it is exact in all. */
  inexactCut(slot: number): InexactCut | undefined {
    let [lower, upper, isInexact] = [-Infinity, Infinity, false];
    for (const [shape, cuts] of this.#cuts) {
      const straddle = cuts[slot * CUT_STRIDE + 1]!;
      if (straddle === NO_STRADDLE) continue;
      const [low, high] = bucketOf(straddle, shape, this.#bounds);
      [lower, upper, isInexact] = [Math.max(lower, low), Math.min(upper, high), true];
    }
    if (!isInexact) return undefined;
    const finite = (bound: number) => (Number.isFinite(bound) ? bound : undefined);
    return { threshold: this.thresholds[slot]!, lower: finite(lower), upper: finite(upper) };
  }
}

/** A threshold inside a bucket, and the bucket's bounds: the thresholds nearest to it that would be exact. */
export interface InexactCut {
  readonly threshold: number;
  /** Absent below the first bound. */
  readonly lower: number | undefined;
  /** Absent above the last bound. */
  readonly upper: number | undefined;
}

/** Packed little-endian doubles as numbers. */
export function boundsOf(packed: Uint8Array): readonly number[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  return Array.from({ length: packed.byteLength / 8 }, (_, index) =>
    view.getFloat64(index * 8, true),
  );
}

/** -Infinity and Infinity where the bucket has no such bound. */
function bucketOf(straddle: number, shape: number, bounds: Interner): readonly [number, number] {
  if (isExponential(shape)) {
    const width = 2 ** -((shape - 1) / 2 + MIN_SCALE);
    return [2 ** (straddle * width), 2 ** ((straddle + 1) * width)];
  }
  const explicit = boundsOf(bounds.bytesOf(shape / 2));
  return [explicit[straddle - 1] ?? -Infinity, explicit[straddle] ?? Infinity];
}

function explicitCuts(thresholds: readonly number[], bounds: readonly number[]): Cuts {
  return Float64Array.from(thresholds.flatMap((threshold) => explicitCut(threshold, bounds)));
}

function explicitCut(threshold: number, bounds: readonly number[]): readonly number[] {
  const bucket = bounds.findIndex((bound) => bound >= threshold);
  if (bucket < 0) return [bounds.length, bounds.length, 0]; // above the last bound: for sure only what is below it
  const upper = bounds[bucket] ?? 0;
  if (upper === threshold) return [bucket + 1, NO_STRADDLE, 0];
  const lower = bucket === 0 ? (upper > 0 ? 0 : threshold) : (bounds[bucket - 1] ?? 0);
  return [bucket, bucket, Math.max(0, (threshold - lower) / (upper - lower))];
}

/** Bucket `index` of a scale covers (base^index, base^(index+1)], base = 2^(2^-scale). */
function exponentialCuts(thresholds: readonly number[], scale: number): Cuts {
  return Float64Array.from(thresholds.flatMap((threshold) => exponentialCut(threshold, scale)));
}

function exponentialCut(threshold: number, scale: number): readonly number[] {
  const position = Math.log2(threshold) * 2 ** scale; // log2 is exact for powers of two; log(x)/LN2 is not
  const nearest = Math.round(position);
  if (Math.abs(position - nearest) < EXACT_TIE) return [nearest, NO_STRADDLE, 0];
  const bucket = Math.ceil(position) - 1;
  return [bucket, bucket, position - bucket];
}
