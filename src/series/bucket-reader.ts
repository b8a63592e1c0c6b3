/** Histogram points to (below, straddle) per threshold, straight from the wire bytes. */
import type { ByteRange, ExponentialPointCursor, HistogramPointCursor } from "../otlp/index.ts";
import {
  boundsOf,
  CUT_STRIDE,
  explicitShape,
  exponentialShape,
  type Cuts,
  type ThresholdSet,
} from "./cuts.ts";
import type { Interner } from "./interner.ts";
import type { Rejection } from "./rejection.ts";

const HIGH = 4_294_967_296;
/** A point without buckets has a count only. */
const NO_BUCKETS = -1;
const MAX_BOUNDS = 8192;
/** Of an exponential histogram's point, on either side of zero; SDKs send 160. Empty ones count: they are read too. */
const MAX_BUCKETS = 8192;
const MAX_DIFFERENT_BOUNDS = 10_000;

export class BucketReader {
  readonly #bounds: Interner;
  /** Whether interned bounds are finite and increasing, by id. */
  readonly #isValid: boolean[] = [];
  #lastBounds = -1;
  #viewed: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(this.#viewed.buffer);

  constructor(bounds: Interner) {
    this.#bounds = bounds;
  }

  /** Whether there are as many buckets as the bounds make, or none. */
  hasFittingBuckets({ bucketCounts, explicitBounds }: HistogramPointCursor): boolean {
    const bucketBytes = bucketCounts.end - bucketCounts.start;
    const boundBytes = explicitBounds.end - explicitBounds.start;
    return bucketBytes === boundBytes + 8 || (bucketBytes === 0 && boundBytes === 0);
  }

  /** The shape of a point's bounds; `NO_BUCKETS`; or what is wrong with them. */
  explicitShape({ bucketCounts, explicitBounds }: HistogramPointCursor): number | Rejection {
    if (bucketCounts.end === bucketCounts.start) return NO_BUCKETS;
    if (explicitBounds.end - explicitBounds.start > MAX_BOUNDS * 8) return "too-many-bounds";
    const id = this.#boundsId(explicitBounds);
    if (id < 0) return "bounds-limit";
    return this.#isValid[id] === true ? explicitShape(id) : "bounds-not-increasing";
  }

  exponentialShape(scale: number): number {
    return exponentialShape(scale);
  }

  /** Whether neither side of zero has more buckets than are taken. */
  areFewBuckets({ positiveCounts, negativeCounts }: ExponentialPointCursor): boolean {
    return hasFewVarints(positiveCounts) && hasFewVarints(negativeCounts);
  }

  /** -1 when no more can be told apart. */
  #boundsId({ bytes, start, end }: ByteRange): number {
    const last = this.#lastBounds;
    if (last >= 0 && this.#bounds.keys.isKey(last, 0, bytes, start, end)) return last;
    let id = this.#bounds.find(0, bytes, start, end); // bounds have no aliases: key number = id
    if (id < 0) {
      if (this.#bounds.count >= MAX_DIFFERENT_BOUNDS) return -1;
      id = this.#bounds.add(0, bytes, start, end);
    }
    this.#isValid[id] ??= areIncreasing(boundsOf(this.#bounds.bytesOf(id)));
    this.#lastBounds = id;
    return id;
  }

  /** Writes below and straddle per threshold into `parts`; false when the buckets exceed the count. */
  explicitParts(
    { bucketCounts, count }: HistogramPointCursor,
    cuts: Cuts,
    partCount: number,
    parts: Float64Array,
  ): boolean {
    const view = this.#viewOf(bucketCounts.bytes);
    let below = 0;
    let bucket = 0;
    for (let part = 0, cut = 0; part < partCount; part += 2, cut += CUT_STRIDE) {
      const belowEnd = cuts[cut]!;
      for (; bucket < belowEnd; bucket++) below += fixed64(view, bucketCounts.start + bucket * 8);
      const straddle = cuts[cut + 1]!;
      parts[part] = below;
      parts[part + 1] = straddle < 0 ? 0 : fixed64(view, bucketCounts.start + straddle * 8);
      if (below + parts[part + 1]! > count) return false;
    }
    return true;
  }

  /** As `explicitParts`. Negative values and zeros are below any threshold, which are positive. */
  exponentialParts(
    point: ExponentialPointCursor,
    thresholdSet: ThresholdSet,
    shape: number,
    partCount: number,
    parts: Float64Array,
  ): boolean {
    const cuts = thresholdSet.cuts(shape);
    const negatives = sumVarints(point.negativeCounts);
    for (let part = 0; part < partCount; part += 2) {
      const zeroIsBelow = point.zeroThreshold <= thresholdSet.thresholds[part / 2]!;
      parts[part] = negatives + (zeroIsBelow ? point.zeroCount : 0);
      parts[part + 1] = zeroIsBelow ? 0 : point.zeroCount;
    }
    const { bytes, start, end } = point.positiveCounts;
    let at = start;
    for (let index = point.positiveOffset; at < end; index++) {
      let byte = bytes[at++]!;
      let events = byte & 127;
      for (let scale = 128; byte >= 128 && at < end; scale *= 128) {
        byte = bytes[at++]!;
        events += (byte & 127) * scale;
      }
      if (events === 0) continue;
      for (let part = 0, cut = 0; part < partCount; part += 2, cut += CUT_STRIDE) {
        if (index < cuts[cut]!) parts[part]! += events;
        else if (index === cuts[cut + 1]!) parts[part + 1]! += events;
      }
    }
    for (let part = 0; part < partCount; part += 2) {
      if (parts[part]! + parts[part + 1]! > point.count) return false;
    }
    return true;
  }

  /** A delta point's own min and max decide a straddling bucket whole (math.md section 2.1). */
  tighten(
    { min, max, count }: { readonly min: number; readonly max: number; readonly count: number },
    thresholds: readonly number[],
    parts: Float64Array,
  ): void {
    for (let index = 0; index < thresholds.length; index++) {
      const threshold = thresholds[index]!;
      if (max <= threshold) {
        parts[index * 2] = count;
        parts[index * 2 + 1] = 0;
      } else if (min > threshold) {
        parts[index * 2] = 0;
        parts[index * 2 + 1] = 0;
      }
    }
  }

  #viewOf(bytes: Uint8Array): DataView {
    if (bytes !== this.#viewed) {
      this.#viewed = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    return this.#view;
  }
}

function areIncreasing(bounds: readonly number[]): boolean {
  return bounds.every(
    (bound, index) => Number.isFinite(bound) && (index === 0 || bound > bounds[index - 1]!),
  );
}

function fixed64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * HIGH + view.getUint32(at, true);
}

function sumVarints({ bytes, start, end }: ByteRange): number {
  let sum = 0;
  let scale = 1;
  for (let at = start; at < end; at++) {
    sum += (bytes[at]! & 127) * scale;
    scale = bytes[at]! >= 128 ? scale * 128 : 1;
  }
  return sum;
}

/** A varint takes a byte at least, so that the usual ones need not be counted. */
function hasFewVarints({ bytes, start, end }: ByteRange): boolean {
  if (end - start <= MAX_BUCKETS) return true;
  let count = 0;
  for (let at = start; at < end; at++) if (bytes[at]! < 128) count++;
  return count <= MAX_BUCKETS;
}
