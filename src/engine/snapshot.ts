/**
 * The engine's state as named pieces, so that a snapshot writes only the columns that changed. Running sums are not
 * stored: they are counted again from the columns. Names and contents: README, "Snapshot parts".
 */
import {
  assert,
  type Slo,
  type SloWindow,
  type SnapshotPart,
  type StreamIndex,
} from "../slo/index.ts";
import type { CountRings } from "./count-rings.ts";
import type { PartialMark } from "./partial-marks.ts";
import type { Ring, Side } from "./ring.ts";
import type { Shard } from "./shard.ts";
import type { ShardSet } from "./shard-set.ts";
import { STREAMS_PER_PART, type Stream, type Streams } from "./streams.ts";
import type { EngineCounters } from "./view.ts";

export const FORMAT = 2;
/** What the name of every part begins with. */
export const PARTS = "engine/";
export const META_PART = "engine/meta";
export const RULES_PART = "engine/rules";

export interface ShardMeta {
  readonly id: number;
  readonly windows: readonly SloWindow[];
  readonly policy: Shard["policy"];
  readonly capacity: number;
  readonly slotCount: number;
  readonly freeSlots: readonly number[];
  /** Per rung, whether good and total are doubles. */
  readonly wide: readonly (readonly [boolean, boolean])[];
  readonly straddleWide: readonly (readonly [boolean, boolean])[] | null;
}

export interface Meta {
  readonly format: number;
  readonly bucketMs: number;
  readonly openIndex: number;
  readonly nextShardId: number;
  readonly nextStream: number;
  readonly counters: EngineCounters;
  readonly marks: readonly PartialMark[];
  readonly shards: readonly ShardMeta[];
}

export interface StreamRow {
  readonly index: StreamIndex;
  readonly sloId: string;
  readonly group: readonly string[];
  readonly sinceMs: number;
  readonly shardId: number;
  readonly slot: number;
  readonly doubts: readonly string[];
}

const streamsPart = (part: number): string => `engine/streams/${part}`;
const slotsPart = (shardId: number, kind: "slots" | "straddle-slots"): string =>
  `engine/shard/${shardId}/${kind}`;
/** `engine/shard/3/good/0/17`: side, rung, column. */
const columnPart = (
  shardId: number,
  isStraddle: boolean,
  side: Side,
  place: { readonly rung: number; readonly column: number },
): string =>
  `engine/shard/${shardId}/${isStraddle ? "straddle-" : ""}${side}/${place.rung}/${place.column}`;

const encodeJson = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

export function decodeJson<T>(bytes: Uint8Array): T {
  return JSON.parse(new TextDecoder().decode(bytes)) as T; // written by encodeJson; the store checked it
}

/** The parts that changed since the last call; all of them when `isFull`. */
export function changedParts(
  shards: ShardSet,
  streams: Streams,
  state: {
    readonly slos: readonly Slo[] | undefined;
    readonly counters: EngineCounters;
    readonly marks: readonly PartialMark[];
    readonly isFull: boolean;
  },
): SnapshotPart[] {
  const parts = streamParts(streams, state.isFull);
  if (state.slos !== undefined) parts.push({ name: RULES_PART, bytes: encodeJson(state.slos) });
  for (const shard of shards.shards) {
    pushCounts(parts, shard, shard.counts, state.isFull);
    if (shard.straddleCounts) pushCounts(parts, shard, shard.straddleCounts, state.isFull);
  }
  for (const shard of shards.dropped) pushRemovals(parts, shard);
  shards.dropped = [];
  const meta: Meta = {
    format: FORMAT,
    bucketMs: shards.bucketMs,
    openIndex: shards.openIndex,
    nextShardId: shards.nextShardId,
    nextStream: streams.nextIndex,
    counters: state.counters,
    marks: state.marks,
    shards: shards.shards.map(shardMeta),
  };
  parts.push({ name: META_PART, bytes: encodeJson(meta) });
  return parts;
}

function streamParts(streams: Streams, isFull: boolean): SnapshotPart[] {
  const dirty = new Set(streams.dirtyParts);
  streams.dirtyParts.clear();
  const rows = new Map<number, StreamRow[]>();
  for (const stream of streams.all()) {
    const part = Math.floor(stream.index / STREAMS_PER_PART);
    if (!isFull && !dirty.has(part)) continue;
    const siblings = rows.get(part) ?? [];
    siblings.push(streamRow(stream));
    rows.set(part, siblings);
  }
  return [...new Set([...dirty, ...rows.keys()])].map((part) => {
    const held = rows.get(part);
    return { name: streamsPart(part), bytes: held === undefined ? undefined : encodeJson(held) };
  });
}

const streamRow = (stream: Stream): StreamRow => ({
  index: stream.index,
  sloId: stream.slo.id,
  group: stream.group,
  sinceMs: stream.sinceMs,
  shardId: stream.shard.id,
  slot: stream.slot,
  doubts: [...stream.doubts],
});

const wideSides = (counts: CountRings): readonly (readonly [boolean, boolean])[] =>
  counts.rings.map((ring) => [ring.isGoodWide, ring.isTotalWide]);

const shardMeta = (shard: Shard): ShardMeta => ({
  id: shard.id,
  windows: shard.windows,
  policy: shard.policy,
  capacity: shard.capacity,
  slotCount: shard.slotCount,
  freeSlots: shard.freeSlots,
  wide: wideSides(shard.counts),
  straddleWide: shard.straddleCounts === undefined ? null : wideSides(shard.straddleCounts),
});

