/** Points that are wrong alone: counted and named in `partial_success`, while the rest of the request is taken. */
import type { ByteRange } from "../otlp/index.ts";

export const REJECTIONS = {
  "time-unset": "time_unix_nano is 0: set the time the value was collected at",
  "time-in-future": "time_unix_nano is over 10 min in the future: check the sender's clock",
  "value-missing": "neither as_int nor as_double is set",
  "value-not-finite": "a counter's value is NaN or infinite",
  "value-negative": "a monotonic sum is negative",
  "temporality-unspecified": "aggregation_temporality is unspecified: send delta or cumulative",
  "too-many-attributes": "over 128 attributes",
  "attributes-too-long": "attributes of over 64 KiB",
  "bucket-count-mismatch": "bucket_counts must be one longer than explicit_bounds, or both empty",
  "bounds-not-increasing": "explicit_bounds must be finite and strictly increasing",
  "too-many-bounds": "over 8192 explicit_bounds",
  "bounds-limit": "over 10,000 different explicit_bounds are in use: let senders share theirs",
  "too-many-buckets":
    "an exponential histogram has over 8192 buckets on one side of zero: lower the sender's max size",
  "buckets-exceed-count": "bucket_counts add up to more than count",
  "scale-out-of-range": "an exponential histogram's scale must be -10 to 20",
  "count-too-large": "a count is over 2^53",
  "series-limit":
    "the series limit is reached: drop attributes at the sender or raise limits.series",
} as const;
export type Rejection = keyof typeof REJECTIONS;

const UTF8 = new TextDecoder();

interface Tally {
  count: number;
  readonly firstMetric: string;
}

/** The rejections of one request; cheap to keep around empty. */
export class RejectionTally {
  readonly #tallies = new Map<Rejection, Tally>();
  #points = 0;

  get points(): number {
    return this.#points;
  }

  clear(): void {
    if (this.#points === 0) return;
    this.#points = 0;
    this.#tallies.clear();
  }

  /** The metric's name is read at once, and only for the first point of a reason. */
  add(reason: Rejection, { bytes, start, end }: ByteRange): void {
    this.#points++;
    const tally = this.#tallies.get(reason);
    if (tally !== undefined) {
      tally.count++;
      return;
    }
    const firstMetric = UTF8.decode(bytes.subarray(start, end));
    this.#tallies.set(reason, { count: 1, firstMetric });
  }

  /** Counts per reason, for the process's own metrics. */
  *entries(): IterableIterator<readonly [Rejection, number]> {
    for (const [reason, tally] of this.#tallies) yield [reason, tally.count];
  }

  /** The reasons alone, in the same words whatever came first: what a log tells apart. */
  get reason(): string {
    return [...this.#tallies.keys()].sort().join(" ");
  }

  /** One line for `partial_success.error_message`; empty when nothing was rejected. */
  get message(): string {
    return [...this.#tallies]
      .map(
        ([reason, { count, firstMetric }]) =>
          `${count} ${count === 1 ? "point" : "points"} rejected (${reason}): ${REJECTIONS[reason]}; first in metric ${JSON.stringify(firstMetric.slice(0, 200))}`,
      )
      .join(". ");
  }
}
