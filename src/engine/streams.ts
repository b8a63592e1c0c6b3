/** The streams: which SLO and group each counts for, and in which slot of which shard its counts are. */
import { assert, isPending, streamIndex, type Slo, type StreamIndex } from "../slo/index.ts";
import { OVERFLOW_VALUE } from "./binding.ts";
import { Exclusions } from "./exclusions.ts";
import type { Shard } from "./shard.ts";
import type { ShardSet } from "./shard-set.ts";
import { streamKey } from "./stream-key.ts";
import { transferSlot } from "./transfer.ts";
import type { StreamView } from "./view.ts";

export interface Stream extends StreamView {
  slo: Slo;
  shard: Shard;
  slot: number;
  readonly sinceMs: number;
  /** Why its counts are not what they seem, apart from marks. */
  readonly doubts: Set<string>;
}

interface Member {
  slo: Slo;
  /** By the JSON of the group's values. */
  readonly streams: Map<string, Stream>;
  readonly notes: Set<string>;
  version: number;
}

/** Streams a snapshot part holds; a group that appears rewrites one part only. */
export const STREAMS_PER_PART = 4096;
const MAX_NOTES = 16;
const FOLDED_BY_SENDER = "the sender folded attributes together (otel.metric.overflow)";

export class Streams {
  readonly #shards: ShardSet;
  readonly #limit: number;
  /** By index; indexes are never given out twice, so that a stale one hits nothing. */
  readonly #byIndex: (Stream | undefined)[] = [];
  /** Where each stream's counts are, apart from the objects: one lookup per increment (bench/evaluation.ts). */
  readonly shardOf: (Shard | undefined)[] = [];
  readonly slotOf: number[] = [];
  readonly #members = new Map<string, Member>();
  readonly exclusions: Exclusions;
  /** Numbers of the parts that changed since the last snapshot. */
  readonly dirtyParts: Set<number> = new Set();
  /** In use now. */
  count = 0;
  /** Another number when any stream came, went, moved or is doubted. */
  version = 0;