/** A shard without streams holds zeros only: every part of it that is stored goes. */
function pushRemovals(parts: SnapshotPart[], shard: Shard): void {
  for (const counts of [shard.counts, shard.straddleCounts]) {
    if (counts === undefined) continue;
    pushCounts(parts, shard, counts, false);
    const kind = counts === shard.counts ? "slots" : "straddle-slots";
    parts.push({ name: slotsPart(shard.id, kind), bytes: undefined });
  }
}

function pushCounts(
  parts: SnapshotPart[],
  shard: Shard,
  counts: CountRings,
  isFull: boolean,
): void {
  const isStraddle = counts !== shard.counts;
  counts.rings.forEach((ring, rung) => {
    for (let column = 0; column < ring.bucketCount; column++) {
      const isHeld = ring.isUsed[column] === 1 || ring.storedSides[column] !== 0;
      if (ring.isDirty[column] === 0 && !(isFull && isHeld)) continue;
      ring.isDirty[column] = 0;
      for (const side of ["good", "total"] as const) {
        const name = columnPart(shard.id, isStraddle, side, { rung, column });
        pushColumn(parts, name, ring, { side, column, slotCount: shard.slotCount });
      }
    }
  });
  if (!isFull && !counts.isChanged && (isStraddle || !shard.isNewestChanged)) return;
  counts.isChanged = false;
  if (!isStraddle) shard.isNewestChanged = false;
  const lifetime = [counts.lifetimeGood, counts.lifetimeTotal];
  const columns = isStraddle ? lifetime : [...lifetime, shard.newestPointMs];
  const slots = new Float64Array(columns.length * shard.slotCount);
  columns.forEach((column, i) =>
    slots.set(column.subarray(0, shard.slotCount), i * shard.slotCount),
  );
  const name = slotsPart(shard.id, isStraddle ? "straddle-slots" : "slots");
  parts.push({ name, bytes: new Uint8Array(slots.buffer) });
}

/** A side of zeros is not stored; when the last snapshot held it, it is removed. */
function pushColumn(
  parts: SnapshotPart[],
  name: string,
  ring: Ring,
  at: { readonly side: Side; readonly column: number; readonly slotCount: number },
): void {
  const { side, column, slotCount } = at;
  const bit = side === "good" ? 1 : 2;
  const cells = ring.copyColumn(side, column, slotCount);
  if (cells.some((count) => count !== 0)) {
    ring.storedSides[column]! |= bit;
    parts.push({ name, bytes: new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength) });
  } else if ((ring.storedSides[column]! & bit) !== 0) {
    ring.storedSides[column]! &= ~bit;
    parts.push({ name, bytes: undefined });
  }
}

/** Puts shards and streams back as `changedParts` saw them; both sets must be empty, the rules known to `streams`. */
export function restoreParts(
  parts: ReadonlyMap<string, Uint8Array>,
  meta: Meta,
  shards: ShardSet,
  streams: Streams,
): void {
  assert(shards.shards.length === 0, "an engine is restored once, before it counts");
  shards.openIndex = meta.openIndex;
  shards.nextShardId = meta.nextShardId;
  const byId = new Map<number, Shard>();
  for (const shardMeta of meta.shards) {
    const { id, capacity, windows, policy } = shardMeta;
    const shard = shards.reopen(id, capacity, windows, policy);
    shard.reopen(shardMeta.slotCount, shardMeta.freeSlots);
    byId.set(shard.id, shard);
    restoreCounts(parts, shard, shard.counts, shardMeta.wide);
    if (shardMeta.straddleWide !== null) {
      restoreCounts(parts, shard, shard.openStraddle(), shardMeta.straddleWide);
    }
  }
  for (let part = 0; part * STREAMS_PER_PART < meta.nextStream; part++) {
    const bytes = parts.get(streamsPart(part));
    for (const row of bytes === undefined ? [] : decodeJson<StreamRow[]>(bytes)) {
      const { index, group, sinceMs, slot, doubts } = row;
      const shard = byId.get(row.shardId);
      const slo = streams.sloOf(row.sloId);
      assert(shard !== undefined && slo !== undefined, "a stored stream has its shard and SLO");
      shard.putBack(slot, index, slo.objective.budgetPpb, sinceMs);
      streams.put({ index, slo, group, shard, slot, sinceMs, doubts });
    }
  }
  streams.skipTo(meta.nextStream);
  streams.dirtyParts.clear();
}

function restoreCounts(
  parts: ReadonlyMap<string, Uint8Array>,
  shard: Shard,
  counts: CountRings,
  wide: readonly (readonly [boolean, boolean])[],
): void {
  const isStraddle = counts !== shard.counts;
  counts.rings.forEach((ring, rung) => {
    const [isGoodWide, isTotalWide] = wide[rung]!;
    if (isGoodWide) ring.widen("good");
    if (isTotalWide) ring.widen("total");
    for (let column = 0; column < ring.bucketCount; column++) {
      for (const side of ["good", "total"] as const) {
        const bytes = parts.get(columnPart(shard.id, isStraddle, side, { rung, column }));
        if (bytes === undefined) continue;
        const { buffer } = new Uint8Array(bytes); // a copy: aligned, and the caller keeps its own
        const isWide = ring[side] instanceof Float64Array;
        ring.pasteColumn(side, column, isWide ? new Float64Array(buffer) : new Int32Array(buffer));
      }
    }
  });
  counts.recountAll();
  const slots = parts.get(slotsPart(shard.id, isStraddle ? "straddle-slots" : "slots"));
  if (slots === undefined) return;
  const values = new Float64Array(new Uint8Array(slots).buffer);
  const count = values.length / (isStraddle ? 2 : 3);
  counts.lifetimeGood.set(values.subarray(0, count));
  counts.lifetimeTotal.set(values.subarray(count, 2 * count));
  if (!isStraddle) shard.newestPointMs.set(values.subarray(2 * count));
}
