/** The engine: increments, rules and ticks in; sums of every window, and readings of them, out. Pure and deterministic. */
import {
  isComposite,
  isHidden,
  type Slo,
  type SnapshotPart,
  type StreamIndex,
} from "../slo/index.ts";
import { Binder } from "./binding.ts";
import { Booking } from "./booking.ts";
import { linkComposites } from "./composite-links.ts";
import { Composites } from "./composites.ts";
import { editRules } from "./edit-rules.ts";
import { PartialMarks } from "./partial-marks.ts";
import { clearPending, pendingStreams } from "./pending.ts";
import { readMembers } from "./member-readings.ts";
import { ownOldestMs } from "./own-windows.ts";
import { readStream } from "./reading.ts";
import type { RuleChange } from "./rule-change.ts";
import { ShardSet } from "./shard-set.ts";
import { rebucket } from "./rebucket.ts";
import { showMarks } from "./show-marks.ts";
import * as snapshot from "./snapshot.ts";
import { Streams } from "./streams.ts";
import type { BindSeries, BookIncrement, DoubtStream, SeriesDescriptor } from "./target.ts";
import type { EngineCounters, EngineView, ShardView, StreamReading, StreamView } from "./view.ts";

const DEFAULT_MAX_STREAMS = 200_000;

export interface EngineSettings {
  /** Width of the finest bucket, ms; ticks come as often. */
  readonly bucketMs: number;
  /** Where the clock stands. */
  readonly startMs: number;
  /** Streams beyond it are folded into their SLO's overflow group. */
  readonly maxStreams?: number;
}

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
  readonly #booking: Booking;
  readonly #composites: Composites;
  readonly book: BookIncrement;
  readonly bookStraddle: BookIncrement;

  constructor({ bucketMs, startMs, maxStreams = DEFAULT_MAX_STREAMS }: EngineSettings) {
    this.bucketMs = bucketMs;
    this.#maxStreams = maxStreams;
    this.#shards = new ShardSet(bucketMs, Math.floor(startMs / bucketMs));
    this.#streams = new Streams(this.#shards, maxStreams);
    this.#booking = new Booking(this.#shards, this.#streams);
    this.book = this.#booking.book;
    this.bookStraddle = this.#booking.bookStraddle;
    this.#composites = new Composites(this.#streams, this.#shards, this.#marks);
    this.#shards.beforeAdvance.push(() => this.#settle());
    this.#shards.beforeJump = () => this.#composites.settle();
    this.#binder = new Binder(
      (slo, group) => this.#streams.ofGroup(slo.id, group, this.tickedAtMs)?.index,
      (sloId, note) => this.#streams.note(sloId, note),
    );
  }

  /** A function of its own, to be handed over. The same calls in the same order give the same stream indexes. */
  readonly bind: BindSeries = (series) => this.#binder.bind(series);

  /** A stream that is gone has nothing to be doubted. */
  readonly doubt: DoubtStream = (stream, reason) => this.#streams.doubt(stream, reason);

  /** Closes the buckets that end by `nowMs`; a clock that went back closes none. */
  tick(nowMs: number): void {
    this.#shards.advanceTo(Math.floor(nowMs / this.bucketMs));
    if (this.#marks.all.length > 0) this.#showMarks();
    this.#composites.settle();
    this.#booking.hasChangedPast = false;
  }

  /** Puts rules in force. Every series must be bound again. */
  setRules(slos: readonly Slo[], nowMs: number): RuleChange {
    const linked = linkComposites(slos);
    const at = { nowMs, bucketMs: this.bucketMs };
    const change = editRules(linkComposites(this.#slos), linked, this.#streams, at);
    this.#shards.dropEmpty();
    this.#marks.takeOver(change.rebuilt.map(({ id }) => id));
    this.#putInForce(slos, linked);
    this.#areSlosStored = false;
    this.#showMarks();
    this.#composites.settle();
    return change;
  }

  /**
   * An engine of its own with some SLOs, as far as they are counted, the members of composites among them, and their streams
   * as they stand now. What an edit does is tried on it (README, decision 22): nothing of this engine changes, and its
   * streams have other indexes.
   */
  fork(sloIds: readonly string[]): Engine {
    const linked = this.#countedFor(sloIds);
    const own = linked.flatMap(({ id }) => this.#streams.ofSlo(id));
    const maxStreams = this.#maxStreams - this.#streams.count + own.length;
    const fork = new Engine({ bucketMs: this.bucketMs, startMs: this.tickedAtMs, maxStreams });
    for (const mark of this.#marks.all) fork.#marks.add(mark);
    for (const slo of linked) {
      fork.#streams.setSlo(slo);
      fork.#streams.exclusions.adopt(this.#streams.exclusions, slo.id);
      fork.#streams.adoptCopies(this.#streams.ofSlo(slo.id));
    }
    const isLinked = new Set(linked.map(({ id }) => id));
    fork.#putInForce(
      this.#slos.filter(({ id }) => isLinked.has(id)),
      linked,
    );
    fork.#showMarks();
    fork.#composites.settle();
    return fork;
  }

  /** The SLOs, the members of composites and what is counted of them for those. */
  #countedFor(sloIds: readonly string[]): readonly Slo[] {
    const wanted = new Set(sloIds);
    for (const id of sloIds) {
      const slo = this.#streams.sloOf(id);
      if (slo === undefined || !isComposite(slo)) continue;
      for (const { sloId } of slo.indicator.members) wanted.add(sloId);
    }
    return linkComposites(this.#slos)
      .filter(({ id, partOf = "" }) => wanted.has(id) || wanted.has(partOf))
      .flatMap(({ id }) => this.#streams.sloOf(id) ?? []);
  }

  #putInForce(slos: readonly Slo[], linked: readonly Slo[]): void {
    this.#slos = slos;
    this.#shown = slos.filter((slo) => !isHidden(slo));
    this.#binder.setRules(linked);
    this.#composites.setRules(linked);
  }

  /** Counts of event times (fromMs, toMs] are incomplete: windows of the SLOs, or of all, that cover one say so. */
  markPartial(fromMs: number, toMs: number, reason: string, sloIds?: readonly string[]): void {
    this.#marks.add({ fromMs, toMs, reason, ...(sloIds && { sloIds }) });
    this.#showMarks();
    this.#composites.settle();
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

  /** Late points and new series change members between ticks: composites are made of them before anybody looks. */
  #settle(): void {
    const { hasChangedPast } = this.#booking;
    this.#booking.hasChangedPast = false;
    this.#composites.settleChanged(hasChangedPast);
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
    this.#settle();
    return this.#shards.shards;
  }
  get counters(): EngineCounters {
    const wide = this.#shards.shards.map((shard) => shard.wideSideCount);
    return { ...this.#booking.counters, promoted: wide.reduce((sum, count) => sum + count, 0) };
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
    const ids = [sloId, ...this.#composites.partsOf(sloId)];
    return ids.flatMap((id) => this.#streams.notesOf(id));
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
    this.#booking.bookPast(book);
  }

  read(index: StreamIndex): StreamReading {
    this.#settle();
    const stream = this.#streams.known(index);
    const composite = this.#composites.at(index);
    const atMs = this.tickedAtMs;
    if (composite !== undefined) {
      const reasons = this.#composites.reasonsOf(composite);
      return readStream(stream, atMs, reasons, readMembers(composite));
    }
    const marked = this.#marks.reasonsWithin(ownOldestMs(stream), atMs, stream.slo.id);
    return readStream(stream, atMs, [...stream.doubts, ...marked]);
  }

  /**
   * Copies of what changed since the last call; everything when `isFull`, as after a snapshot that could not be saved.
   * The first call gives everything too.
   */
  dirtyParts(isFull = false): SnapshotPart[] {
    this.#settle();
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
    const slos = snapshot.decodeJson<Slo[]>(rulesBytes);
    const linked = linkComposites(slos);
    for (const slo of linked) this.#streams.setSlo(slo);
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
    Object.assign(this.#booking.counters, counts);
    for (const mark of meta.marks) this.#marks.add(mark);
    this.#putInForce(slos, linked);
    for (const stream of this.#streams.all()) {
      stream.shard.isPartial[stream.slot] = stream.doubts.size > 0 ? 1 : 0;
    }
    this.#showMarks();
    this.#composites.settle();
    return true;
  }

  /** The next snapshot removes what it does not write anew. */
  #leaveBehind(parts: ReadonlyMap<string, Uint8Array>): void {
    this.#leftBehind = [...parts.keys()].filter((name) => name.startsWith(snapshot.PARTS));
  }
}
