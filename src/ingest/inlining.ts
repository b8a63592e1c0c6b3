/** How far V8 may inline, for processes that count. */
import { setFlagsFromString } from "node:v8";

/**
 * The way of one point, from `Accumulator.apply` to `Ring.add`, is some ten small functions that always run together. V8's
 * limits stop inlining halfway, and each call that is left boxes the times and counts it hands over (`bench/series.ts`: 30
 * to 70 B a point). Where it stops depends on when it compiles, since the births of series look as hot as what comes after;
 * so the smallest, which are those that hand over numbers, do not count (under 1 B a point, in each of six runs; without that
 * limit 1 to 27 B). Called before the first point; harmless later.
 */
export function inlineThePointsWay(): void {
  setFlagsFromString("--max-inlined-bytecode-size=2000");
  setFlagsFromString("--max-inlined-bytecode-size-cumulative=4000");
  setFlagsFromString("--max-inlined-bytecode-size-small=100");
}
