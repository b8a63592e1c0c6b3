/**
 * Slices of time that are good when all members hold in them: of every slice that ended, one verdict from those of the
 * members' slices, which lie on the same grid. A slice counts from when all members do: one that began while one of them was
 * not counted yet stays what it came to.
 */
import type { Composite, Member, MemberStream } from "./composites.ts";
import type { SliceRings } from "./slice-rings.ts";
import { UNCOUNTED } from "./verdict.ts";

/** Judges what ended since the last call, and again what members' late points changed. */
export function settleSlices(composite: Composite): void {
  const { stream, members } = composite;
  const { slices } = stream.shard;
  if (slices === undefined) return; // a composite that judges slices is laid out in them
  const from = Math.min(composite.settledSlice, ...members.map(changedFrom));
  const { openSlice } = slices;
  for (let slice = Math.max(from, slices.oldestOf(stream.slot)); slice < openSlice; slice++) {
    const verdict = jointVerdict(members, slice);
    if (verdict !== undefined) slices.put(slice, stream.slot, verdict);
  }
  composite.settledSlice = openSlice;
}

const slicesOf = ({ stream }: MemberStream): SliceRings | undefined => stream.shard.slices;

function changedFrom({ streams }: Member): number {
  const [only] = streams;
  return (only && slicesOf(only)?.changedFrom) ?? Infinity;
}

/** The worst of those that count; `undefined` when one of them was not counted yet, or is no longer held. */
function jointVerdict(members: readonly Member[], slice: number): number | undefined {
  let joint = UNCOUNTED;
  for (const { streams } of members) {
    const [only] = streams;
    const slices = only && slicesOf(only);
    if (slices === undefined) continue; // there is no room for it, and its note says so
    const { slot } = only!.stream;
    if (slice < wholeFrom(slices, slot)) return undefined;
    const verdict = countedVerdict(slices, slice, slot);
    if (verdict !== UNCOUNTED && (joint === UNCOUNTED || verdict < joint)) joint = verdict;
  }
  return joint;
}

/** First slice of which all events are here and were listened for, and which is still held. */
const wholeFrom = (slices: SliceRings, slot: number): number =>
  Math.max(slices.oldestOf(slot), slices.terms.listenedFrom[slot]!);

/** Nothing where its end is excluded, as all of it is then. */
function countedVerdict(slices: SliceRings, slice: number, slot: number): number {
  const end = (slice + 1) * slices.layout.width - 1;
  if (slices.counts.excluded?.covers(slot, end) === true) return UNCOUNTED;
  return slices.verdicts[slices.cellOf(slice, slot)]!;
}
