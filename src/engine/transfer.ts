/**
 * Moves one slot's counts into a shard of another layout when a rule's windows or policy were edited (DESIGN 4.13).
 * Same windows: ring by ring, cell by cell. Other windows: what is held is cut into stretches of the finest width known,
 * and each is booked into the new rings; a stretch wider than a new bucket is shared out evenly.
 */
import { assert, windowText } from "../slo/index.ts";
import { BucketRanges } from "./bucket-ranges.ts";
import type { CountRings } from "./count-rings.ts";
import { sumBetween } from "./excluded-rings.ts";
import { windowStartMs, type Layout } from "./ladder.ts";
import type { Ring } from "./ring.ts";
import type { Shard } from "./shard.ts";
import type { SliceRings } from "./slice-rings.ts";
import { UNCOUNTED } from "./verdict.ts";

/** Copies all that a slot counts to the empty slot of another shard; both stand at the same tick. */
export function transferSlot(from: Shard, fromSlot: number, to: Shard, toSlot: number): void {
  transferCounts(from.counts, fromSlot, to.counts, toSlot);
  if (from.slices !== undefined && to.slices !== undefined) {
    transferSlices(from.slices, fromSlot, to.slices, toSlot);
  }
  if (from.straddleCounts !== undefined) {
    transferCounts(from.straddleCounts, fromSlot, to.openStraddle(), toSlot);
  }
  to.newestPointMs[toSlot] = from.newestPointMs[fromSlot]!;
  to.isNewestChanged = true;
}

function transferCounts(from: CountRings, fromSlot: number, to: CountRings, toSlot: number): void {
  assert(from.openIndex === to.openIndex, "shards move through time together");
  to.setExcluded(toSlot, BucketRanges.none); // what is excluded comes as it is, and is not left out once more
  if (haveSameWindows(from.layout, to.layout)) copyCells(from, fromSlot, to, toSlot);
  else rebook(from, fromSlot, to, toSlot);
  to.setExcluded(toSlot, from.excluded?.rangesOf(fromSlot) ?? BucketRanges.none);
  to.lifetimeGood[toSlot] = from.lifetimeGood[fromSlot]!;
  to.lifetimeTotal[toSlot] = from.lifetimeTotal[fromSlot]!;
  to.isChanged = true;
}

export const haveSameWindows = (a: Layout, b: Layout): boolean =>
  JSON.stringify(a.windows) === JSON.stringify(b.windows);

function copyCells(from: CountRings, fromSlot: number, to: CountRings, toSlot: number): void {
  copyRings(from.rings, fromSlot, to.rings, toSlot);
  if (from.excluded?.rangesOf(fromSlot) !== undefined)
    copyRings(from.excluded.rings, fromSlot, to.openExcluded().rings, toSlot);
  from.goodSums.forEach((sums, k) => (to.goodSums[k]![toSlot] = sums[fromSlot]!));
  from.totalSums.forEach((sums, k) => (to.totalSums[k]![toSlot] = sums[fromSlot]!));
}

function copyRings(
  from: readonly Ring[],
  fromSlot: number,
  to: readonly Ring[],
  toSlot: number,
): void {
  from.forEach((source, r) => {
    for (let j = source.first; j < source.first + source.bucketCount; j++) {
      const [good, total] = source.read(j, fromSlot);
      if (good !== 0 || total !== 0) to[r]!.add(j, toSlot, good, total);
    }
  });
}

/**
 * Copies the events and verdicts of `fromSlot`'s slices, as far as both hold them, to the empty `toSlot` of slices of the
 * same kind. What they came to was copied with the counts; by which terms they were judged goes along.
 */
export function transferSlices(
  from: SliceRings,
  fromSlot: number,
  to: SliceRings,
  toSlot: number,
): void {
  const first = Math.max(from.events.first, to.events.first);
  const end = Math.min(...[from, to].map(({ events }) => events.first + events.bucketCount));
  for (let slice = first; slice < end; slice++) {
    const [good, total] = from.events.read(slice, fromSlot);
    if (good !== 0 || total !== 0) to.events.add(slice, toSlot, good, total);
    const verdict = from.verdicts[from.cellOf(slice, fromSlot)]!;
    if (verdict !== UNCOUNTED) to.write(slice, toSlot, verdict);
  }
  to.terms.copy(toSlot, from.terms, fromSlot);
  to.terms.knownFrom[toSlot] = from.oldestOf(fromSlot);
}

