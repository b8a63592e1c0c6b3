/** A shard's columns as snapshot parts: those that changed, by name; and back. Contents: README, "Snapshot parts". */
import type { SnapshotPart } from "../slo/index.ts";
import type { CountRings } from "./count-rings.ts";
import type { Ring, Side } from "./ring.ts";
import type { Shard } from "./shard.ts";
import type { SliceRings } from "./slice-rings.ts";

/** Per ring, whether good and total are doubles. */
type WideRings = readonly (readonly [boolean, boolean])[];
export interface WideSides {
  readonly counts: WideRings;
  readonly straddle: WideRings | null;
  /** Of what is excluded of either; `undefined` in snapshots that knew no exclusions. */
  readonly excluded?: WideRings | null;
  readonly straddleExcluded?: WideRings | null;
  readonly slices: WideRings | null;
}

/** Which of a column's sides the last snapshot holds, as bits of `Ring.storedSides`. */
const STORED = { good: 1, total: 2, verdict: 4 } as const;
const SIDES: readonly Side[] = ["good", "total"];

/** `engine/shard/3/good/0/17`: side, rung, column; `engine/shard/3/slice/verdict/17`. */
const namesOf = (shard: Shard, counts: CountRings) => {
  const prefix = `engine/shard/${shard.id}/${counts === shard.counts ? "" : "straddle-"}`;
  const columns = (kind: string) => (side: Side, rung: number, column: number) =>
    `${prefix}${kind}${side}/${rung}/${column}`;
  return { slots: `${prefix}slots`, column: columns(""), excluded: columns("excluded-") };
};
const sliceColumn = (shard: Shard, side: keyof typeof STORED, column: number): string =>
  `engine/shard/${shard.id}/slice/${side}/${column}`;
const sliceSlots = (shard: Shard): string => `engine/shard/${shard.id}/slice-slots`;

const widthsOf = (rings: readonly Ring[]): WideRings =>
  rings.map((ring) => [ring.isGoodWide, ring.isTotalWide]);
const excludedWidths = (counts: CountRings | undefined): WideRings | null =>
  counts?.excluded === undefined ? null : widthsOf(counts.excluded.rings);

export const wideSides = ({ counts, straddleCounts, slices }: Shard): WideSides => ({
  counts: widthsOf(counts.rings),
  straddle: straddleCounts === undefined ? null : widthsOf(straddleCounts.rings),
  excluded: excludedWidths(counts),
  straddleExcluded: excludedWidths(straddleCounts),
  slices: slices === undefined ? null : widthsOf([slices.events]),
});

/** What changed since the last snapshot; everything when `isFull`. */
export function pushColumns(parts: SnapshotPart[], shard: Shard, isFull: boolean): void {
  if (shard.slices) pushSlices(parts, shard, shard.slices, isFull);
  pushCounts(parts, shard, shard.counts, isFull);
  if (shard.straddleCounts) pushCounts(parts, shard, shard.straddleCounts, isFull);
}

/** A shard without streams holds zeros only: every part of it that is stored goes. */
export function pushRemovals(parts: SnapshotPart[], shard: Shard): void {
  pushColumns(parts, shard, false);
  for (const counts of [shard.counts, shard.straddleCounts])
    if (counts !== undefined) parts.push({ name: namesOf(shard, counts).slots, bytes: undefined });
  if (shard.slices !== undefined) parts.push({ name: sliceSlots(shard), bytes: undefined });
}

/** Columns that changed, or all that hold something; each is clean afterwards. */
function changedColumns(ring: Ring, isFull: boolean): number[] {
  const changed: number[] = [];
  for (let column = 0; column < ring.bucketCount; column++) {
    const isHeld = ring.isUsed[column] === 1 || ring.storedSides[column] !== 0;
    if (ring.isDirty[column] === 0 && !(isFull && isHeld)) continue;
    ring.isDirty[column] = 0;
    changed.push(column);
  }
  return changed;
}

function pushCounts(
  parts: SnapshotPart[],
  shard: Shard,
  counts: CountRings,
  isFull: boolean,
): void {
  const { slotCount } = shard;
  const names = namesOf(shard, counts);
  const pushRings = (rings: readonly Ring[], nameOf: typeof names.column) =>
    rings.forEach((ring, rung) => {
      for (const column of changedColumns(ring, isFull))
        for (const side of SIDES) {
          const cells = ring.copyColumn(side, column, slotCount);
          pushColumn(parts, nameOf(side, rung, column), ring, { side, column, cells });
        }
    });
  pushRings(counts.rings, names.column);
  if (counts.excluded) pushRings(counts.excluded.rings, names.excluded);
  const isStraddle = counts !== shard.counts;
  if (!isFull && !counts.isChanged && (isStraddle || !shard.isNewestChanged)) return;
  counts.isChanged = false;
  if (!isStraddle) shard.isNewestChanged = false;
  const lifetime = [counts.lifetimeGood, counts.lifetimeTotal];
  pushSlots(parts, names.slots, isStraddle ? lifetime : [...lifetime, shard.newestPointMs], shard);
}

