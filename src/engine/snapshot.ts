/**
 * The engine's state as named pieces, so that a snapshot writes only the columns that changed. Running sums are not
 * stored: they are counted again from the columns. Names and contents: README, "Snapshot parts".
 */
import {
  assert,
  type Slo,
  type SliceKind,
  type SnapshotPart,
  type StreamIndex,
} from "../slo/index.ts";
import type { StoredExclusions } from "./exclusions.ts";
import type { PartialMark } from "./partial-marks.ts";
import type { Shard } from "./shard.ts";
import type { ShardKind, ShardSet } from "./shard-set.ts";
import {
  pushColumns,
  pushRemovals,
  restoreColumns,
  wideSides,
  type WideSides,
} from "./snapshot-columns.ts";
import { STREAMS_PER_PART, type Stream, type Streams } from "./streams.ts";
import type { EngineCounters } from "./view.ts";

export const FORMAT = 2;
/** What the name of every part begins with. */
export const PARTS = "engine/";
export const META_PART = "engine/meta";
export const RULES_PART = "engine/rules";
const EXCLUSIONS_PART = "engine/exclusions";

export interface ShardMeta extends Omit<ShardKind, "slices"> {
  readonly id: number;
  readonly slices: SliceKind | null;
  readonly capacity: number;
  readonly slotCount: number;
  readonly freeSlots: readonly number[];
  readonly wide: WideSides;
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
    pushColumns(parts, shard, state.isFull);
  }
  const { exclusions } = streams;
  if (exclusions.isChanged || (state.isFull && exclusions.isStored)) {
    const stored = exclusions.stored();
    parts.push({ name: EXCLUSIONS_PART, bytes: stored && encodeJson(stored) });
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

const shardMeta = (shard: Shard): ShardMeta => ({
  id: shard.id,
  windows: shard.windows,
  slices: shard.sliceKind ?? null,
  policy: shard.policy,
  capacity: shard.capacity,
  slotCount: shard.slotCount,
  freeSlots: shard.freeSlots,
  wide: wideSides(shard),
});

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
  const exclusions = parts.get(EXCLUSIONS_PART);
  if (exclusions !== undefined)
    streams.exclusions.restore(decodeJson<StoredExclusions>(exclusions));
  const byId = new Map<number, Shard>();
  for (const shardMeta of meta.shards) {
    const { id, capacity, windows, policy } = shardMeta;
    const slices = shardMeta.slices ?? undefined;
    const shard = shards.reopen(id, capacity, { windows, slices, policy });
    shard.reopen(shardMeta.slotCount, shardMeta.freeSlots);
    byId.set(shard.id, shard);
    restoreColumns(parts, shard, shardMeta.wide);
  }
  for (let part = 0; part * STREAMS_PER_PART < meta.nextStream; part++) {
    const bytes = parts.get(streamsPart(part));
    for (const row of bytes === undefined ? [] : decodeJson<StreamRow[]>(bytes)) {
      const { index, group, sinceMs, slot, doubts } = row;
      const shard = byId.get(row.shardId);
      const slo = streams.sloOf(row.sloId);
      assert(shard !== undefined && slo !== undefined, "a stored stream has its shard and SLO");
      shard.putBack(slot, index, slo, sinceMs);
      shard.setExcluded(slot, streams.exclusions.rangesOf(slo.id));
      streams.put({ index, slo, group, shard, slot, sinceMs, doubts });
    }
  }
  streams.skipTo(meta.nextStream);
  streams.dirtyParts.clear();
}
