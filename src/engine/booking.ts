/** Increments on their way into the buckets of their streams: event time, lateness, and what is too long or too old. */
import { assert, type StreamIndex } from "../slo/index.ts";
import { bucketAt } from "./ladder.ts";
import type { Shard } from "./shard.ts";
import type { ShardSet } from "./shard-set.ts";
import { quantised, SPREAD_OVER_MS } from "./spread.ts";
import type { Streams } from "./streams.ts";
import type { BookIncrement } from "./target.ts";
import type { EngineCounters } from "./view.ts";

const JUDGED_BY_ESTIMATE =
  "the threshold lies inside a histogram bucket: slices are judged by the estimate";

type BookingCounters = { -readonly [Name in Exclude<keyof EngineCounters, "promoted">]: number };

export class Booking {
  readonly counters: BookingCounters = { tooOld: 0, late: 0, spread: 0, unknownStream: 0 };
  /** Set when a bucket changed that a tick had closed; who makes sums of sums clears it. */
  hasChangedPast = false;
  readonly #shards: ShardSet;
  readonly #streams: Streams;

  constructor(shards: ShardSet, streams: Streams) {
    this.#shards = shards;
    this.#streams = streams;
  }

  /** A function of its own, to be handed over. */
  readonly book: BookIncrement = (stream, fromMs, timeMs, good, total) =>
    this.#add(false, stream, fromMs, timeMs, good, total);

  /** Books events whose bucket straddles the threshold: `good` is the estimate, `total` their count. */
  readonly bookStraddle: BookIncrement = (stream, fromMs, timeMs, good, total) =>
    this.#add(true, stream, fromMs, timeMs, good, total);

  /** Books what happened long ago: it is neither late nor too old, and says nothing about senders. */
  bookPast(book: () => void): void {
    const before = { ...this.counters };
    book();
    Object.assign(this.counters, before);
  }

  /** The stream's shard, which has then seen a point of `timeMs`. */
  #shardOf(stream: StreamIndex, timeMs: number): Shard | undefined {
    const shard = this.#streams.shardOf[stream];
    if (shard === undefined) {
      this.counters.unknownStream++;
      return undefined;
    }
    const slot = this.#streams.slotOf[stream]!;
    if (timeMs > shard.newestPointMs[slot]!) {
      shard.newestPointMs[slot] = timeMs;
      shard.isNewestChanged = true;
    }
    return shard;
  }

  /** The hot path: `BookIncrement`'s numbers, kept out of an object. */
  #add(
    isStraddle: boolean,
    stream: StreamIndex,
    fromMs: number,
    timeMs: number,
    good: number,
    total: number,
  ): void {
    const shard = this.#shardOf(stream, timeMs);
    if (shard === undefined || (good === 0 && total === 0)) return;
    assert(Number.isFinite(good + total + timeMs), "an increment is made of numbers");
    const shards = this.#shards;
    const slot = this.#streams.slotOf[stream]!;
    const { slices } = shard;
    const counts = slices ?? (isStraddle ? shard.openStraddle() : shard.counts);
    const goodBooked = quantised(good);
    const isEstimate = isStraddle && slices !== undefined;
    const totalBooked = quantised(isEstimate ? 0 : total); // straddling events are in the total already
    if (isEstimate) this.#streams.note(this.#streams.known(stream).slo.id, JUDGED_BY_ESTIMATE);
    const last = bucketAt(timeMs, shards.bucketMs);
    shards.reach(last);
    if (last < shards.openIndex) {
      this.counters.late++;
      this.#changePast(shard);
    }
    if (timeMs - fromMs <= SPREAD_OVER_MS) {
      if (!counts.add(slot, last, goodBooked, totalBooked)) this.counters.tooOld++;
      return;
    }
    this.counters.spread++;
    this.#changePast(shard);
    const first = Math.floor(fromMs / shards.bucketMs);
    if (!counts.addSpread(slot, first, last, goodBooked, totalBooked)) this.counters.tooOld++;
  }

  #changePast(shard: Shard): void {
    shard.pastChanges++;
    this.hasChangedPast = true;
  }
}
