/** Increments, and points of gauges, to every stream that their series are bound to. */
import type { BookIncrement } from "../engine/index.ts";
import type { StreamIndex } from "../slo/index.ts";
import type { BoundTargets } from "./binding-table.ts";
import { CUT_STRIDE } from "./cuts.ts";
import { endOf, FROM, PARTS, TIME, TOTAL, type IncrementBatch } from "./increment-batch.ts";
import { sampled } from "./sampled.ts";

/** The engine, as far as booking goes. */
export interface BookPorts {
  readonly book: BookIncrement;
  readonly bookStraddle: BookIncrement;
}

/** Shaped for speed: `bench/series.ts`. */
export function bookIncrements(books: BookPorts, increments: IncrementBatch): void {
  const { count, numbers, places } = increments;
  let start = 0;
  for (let row = 0; row < count; row++) {
    const targets = increments.targets[row]!;
    if (targets.isSampled) bookSample(books, targets, numbers, start);
    else bookIncrement(books, targets, numbers, start, places[row * 2 + 1]!);
    start = endOf(start, targets);
  }
}

/** Of what is not known nothing is booked. */
function bookIncrement(
  books: BookPorts,
  targets: BoundTargets,
  numbers: Float64Array,
  start: number,
  shape: number,
): void {
  const { streams, goodWeights, totalWeights, thresholdSlots, totalCuts } = targets;
  const fromMs = numbers[start + FROM]!;
  const timeMs = numbers[start + TIME]!;
  const amount = numbers[start + TOTAL]!;
  for (let index = 0; index < streams.length; index++) {
    const stream = streams[index]! as StreamIndex; // the engine gave it
    const goodWeight = goodWeights[index]!;
    const total = totalWeights[index]! * amount;
    const slot = thresholdSlots[index]!;
    if (slot < 0) {
      books.book(stream, fromMs, timeMs, goodWeight * amount, total);
      continue;
    }
    const below = numbers[start + PARTS + slot * 2]!;
    if (below !== below) continue; // NaN: a baseline
    const straddle = numbers[start + PARTS + slot * 2 + 1]!;
    const share = straddle > 0 ? shareOf(targets, shape, slot) : 0;
    const estimate = below + share * straddle;
    if (totalCuts[index]! !== 0) {
      books.book(stream, fromMs, timeMs, goodWeight * estimate, totalWeights[index]! * estimate);
      continue;
    }
    // Bounds are kept for what is added to good events; of what is taken off them, the estimate is.
    const sure = goodWeight < 0 ? estimate : below;
    books.book(stream, fromMs, timeMs, goodWeight * sure, total);
    if (straddle > 0 && goodWeight > 0) {
      const most = goodWeight * straddle;
      books.bookStraddle(stream, fromMs, timeMs, share * most, most);
    }
  }
}

/** Of the events astride of a threshold, the share that is estimated good. */
export function shareOf({ thresholdSet }: BoundTargets, shape: number, slot: number): number {
  return thresholdSet.cuts(shape)[slot * CUT_STRIDE + 2]!;
}

/** A gauge's point is of its own moment. */
function bookSample(
  books: BookPorts,
  targets: BoundTargets,
  numbers: Float64Array,
  start: number,
): void {
  const { streams, goodWeights, totalWeights, sampleCodes, sampleValues } = targets;
  const timeMs = numbers[start + TIME]!;
  const value = numbers[start + TOTAL]!;
  for (let index = 0; index < streams.length; index++) {
    const stream = streams[index]! as StreamIndex; // the engine gave it
    const amount = sampled(sampleCodes[index]!, sampleValues[index]!, value);
    const good = goodWeights[index]! * amount;
    books.book(stream, timeMs, timeMs, good, totalWeights[index]! * amount);
  }
}
