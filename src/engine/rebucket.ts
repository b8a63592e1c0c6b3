/**
 * Carries counts over to buckets of another width, when the evaluation interval was changed (DESIGN 4.13). Each stretch that
 * was held is shared out evenly over the new buckets that it touches; totals stay exact, and nothing is lost.
 */
import type { CountRings } from "./count-rings.ts";
import { bucketAt } from "./ladder.ts";
import type { ShardSet } from "./shard-set.ts";
import type { SliceRings } from "./slice-rings.ts";
import type { Streams } from "./streams.ts";
import { eachExcludedStretch, eachStretch, transferSlices } from "./transfer.ts";

/** Puts every stream of `from` into the empty `streams`, under its own index. */
export function rebucket(from: Streams, shards: ShardSet, streams: Streams): void {
  streams.exclusions.carryOver(from.exclusions, from.bucketMs / shards.bucketMs);
  for (const stream of from.all()) {
    const { index, slo, group, sinceMs, shard: oldShard, slot: oldSlot } = stream;
    const shard = shards.shardFor(slo);
    const slot = shard.take(index, slo, sinceMs);
    const { doubts } = stream;
    streams.put({ index, slo, group, shard, slot, sinceMs, doubts: [...doubts] });
    carryOver(oldShard.counts, oldSlot, shard.counts, slot);
    if (oldShard.straddleCounts !== undefined) {
      carryOver(oldShard.straddleCounts, oldSlot, shard.openStraddle(), slot);
    }
    shard.setExcluded(slot, streams.exclusions.rangesOf(slo.id));
    if (oldShard.slices && shard.slices)
      carrySlicesOver(oldShard.slices, oldSlot, shard.slices, slot);
    shard.newestPointMs[slot] = oldShard.newestPointMs[oldSlot]!;
    shard.isNewestChanged = true;
  }
  streams.skipTo(from.nextIndex);
}

/** Slices as long as before keep their events. Where buckets make them longer, those that ended stay what they came to. */
function carrySlicesOver(from: SliceRings, fromSlot: number, to: SliceRings, toSlot: number): void {
  if (from.widthMs === to.widthMs) {
    transferSlices(from, fromSlot, to, toSlot);
    to.judgeHeld(toSlot); // one may have ended since the snapshot
  } else to.terms.knownFrom[toSlot] = to.openSlice;
}

function carryOver(from: CountRings, fromSlot: number, to: CountRings, toSlot: number): void {
  const [oldWidth, width] = [from.layout.bucketMs, to.layout.bucketMs];
  const open = { good: 0, total: 0 };
  const firstOf = (first: number) => Math.floor((first * oldWidth) / width);
  const lastOf = (last: number) => bucketAt((last + 1) * oldWidth, width);
  eachStretch(from, fromSlot, (first, last, good, total) => {
    to.addSpread(toSlot, firstOf(first), lastOf(last), good, total);
    if (first < from.openIndex) return;
    open.good += good;
    open.total += total;
  });
  eachExcludedStretch(from, fromSlot, (first, last, good, total) =>
    to.excludeStretch(toSlot, firstOf(first), lastOf(last), good, total),
  );
  // What waits for its tick enters the lifetime counts then: what waited before and does no more has to enter now.
  const end = to.finest.first + to.finest.bucketCount;
  for (let i = to.openIndex; i < end; i++) {
    const [good, total] = to.finest.read(i, toSlot);
    open.good -= good;
    open.total -= total;
  }
  to.lifetimeGood[toSlot] = from.lifetimeGood[fromSlot]! + open.good;
  to.lifetimeTotal[toSlot] = from.lifetimeTotal[fromSlot]! + open.total;
  to.isChanged = true;
}
