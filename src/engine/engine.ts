/** The engine: increments, rules and ticks in; sums of every window, and readings of them, out. Pure and deterministic. */
import { assert, isHidden, type Slo, type SnapshotPart, type StreamIndex } from "../slo/index.ts";
import { Binder } from "./binding.ts";
import { editRules } from "./edit-rules.ts";
import { bucketAt } from "./ladder.ts";
import { PartialMarks } from "./partial-marks.ts";
import { clearPending, pendingStreams } from "./pending.ts";
import { readStream } from "./reading.ts";
import type { RuleChange } from "./rule-change.ts";
import type { Shard } from "./shard.ts";
import { ShardSet } from "./shard-set.ts";
import { rebucket } from "./rebucket.ts";
import { showMarks } from "./show-marks.ts";
import * as snapshot from "./snapshot.ts";
import { quantised, SPREAD_OVER_MS } from "./spread.ts";
import { Streams } from "./streams.ts";
import type { BindSeries, BookIncrement, DoubtStream, SeriesDescriptor } from "./target.ts";
import type { EngineCounters, EngineView, ShardView, StreamReading, StreamView } from "./view.ts";

const DEFAULT_MAX_STREAMS = 200_000;
const JUDGED_BY_ESTIMATE =
  "the threshold lies inside a histogram bucket: slices are judged by the estimate";

export interface EngineSettings {
  /** Width of the finest bucket, ms; ticks come as often. */
  readonly bucketMs: number;
  /** Where the clock stands. */
  readonly startMs: number;
  /** Streams beyond it are folded into their SLO's overflow group. */
  readonly maxStreams?: number;
}

type OwnCounters = { -readonly [Name in Exclude<keyof EngineCounters, "promoted">]: number };

export class Engine implements EngineView {
  readonly bucketMs: number;
  #slos: readonly Slo[] = [];
  #shown: readonly Slo[] = [];
  #areSlosStored = false;
  /** Parts of a snapshot that could not be continued: the next one removes what it does not write anew. */
  #leftBehind: readonly string[] = [];
  readonly #shards: ShardSet;
  readonly #streams: Streams;
  readonly #binder: Binder;
  readonly #marks = new PartialMarks();
  readonly #maxStreams: number;
  readonly #counts: OwnCounters = { tooOld: 0, late: 0, spread: 0, unknownStream: 0 };

