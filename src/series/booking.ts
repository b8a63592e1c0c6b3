/** One increment, or one point of a gauge, to every stream that its series is bound to. */
import type { BookIncrement } from "../engine/index.ts";
import type { StreamIndex } from "../slo/index.ts";
import type { BoundTargets } from "./binding-table.ts";
import { CUT_STRIDE } from "./cuts.ts";
import { sampled } from "./sampled.ts";

/** The engine, as far as booking goes. */
export interface BookPorts {
  readonly book: BookIncrement;
  readonly bookStraddle: BookIncrement;
}

/** `increment`: total, then below and straddle per threshold; NaN where not known, and then nothing is booked. */
export function bookIncrement(
  books: BookPorts,
  targets: BoundTargets,
  increment: Float64Array,
  shape: number,
  fromMs: number,
  timeMs: number,
): void {
  const { streams, goodWeights, totalWeights, thresholdSlots, totalCuts } = targets;
  for (let index = 0; index < streams.length; index++) {
    const stream = streams[index]! as StreamIndex; // the engine gave it
    const goodWeight = goodWeights[index]!;
    const total = totalWeights[index]! * increment[0]!;
    const slot = thresholdSlots[index]!;
    if (slot < 0) {
      books.book(stream, fromMs, timeMs, goodWeight * increment[0]!, total);
      continue;
    }
    const below = increment[1 + slot * 2]!;
    if (below !== below) continue; // NaN: a baseline
    const straddle = increment[2 + slot * 2]!;
    const share = straddle > 0 ? targets.thresholdSet.cuts(shape)[slot * CUT_STRIDE + 2]! : 0;
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

/** A gauge's point is of its own moment. */
export function bookSample(
  books: BookPorts,
  targets: BoundTargets,
  value: number,
  timeMs: number,
): void {
  const { streams, goodWeights, totalWeights, sampleCodes, sampleValues } = targets;
  for (let index = 0; index < streams.length; index++) {
    const stream = streams[index]! as StreamIndex; // the engine gave it
    const amount = sampled(sampleCodes[index]!, sampleValues[index]!, value);
    const good = goodWeights[index]! * amount;
    books.book(stream, timeMs, timeMs, good, totalWeights[index]! * amount);
  }
}