function pushSlices(
  parts: SnapshotPart[],
  shard: Shard,
  slices: SliceRings,
  isFull: boolean,
): void {
  const { events } = slices;
  const { slotCount } = shard;
  for (const column of changedColumns(events, isFull)) {
    for (const side of SIDES) {
      const cells = events.copyColumn(side, column, slotCount);
      pushColumn(parts, sliceColumn(shard, side, column), events, { side, column, cells });
    }
    const cells = slices.copyVerdicts(column, slotCount);
    const verdicts = { side: "verdict", column, cells } as const;
    pushColumn(parts, sliceColumn(shard, "verdict", column), events, verdicts);
  }
  if (!isFull && !slices.counts.isChanged) return;
  pushSlots(parts, sliceSlots(shard), [slices.terms.knownFrom], shard);
}

/** Columns by slot, one after the other. */
function pushSlots(
  parts: SnapshotPart[],
  name: string,
  columns: readonly Float64Array[],
  { slotCount }: Shard,
): void {
  const slots = new Float64Array(columns.length * slotCount);
  columns.forEach((column, i) => slots.set(column.subarray(0, slotCount), i * slotCount));
  parts.push({ name, bytes: new Uint8Array(slots.buffer) });
}

/** A side of zeros is not stored; when the last snapshot held it, it is removed. */
function pushColumn(
  parts: SnapshotPart[],
  name: string,
  ring: Ring,
  {
    side,
    column,
    cells,
  }: {
    readonly side: keyof typeof STORED;
    readonly column: number;
    /** A copy. */
    readonly cells: Int8Array | Int32Array | Float64Array;
  },
): void {
  const bit = STORED[side];
  if (cells.some((count) => count !== 0)) {
    ring.storedSides[column]! |= bit;
    parts.push({ name, bytes: new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength) });
  } else if ((ring.storedSides[column]! & bit) !== 0) {
    ring.storedSides[column]! &= ~bit;
    parts.push({ name, bytes: undefined });
  }
}

type Parts = ReadonlyMap<string, Uint8Array>;

/** Puts the columns of a reopened shard back. */
export function restoreColumns(parts: Parts, shard: Shard, wide: WideSides): void {
  if (shard.slices !== undefined && wide.slices !== null)
    restoreSlices(parts, shard, shard.slices, wide.slices);
  restoreCounts(parts, shard, shard.counts, wide.counts, wide.excluded);
  if (wide.straddle !== null)
    restoreCounts(parts, shard, shard.openStraddle(), wide.straddle, wide.straddleExcluded);
}

/** A copy: aligned, and the caller keeps its own. */
const bufferOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

function widen(rings: readonly Ring[], wide: WideRings): void {
  rings.forEach((ring, i) => {
    const [isGoodWide, isTotalWide] = wide[i]!;
    if (isGoodWide) ring.widen("good");
    if (isTotalWide) ring.widen("total");
  });
}

function restoreCounts(
  parts: Parts,
  shard: Shard,
  counts: CountRings,
  wide: WideRings,
  excludedWide: WideRings | null | undefined,
): void {
  const names = namesOf(shard, counts);
  const restoreRings = (rings: readonly Ring[], sides: WideRings, nameOf: typeof names.column) => {
    widen(rings, sides);
    rings.forEach((ring, rung) =>
      restoreRing(parts, ring, (side, column) => nameOf(side, rung, column)),
    );
  };
  restoreRings(counts.rings, wide, names.column);
  if (excludedWide) restoreRings(counts.openExcluded().rings, excludedWide, names.excluded);
  counts.recountAll();
  const slots = parts.get(names.slots);
  if (slots === undefined) return;
  const isStraddle = counts !== shard.counts;
  const values = new Float64Array(bufferOf(slots));
  const count = values.length / (isStraddle ? 2 : 3);
  counts.lifetimeGood.set(values.subarray(0, count));
  counts.lifetimeTotal.set(values.subarray(count, 2 * count));
  if (!isStraddle) shard.newestPointMs.set(values.subarray(2 * count));
}

function restoreSlices(parts: Parts, shard: Shard, slices: SliceRings, wide: WideRings): void {
  const { events } = slices;
  widen([events], wide);
  restoreRing(parts, events, (side, column) => sliceColumn(shard, side, column));
  for (let column = 0; column < events.bucketCount; column++) {
    const bytes = parts.get(sliceColumn(shard, "verdict", column));
    if (bytes === undefined) continue;
    slices.pasteVerdicts(column, bufferOf(bytes));
    events.storedSides[column]! |= STORED.verdict;
  }
  const slots = parts.get(sliceSlots(shard));
  if (slots !== undefined) slices.terms.knownFrom.set(new Float64Array(bufferOf(slots)));
}

function restoreRing(
  parts: Parts,
  ring: Ring,
  nameOf: (side: Side, column: number) => string,
): void {
  for (let column = 0; column < ring.bucketCount; column++) {
    for (const side of SIDES) {
      const bytes = parts.get(nameOf(side, column));
      if (bytes === undefined) continue;
      const buffer = bufferOf(bytes);
      const isWide = ring[side] instanceof Float64Array;
      ring.pasteColumn(side, column, isWide ? new Float64Array(buffer) : new Int32Array(buffer));
    }
  }
}
