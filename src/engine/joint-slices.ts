/**
 * Slices of time that are good when all members hold in them: of every slice that ended, one verdict from those of the
 * members' slices, which lie on the same grid. A slice counts from when all members do: one that began while one of them was
 * not counted yet stays what it came to.
 */
import type { Composite, Member } from "./composites.ts";
import { isMissing } from "./member-sums.ts";
import type { SliceRings } from "./slice-rings.ts";
import { UNCOUNTED, VerdictCode } from "./verdict.ts";

const CODE = new VerdictCode("timeslices");

/**
 * Whether something of an SLO between two moments is excluded, ms. As it is written: verdicts are held longer than the
 * buckets that an exclusion leaves out of the member itself.
 */
export type IsExcluded = (sloId: string, fromMs: number, toMs: number) => boolean;

/** Judges what ended since the last call, and again what members' late points changed. */
export function settleSlices(composite: Composite, isExcluded: IsExcluded): void {
  const { stream, members } = composite;
  const { slices } = stream.shard;
  if (slices === undefined) return; // a composite that judges slices is laid out in them
  const from = Math.min(composite.settledSlice, ...members.map(changedFrom));
  const { openSlice } = slices;
  const oldest = slices.oldestOf(stream.slot);
  bookGap(composite, slices, jointVerdict(members, oldest, isExcluded), { from, to: oldest });
  for (let slice = Math.max(from, oldest); slice < openSlice; slice++) {
    const verdict = jointVerdict(members, slice, isExcluded);
    if (verdict !== undefined) slices.put(slice, stream.slot, verdict);
  }
  composite.settledSlice = openSlice;
}

/**
 * Over a gap that is longer than what is held, members were silent, and all its slices came to the same: those that are not
 * held any more are booked as the first that is. What came before the gap was settled before it, and what its first slices
 * came to was not known then (`ShardSet.beforeJump`).
 */
function bookGap(
  { stream, settledSlice }: Composite,
  { counts, layout }: SliceRings,
  verdict: number | undefined,
  { from, to }: { readonly from: number; readonly to: number },
): void {
  const isLonger = settledSlice > -Infinity && settledSlice < to;
  if (!isLonger || verdict === undefined || verdict === UNCOUNTED) return;
  for (let slice = from; slice < to; slice++)
    counts.add(stream.slot, (slice + 1) * layout.width - 1, CODE.goodOf(verdict), 1);
}

const slicesOf = ({ sums }: Member): SliceRings | undefined => sums?.streams[0]?.shard.slices;
const changedFrom = (member: Member): number => slicesOf(member)?.changedFrom ?? Infinity;

/** The worst of those that count; `undefined` when one of them is not counted, was not yet, or is no longer held. */
function jointVerdict(
  members: readonly Member[],
  slice: number,
  isExcluded: IsExcluded,
): number | undefined {
  let joint = UNCOUNTED;
  for (const member of members) {
    const slices = slicesOf(member);
    if (slices === undefined || isMissing(member)) return undefined;
    const { slot } = member.sums!.streams[0]!;
    if (slice < wholeFrom(slices, slot)) return undefined;
    if (isExcluded(member.sums!.slo.id, slice * slices.widthMs, (slice + 1) * slices.widthMs))
      continue;
    const verdict = slices.verdicts[slices.cellOf(slice, slot)]!;
    if (verdict !== UNCOUNTED && (joint === UNCOUNTED || verdict < joint)) joint = verdict;
  }
  return joint;
}

/** First slice of which all events are here and were listened for, and which is still held. */
const wholeFrom = (slices: SliceRings, slot: number): number =>
  Math.max(slices.oldestOf(slot), slices.terms.listenedFrom[slot]!);