  constructor(shards: ShardSet, limit: number) {
    this.#shards = shards;
    this.#limit = limit;
    this.exclusions = new Exclusions(shards.bucketMs);
    shards.beforeAdvance.push((openIndex) => this.#lookAhead(openIndex * shards.bucketMs));
  }

  get bucketMs(): number {
    return this.#shards.bucketMs;
  }

  get nextIndex(): number {
    return this.#byIndex.length;
  }

  at(index: StreamIndex): Stream | undefined {
    return this.#byIndex[index];
  }

  /** One that must be there. */
  known(index: StreamIndex): Stream {
    const stream = this.#byIndex[index];
    assert(stream !== undefined, "the stream exists");
    return stream;
  }

  all(): readonly Stream[] {
    return this.#byIndex.filter((stream) => stream !== undefined);
  }

  sloOf(sloId: string): Slo | undefined {
    return this.#members.get(sloId)?.slo;
  }

  ofSlo(sloId: string): readonly Stream[] {
    return [...(this.#members.get(sloId)?.streams.values() ?? [])];
  }

  /** Another number, never given before, when a stream of the SLO came, went, moved or is doubted. */
  versionOf(sloId: string): number {
    return this.#members.get(sloId)?.version ?? 0;
  }

  notesOf(sloId: string): readonly string[] {
    return [...(this.#members.get(sloId)?.notes ?? [])];
  }

  note(sloId: string, text: string): void {
    const notes = this.#members.get(sloId)?.notes;
    if (notes !== undefined && notes.size < MAX_NOTES) notes.add(text);
  }

  /** Makes an SLO known, or replaces its definition; its streams stay where they are. */
  setSlo(slo: Slo): void {
    const member = this.#members.get(slo.id);
    if (member === undefined) {
      this.#members.set(slo.id, {
        slo,
        streams: new Map(),
        notes: new Set(),
        version: ++this.version,
      });
      return;
    }
    member.slo = slo;
    member.notes.clear();
    for (const stream of member.streams.values()) this.#rehome(stream, slo);
  }

  /** Puts copies of another engine's streams of an SLO into these, which hold none of it. Both stand at the same tick. */
  adoptCopies(streams: readonly Stream[]): void {
    for (const { slo, group, sinceMs, doubts, ...from } of streams) {
      const index = streamIndex(this.#byIndex.length);
      const shard = this.#shards.shardFor(slo);
      const slot = shard.take(index, slo, sinceMs);
      transferSlot(from.shard, from.slot, shard, slot);
      if (doubts.size > 0) shard.isPartial[slot] = 1;
      this.put({ index, slo, group, shard, slot, sinceMs, doubts: [...doubts] });
    }
  }

  /** Excludes what an SLO's definition says; returns what could not be excluded as it is written, in sentences. */
  exclude(sloId: string): readonly string[] {
    const member = this.#members.get(sloId);
    assert(member !== undefined, "an SLO is known before its exclusions");
    const streams = [...member.streams.values()];
    const before = this.exclusions.rangesOf(sloId);
    const notes = this.exclusions.declare(member.slo, streams[0]?.shard.counts, {
      tickMs: this.#shards.tickedAtMs,
      sinceMs: streams.reduce((least, stream) => Math.min(least, stream.sinceMs), Infinity),
    });
    const ranges = this.exclusions.rangesOf(sloId);
    if (ranges !== before) for (const { shard, slot } of streams) shard.exclude(slot, ranges);
    for (const note of notes) this.note(sloId, note);
    return notes;
  }

  /** Before buckets close up to a moment: what is excluded then must be known. */
  #lookAhead(tickMs: number): void {
    if (!this.exclusions.isDue(tickMs)) return;
    this.exclusions.lookAhead(tickMs);
    for (const sloId of this.#members.keys()) this.exclude(sloId);
  }

  /** The stream of a group, made on first need; the overflow group's beyond a limit. */
  ofGroup(sloId: string, group: readonly string[], sinceMs: number): Stream | undefined {
    const member = this.#members.get(sloId);
    assert(member !== undefined, "a bound SLO is known");
    const isOverflow = group.length > 0 && group.every((value) => value === OVERFLOW_VALUE);
    const known = member.streams.get(JSON.stringify(group));
    if (known !== undefined) {
      if (isOverflow) this.#doubt(known, FOLDED_BY_SENDER);
      return known;
    }
    const isOverSloLimit = group.length > 0 && member.streams.size >= member.slo.groupLimit;
    const isOverLimit = this.count >= this.#limit;
    if (isOverflow || !(isOverSloLimit || isOverLimit)) {
      return this.#create(member, group, sinceMs, isOverflow);
    }
    this.note(sloId, this.#limitText(member.slo, isOverSloLimit));
    if (group.length === 0) return undefined;
    return this.#overflowOf(member, sinceMs, isOverSloLimit);
  }

  /** Once limits fold groups, one stream beyond the limit per SLO keeps the totals exact. */
  #overflowOf(member: Member, sinceMs: number, isOverSloLimit: boolean): Stream {
    const group = member.slo.per.map(() => OVERFLOW_VALUE);
    const stream =
      member.streams.get(JSON.stringify(group)) ?? this.#create(member, group, sinceMs, false);
    this.#doubt(stream, this.#limitText(member.slo, isOverSloLimit));
    return stream;
  }

  #limitText(slo: Slo, isOverSloLimit: boolean): string {
    return isOverSloLimit
      ? `groups beyond the limit of ${slo.groupLimit} are counted together`
      : `streams beyond the engine's limit of ${this.#limit} are counted together`;
  }

  /** Notes why the counts of a stream are not what they seem. */
  doubt(index: StreamIndex, reason: string): void {
    const stream = this.#byIndex[index];
    if (stream !== undefined) this.#doubt(stream, reason);
  }

  #doubt(stream: Stream, reason: string): void {
    if (stream.doubts.has(reason)) return;
    stream.doubts.add(reason);
    stream.shard.isPartial[stream.slot] = 1;
    this.#touch(stream);
  }

  #create(member: Member, group: readonly string[], bornMs: number, isFolded: boolean): Stream {
    const { rebuiltFrom } = member.slo;
    const sinceMs = isPending(member.slo) && rebuiltFrom !== undefined ? rebuiltFrom : bornMs;
    const index = streamIndex(this.#byIndex.length);
    const shard = this.#shards.shardFor(member.slo);
    const slot = shard.take(index, member.slo, sinceMs);
    shard.setExcluded(slot, this.exclusions.rangesOf(member.slo.id)); // nothing of it was counted yet
    const stream = this.put({ index, slo: member.slo, group, shard, slot, sinceMs, doubts: [] });
    if (isFolded) this.#doubt(stream, FOLDED_BY_SENDER);
    return stream;
  }

  /** Registers a stream whose slot is taken already: a new one, or one of a snapshot. */
  put(
    parts: Pick<Stream, "index" | "slo" | "group" | "shard" | "slot" | "sinceMs"> & {
      readonly doubts: readonly string[];
    },
  ): Stream {
    const { slo, group, index, shard, slot } = parts;
    const stream: Stream = { ...parts, key: streamKey(slo, group), doubts: new Set(parts.doubts) };
    this.skipTo(index + 1);
    this.#byIndex[index] = stream;
    this.shardOf[index] = shard;
    this.slotOf[index] = slot;
    this.#members.get(slo.id)?.streams.set(JSON.stringify(group), stream);
    this.count++;
    this.#touch(stream);
    return stream;
  }

  /** Indexes below it are never given out again. */
  skipTo(nextIndex: number): void {
    while (this.#byIndex.length < nextIndex) {
      this.#byIndex.push(undefined);
      this.shardOf.push(undefined);
      this.slotOf.push(0);
    }
  }

  /** Frees the SLO's streams and forgets it. */
  remove(sloId: string): void {
    for (const stream of this.ofSlo(sloId)) {
      stream.shard.free(stream.slot);
      this.#byIndex[stream.index] = undefined;
      this.shardOf[stream.index] = undefined;
      this.count--;
      this.#touch(stream);
    }
    this.#members.delete(sloId);
    this.version++;
    this.exclusions.remove(sloId);
  }

  /** Gives an SLO's streams, with their counts and indexes, another id, which nobody has. */
  rename(from: string, to: string): void {
    const member = this.#members.get(from);
    assert(member !== undefined, "what is renamed is known");
    const slo = { ...member.slo, id: to };
    this.#members.delete(from);
    this.#members.set(to, {
      slo,
      streams: new Map(),
      notes: member.notes,
      version: ++this.version,
    });
    this.exclusions.rename(from, to);
    for (const stream of member.streams.values()) {
      this.count--;
      this.put({ ...stream, slo, doubts: [...stream.doubts] });
    }
  }

  /** Keeps the stream's index and counts through an edit; moves it when its layout class changed. */
  #rehome(stream: Stream, slo: Slo): void {
    stream.slo = slo;
    const { shard, slot } = stream;
    if (this.#shards.fits(shard, slo)) {
      shard.adopt(slot, slo);
      return;
    }
    const home = this.#shards.shardFor(slo);
    const newSlot = home.take(stream.index, slo, stream.sinceMs);
    transferSlot(shard, slot, home, newSlot);
    if (home.slices !== undefined) home.adopt(newSlot, slo);
    if (stream.doubts.size > 0) home.isPartial[newSlot] = 1;
    shard.free(slot);
    stream.shard = home;
    stream.slot = newSlot;
    this.shardOf[stream.index] = home;
    this.slotOf[stream.index] = newSlot;
    this.#touch(stream);
  }

  #touch({ index, slo }: Pick<Stream, "index" | "slo">): void {
    const member = this.#members.get(slo.id);
    if (member !== undefined) member.version = ++this.version;
    this.dirtyParts.add(Math.floor(index / STREAMS_PER_PART));
  }
}