function rebook(from: CountRings, fromSlot: number, to: CountRings, toSlot: number): void {
  eachStretch(from, fromSlot, (first, last, good, total) => {
    if (first === last) to.add(toSlot, first, good, total);
    else to.addSpread(toSlot, first, last, good, total);
  });
  // After the counts, and shared out over the same stretches: so no bucket excludes more than it holds.
  eachExcludedStretch(from, fromSlot, (first, last, good, total) =>
    to.excludeStretch(toSlot, first, last, good, total),
  );
}

/** Hears of an amount that was counted in the finest buckets first … last. */
type VisitStretch = (first: number, last: number, good: number, total: number) => void;

/**
 * What a slot holds, each event once: from the newest bucket into the past, each time from the finest ring that still has
 * it.
 */
export function eachStretch(from: CountRings, fromSlot: number, visit: VisitStretch): void {
  const end = from.finest.first + from.finest.bucketCount;
  for (let i = from.openIndex; i < end; i++) {
    const [good, total] = from.finest.read(i, fromSlot);
    if (good !== 0 || total !== 0) visit(i, i, good, total);
  }
  eachClosedStretch(from.rings, from.openIndex, fromSlot, visit);
}

/** The same of what of it is excluded. */
export function eachExcludedStretch(from: CountRings, fromSlot: number, visit: VisitStretch): void {
  if (from.excluded?.rangesOf(fromSlot) !== undefined)
    eachClosedStretch(from.excluded.rings, from.openIndex, fromSlot, visit);
}

function eachClosedStretch(
  rings: readonly Ring[],
  openIndex: number,
  fromSlot: number,
  visit: VisitStretch,
): void {
  let covered = openIndex;
  let finer = rings[0]!;
  for (const ring of rings) {
    if (ring.first * ring.factor >= covered) continue;
    const edgeBucket = Math.floor(covered / ring.factor);
    const edgeEnd = Math.min((edgeBucket + 1) * ring.factor, openIndex);
    const [knownGood, knownTotal] = sumBetween(finer, fromSlot, covered, edgeEnd);
    for (let j = Math.floor((covered - 1) / ring.factor); j >= ring.first; j--) {
      const [good, total] = ring.read(j, fromSlot);
      // The bucket that the finer ring covers in part: what the finer ring knows of it is taken off.
      const goodPart = j === edgeBucket ? good - knownGood : good;
      const totalPart = j === edgeBucket ? total - knownTotal : total;
      if (goodPart === 0 && totalPart === 0) continue;
      const last = Math.min((j + 1) * ring.factor, covered) - 1;
      visit(j * ring.factor, last, goodPart, totalPart);
    }
    covered = ring.first * ring.factor;
    finer = ring;
  }
}

/** What an edit of the windows at a moment cannot bring back exactly, in sentences; empty when nothing is lost. */
export function transferNotes(from: Layout, to: Layout, atMs: number): readonly string[] {
  const heldMs = (maxFactor: number) =>
    Math.max(
      0,
      ...from.rungs
        .filter((rung) => rung.factor <= maxFactor)
        .map((rung) => (rung.pastCount - 1) * rung.factor * from.bucketMs),
    );
  const known = new Set(from.windows.map((window) => JSON.stringify(window)));
  return to.windows.flatMap((window, k) => {
    const { factor } = to.rungs[to.rungOfWindow[k]!]!;
    const spanMs = atMs - windowStartMs(to, k, atMs);
    if (heldMs(factor) >= spanMs || known.has(JSON.stringify(window))) return [];
    const isCalendar = window.kind === "calendar";
    const span = `the ${windowText(window)} ${isCalendar ? "so far" : "lookback"}`;
    if (heldMs(Infinity) < spanMs)
      return [`${span} is longer than what was held; it fills from now on`];
    return [`${span} is estimated from wider buckets, shared out evenly, until it has turned over`];
  });
}