  constructor({ bucketMs, startMs, maxStreams = DEFAULT_MAX_STREAMS }: EngineSettings) {
    this.bucketMs = bucketMs;
    this.#maxStreams = maxStreams;
    this.#shards = new ShardSet(bucketMs, Math.floor(startMs / bucketMs));
    this.#streams = new Streams(this.#shards, maxStreams);
    this.#binder = new Binder(
      (slo, group) => this.#streams.ofGroup(slo.id, group, this.tickedAtMs)?.index,
      (sloId, note) => this.#streams.note(sloId, note),
    );
  }

  /** A function of its own, to be handed over. The same calls in the same order give the same stream indexes. */
  readonly bind: BindSeries = (series) => this.#binder.bind(series);

  readonly book: BookIncrement = (stream, fromMs, timeMs, good, total) =>
    this.#add(false, stream, fromMs, timeMs, good, total);

  /** Books events whose bucket straddles the threshold: `good` is the estimate, `total` their count. */
  readonly bookStraddle: BookIncrement = (stream, fromMs, timeMs, good, total) =>
    this.#add(true, stream, fromMs, timeMs, good, total);

  /** A stream that is gone has nothing to be doubted. */
  readonly doubt: DoubtStream = (stream, reason) => this.#streams.doubt(stream, reason);

  /** The stream's shard, which has then seen a point of `timeMs`. */
  #shardOf(stream: StreamIndex, timeMs: number): Shard | undefined {
    const shard = this.#streams.shardOf[stream];
    if (shard === undefined) {
      this.#counts.unknownStream++;
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
    const slot = this.#streams.slotOf[stream]!;
    const { slices } = shard;
    const counts = slices ?? (isStraddle ? shard.openStraddle() : shard.counts);
    const goodBooked = quantised(good);
    const isEstimate = isStraddle && slices !== undefined;
    const totalBooked = quantised(isEstimate ? 0 : total); // straddling events are in the total already
    if (isEstimate) this.#streams.note(this.stream(stream).slo.id, JUDGED_BY_ESTIMATE);
    const last = bucketAt(timeMs, this.bucketMs);
    this.#shards.reach(last);
    if (last < this.#shards.openIndex) this.#counts.late++;
    if (timeMs - fromMs <= SPREAD_OVER_MS) {
      if (!counts.add(slot, last, goodBooked, totalBooked)) this.#counts.tooOld++;
      return;
    }
    this.#counts.spread++;
    const first = Math.floor(fromMs / this.bucketMs);
    if (!counts.addSpread(slot, first, last, goodBooked, totalBooked)) this.#counts.tooOld++;
  }

  /** Closes the buckets that end by `nowMs`; a clock that went back closes none. */
  tick(nowMs: number): void {
    this.#shards.advanceTo(Math.floor(nowMs / this.bucketMs));
    if (this.#marks.all.length > 0) this.#showMarks();
  }

  /** Puts rules in force. Every series must be bound again. */
  setRules(slos: readonly Slo[], nowMs: number): RuleChange {
    const change = editRules(this.#slos, slos, this.#streams, { nowMs, bucketMs: this.bucketMs });
    this.#shards.dropEmpty();
    this.#marks.takeOver(change.rebuilt.map(({ id }) => id));
    this.#putInForce(slos);
    this.#areSlosStored = false;
    this.#binder.setRules(slos);
    this.#showMarks();
    return change;
  }

  /**
   * An engine of its own with one SLO and its streams as they stand now; without SLOs when it is not counted. What an edit
   * does is tried on it (README, decision 19): nothing of this engine changes, and its streams have other indexes.
   */
  fork(sloId: string): Engine {
    const own = this.#streams.ofSlo(sloId);
    const maxStreams = this.#maxStreams - this.#streams.count + own.length;
    const fork = new Engine({ bucketMs: this.bucketMs, startMs: this.tickedAtMs, maxStreams });
    for (const mark of this.#marks.all) fork.#marks.add(mark);
    const slo = this.#streams.sloOf(sloId);
    if (slo === undefined) return fork;
    fork.#putInForce([slo]);
    fork.#streams.setSlo(slo);
    fork.#streams.exclusions.adopt(this.#streams.exclusions, sloId);
    fork.#streams.adoptCopies(own);
    fork.#binder.setRules([slo]);
    fork.#showMarks();
    return fork;
  }

  #putInForce(slos: readonly Slo[]): void {
    this.#slos = slos;
    this.#shown = slos.filter((slo) => !isHidden(slo));
  }

  /** Counts of event times (fromMs, toMs] are incomplete: windows of the SLOs, or of all, that cover one say so. */
  markPartial(fromMs: number, toMs: number, reason: string, sloIds?: readonly string[]): void {
    this.#marks.add({ fromMs, toMs, reason, ...(sloIds && { sloIds }) });
    this.#showMarks();
  }

  /** The same for the SLOs that are counted from a metric. */
  markMetricPartial(
    metric: SeriesDescriptor["metric"],
    fromMs: number,
    toMs: number,
    reason: string,
  ): void {
    const sloIds = this.#binder.slosOf(metric);
    if (sloIds.length > 0) this.markPartial(fromMs, toMs, reason, sloIds);
  }

  isCounted(metric: SeriesDescriptor["metric"]): boolean {
    return this.#binder.slosOf(metric).length > 0;
  }

  #showMarks(): void {
    showMarks(this.#shards.shards, this.#streams, this.#marks, this.tickedAtMs);
  }

  get tickedAtMs(): number {
    return this.#shards.tickedAtMs;
  }
  get slos(): readonly Slo[] {
    return this.#shown;
  }
  /** Retired ones included. */
  get countedSlos(): readonly Slo[] {
    return this.#slos;
  }
  get shards(): readonly ShardView[] {
    return this.#shards.shards;
  }
  get counters(): EngineCounters {
    const wide = this.#shards.shards.map((shard) => shard.wideSideCount);
    return { ...this.#counts, promoted: wide.reduce((sum, count) => sum + count, 0) };
  }

  stream(index: StreamIndex): StreamView {
    return this.#streams.known(index);
  }
  streamsOf(sloId: string): readonly StreamView[] {
    return this.#streams.ofSlo(sloId).filter(({ slo }) => !isHidden(slo));
  }
  allStreams(): readonly StreamView[] {
    return this.#streams.all().filter(({ slo }) => !isHidden(slo));
  }
  notesOf(sloId: string): readonly string[] {
    return this.#streams.notesOf(sloId);
  }

  pendingStreams(): ReadonlyMap<number, number> {
    return pendingStreams(this.#slos, this.#streams);
  }

  /** Series must be bound anew. */
  clearPending(): void {
    clearPending(this.#slos, this.#streams, this.tickedAtMs);
    this.#shards.dropEmpty();
  }

  /** Books what happened long ago: it is neither late nor too old, and says nothing about senders. */
  bookPast(book: () => void): void {
    const before = { ...this.#counts };
    book();
    Object.assign(this.#counts, before);
  }

  read(index: StreamIndex): StreamReading {
    const stream = this.#streams.known(index);
    const atMs = this.tickedAtMs;
    const reasons = this.#marks.reasonsWithin(stream.shard.oldestMs, atMs, stream.slo.id);
    return readStream(stream, atMs, reasons);
  }

  /**
   * Copies of what changed since the last call; everything when `isFull`, as after a snapshot that could not be saved.
   * The first call gives everything too.
   */
  dirtyParts(isFull = false): SnapshotPart[] {
    const slos = isFull || !this.#areSlosStored ? this.#slos : undefined;
    this.#areSlosStored = true;
    const state = { slos, counters: this.counters, marks: this.#marks.all, isFull };
    const changed = snapshot.changedParts(this.#shards, this.#streams, state);
    const names = new Set(changed.map(({ name }) => name));
    const stale = this.#leftBehind.filter((name) => !names.has(name));
    this.#leftBehind = [];
    return [...changed, ...stale.map((name) => ({ name, bytes: undefined }))];
  }

  /**
   * Continues where `dirtyParts` stood; call it on a new engine, before anything else. False when there is no snapshot, or
   * one of a format that is not read: its time is then marked as missing.
   */
  restore(parts: ReadonlyMap<string, Uint8Array>, nowMs: number): boolean {
    const metaBytes = parts.get(snapshot.META_PART);
    const rulesBytes = parts.get(snapshot.RULES_PART);
    if (metaBytes === undefined || rulesBytes === undefined) return false;
    const meta = snapshot.decodeJson<snapshot.Meta>(metaBytes);
    if (meta.format !== snapshot.FORMAT) {
      this.#leaveBehind(parts);
      this.markPartial(0, nowMs, "counts of a version with another format were left behind");
      return false;
    }
    this.#putInForce(snapshot.decodeJson<Slo[]>(rulesBytes));
    for (const slo of this.#slos) this.#streams.setSlo(slo);
    if (meta.bucketMs === this.bucketMs) {
      this.#areSlosStored = true;
      snapshot.restoreParts(parts, meta, this.#shards, this.#streams);
    } else {
      const before = new Engine({ bucketMs: meta.bucketMs, startMs: nowMs });
      before.restore(parts, nowMs);
      rebucket(before.#streams, this.#shards, this.#streams);
      this.#leaveBehind(parts);
    }
    const { promoted: _, ...counts } = meta.counters;
    Object.assign(this.#counts, counts);
    for (const mark of meta.marks) this.#marks.add(mark);
    this.#binder.setRules(this.#slos);
    for (const stream of this.#streams.all()) {
      stream.shard.isPartial[stream.slot] = stream.doubts.size > 0 ? 1 : 0;
    }
    this.#showMarks();
    return true;
  }

  /** The next snapshot removes what it does not write anew. */
  #leaveBehind(parts: ReadonlyMap<string, Uint8Array>): void {
    this.#leftBehind = [...parts.keys()].filter((name) => name.startsWith(snapshot.PARTS));
  }
}
