/** How far V8 may inline, for processes that count. */
import { setFlagsFromString } from "node:v8";

/**
 * The way of one point, from `Accumulator.apply` to `Ring.add`, is some ten small functions that always run together. V8's
 * limits stop inlining halfway, and each call that is left boxes the times and counts it hands over (`bench/series.ts`: 30
 * to 70 B a point; 6 B and a third more points a second under these). Called before the first point; harmless later.
 */
export function inlineThePointsWay(): void {
  setFlagsFromString("--max-inlined-bytecode-size=2000");
  setFlagsFromString("--max-inlined-bytecode-size-cumulative=4000");
}
