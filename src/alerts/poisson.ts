/**
 * The significance gate: how likely are so many bad events if the service were exactly on its budget?
 * research/math.md section 5.2.
 */
import { gammaln } from "simple-statistics";

/** Terms beyond this are replaced by the geometric bound of what is left, which only makes the tail larger. */
const TERM_LIMIT = 100_000;

/**
 * How many independent events so many of a weighted sum prove as much as. They are kept to 2^-20 of an event, so that what
 * would be a whole number is one only after rounding.
 */
export const provenEvents = (count: number, evidence: number): number =>
  evidence === 1 ? count : Math.round(count * evidence * 1024) / 1024;

/**
 * P(X >= count) for X ~ Poisson(mean): the pmf summed upward from `count`, each term the last x mean / k, until a term
 * no longer counts. Above the mean only a few terms are needed; at or below it the answer is given as 1, the safe side.
 * A fractional `count` (an estimate between histogram bounds) is rounded down, the safe side again.
 */
export function poissonTail(count: number, mean: number): number {
  const from = Math.floor(count + 1e-9);
  if (from <= 0 || from <= mean) return 1;
  if (!(mean > 0)) return 0;
  let term = Math.exp(from * Math.log(mean) - mean - gammaln(from + 1));
  let sum = term;
  let k = from;
  while (term > sum * 1e-17 && k - from < TERM_LIMIT) {
    k++;
    term *= mean / k;
    sum += term;
  }
  const left = mean / (k + 1);
  return Math.min(1, sum + (term * left) / (1 - left));
}
