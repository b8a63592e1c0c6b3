/**
 * An amount shared out evenly over n buckets: bucket k gets floor(D*(k+1)/n) - floor(D*k/n), so integers stay integers,
 * the parts differ by at most one and add up exactly (research/math.md section 2, golden `gapSpread`).
 */

/** An increment over a longer interval is spread over it: its sender was cut off (DESIGN 4.1). */
export const SPREAD_OVER_MS = 120_000;

/** The unit fractions are rounded to on entry: sums of them are then exact up to 8.6e9 events (README, decision 5). */
const QUANTA_PER_EVENT = 2 ** 20;

/** The amount itself when it is whole, else the nearest multiple of 2^-20. */
export function quantised(amount: number): number {
  return Number.isInteger(amount)
    ? amount
    : Math.round(amount * QUANTA_PER_EVENT) / QUANTA_PER_EVENT;
}

/**
 * What the first `k` of `n` buckets get of `amount`. A negative amount mirrors the positive one, so that `+D` of one
 * metric and `-D` of another cancel bucket by bucket; a fraction of an event goes to the last bucket.
 */
export function sharedUpTo(amount: number, k: number, n: number): number {
  if (k >= n) return amount;
  const whole = Math.floor(Math.abs(amount));
  const each = Math.floor(whole / n);
  const rest = whole - each * n;
  return Math.sign(amount) * (each * k + Math.floor((rest * k) / n));
}

/**
 * An increment shared out over the finest buckets `first` … `last`: good and bad apart, so that neither exceeds the total
 * in any bucket. Where they differ in sign (one metric of two) good and total apart, which then cancel.
 */
export class Spread {
  readonly first: number;
  readonly #bucketCount: number;
  readonly #good: number;
  readonly #total: number;
  readonly #isApart: boolean;

  constructor(first: number, last: number, good: number, total: number) {
    this.first = first;
    this.#bucketCount = last - first + 1;
    this.#good = good;
    this.#total = total;
    this.#isApart = good * (total - good) >= 0;
  }

  /** What the buckets before `bucketIndex` get. */
  goodBefore(bucketIndex: number): number {
    return this.#before(this.#good, bucketIndex);
  }

  totalBefore(bucketIndex: number): number {
    if (!this.#isApart) return this.#before(this.#total, bucketIndex);
    const bad = this.#total - this.#good;
    return this.#before(this.#good, bucketIndex) + this.#before(bad, bucketIndex);
  }

  #before(amount: number, bucketIndex: number): number {
    return sharedUpTo(amount, Math.max(bucketIndex - this.first, 0), this.#bucketCount);
  }
}
