/** The room's whole: identity, bindings, accumulator, and how rules, journal and snapshots touch them. */
import type { BindSeries, BookIncrement, DoubtStream } from "../engine/index.ts";
import type { Archive, FrozenArchive } from "../archive/index.ts";
import type { MetricCursor } from "../otlp/index.ts";
import { bookIncrements, type BookPorts } from "./booking.ts";
import { Accumulator } from "./accumulator.ts";
import { Archiving } from "./archiving.ts";
import { BindingTable } from "./binding-table.ts";
import { boundsOf, isExponential } from "./cuts.ts";
import { Identity, readMetricKey, type BirthMark, type MetricIdentity } from "./identity.ts";
import { grown } from "./grown.ts";
import { IncrementBatch } from "./increment-batch.ts";
import { KeyTable } from "./key-table.ts";
import { rebindWriters } from "./rebind.ts";
import { Rebooking } from "./rebooking.ts";
import type { RecordReader, RecordWriter } from "./record-bytes.ts";
import { Resolver } from "./resolver.ts";
import { newRow, readRow, RowWriter } from "./rows.ts";
import { NO_WRITER } from "./writer-pool.ts";

/** Metrics that no rule uses are remembered up to this many, so that their names are not decoded each time. */
const MAX_UNUSED = 10_000;

export interface SeriesSettings {
  /** Random per process: senders cannot choose hash collisions. */
  readonly seed: number;
  readonly maxSeries: number;
  readonly bind: BindSeries;
  readonly book: BookIncrement;
  readonly bookStraddle: BookIncrement;
  readonly doubt: DoubtStream;
  /** Where increments are kept beyond the engine's windows; nowhere without it. */
  readonly archive?: Archive | undefined;
  /** From when some rule has used the metric, ms; `undefined` when none does. */
  readonly usedSinceMs: (metric: MetricIdentity) => number | undefined;
  /** Points of the metric were refused for want of room; `timeMs` is the time of one of them. */
  readonly onSeriesLimit: (metric: MetricIdentity, timeMs: number) => void;
}

/** Of an engine on which rules are tried, at a moment, ms: series that they alone use would be used from then on. */
export interface TrialBindings {
  readonly bindings: BindingTable;
  readonly nowMs: number;
}

export class SeriesState {
  readonly identity: Identity;
  readonly bindings: BindingTable;
  readonly accumulator: Accumulator;
  readonly archiving: Archiving | undefined;
  readonly rows: RowWriter = new RowWriter();
  readonly resolver: Resolver;
  readonly #settings: SeriesSettings;
  readonly #row = newRow();
  readonly #increments = new IncrementBatch();
  /** One for good: with a closure that is collected goes the code that V8 has compiled it into (`bench/series.ts`). */
  readonly #partCountOf = (series: number): number => this.bindings.of(series).partCount;
  #unused: KeyTable;
  #usedSinceMs: (number | undefined)[] = [];
  /** By series: since when rules use it, ms, if it was known before that; its past is no increment. Else 0. */
  #boundLateMs = new Float64Array(0);
  /** Whether `boundLateMs` changed since a snapshot took it. */
  isBoundLateDirty = false;

  constructor(settings: SeriesSettings) {
    this.#settings = settings;
    this.identity = new Identity(settings.seed);
    this.bindings = new BindingTable(this.identity, settings.bind);
    this.archiving = settings.archive && new Archiving(settings.archive);
    this.accumulator = new Accumulator(this.identity, this.bindings, this.#increments, {
      doubt: settings.doubt,
      coveredSinceMs: (series) => this.#usedSince(this.identity.metricOfSeries(series)) ?? 0,
      unfollowedBeforeMs: (series) => this.#boundLateMs[series] ?? 0,
    });
    this.#unused = new KeyTable(settings.seed);
    this.resolver = new Resolver(this.identity, this.bindings, this.rows, {
      maxSeries: settings.maxSeries,
      isMetricUsed: (metric) => this.#isMetricUsed(metric),
      onSeriesLimit: (metric, timeMs) => {
        const key = this.identity.metricKey(metric);
        if (key.length > 0) settings.onSeriesLimit(readMetricKey(key), timeMs);
      },
    });
  }

  get sizeBytes(): number {
    return this.identity.sizeBytes + this.bindings.sizeBytes + this.accumulator.sizeBytes;
  }

  #isMetricUsed(metric: MetricCursor): boolean {
    const id = this.identity.findMetric(metric);
    if (id >= 0) return this.#usedSince(id) !== undefined;
    const key = this.identity.metricKey(metric);
    if (key.length === 0 || this.#unused.find(0, key, 0, key.length) >= 0) return false;
    const isUsed = this.#settings.usedSinceMs(readMetricKey(key)) !== undefined;
    if (!isUsed) {
      if (this.#unused.count >= MAX_UNUSED) this.#unused = new KeyTable(this.#settings.seed);
      this.#unused.add(0, key, 0, key.length, 0);
    }
    return isUsed;
  }

  #usedSince(metricId: number): number | undefined {
    if (metricId in this.#usedSinceMs) return this.#usedSinceMs[metricId];
    const since = this.#settings.usedSinceMs(this.identity.metric(metricId));
    this.#usedSinceMs[metricId] = since;
    return since;
  }

  /** Binds every series again after a rule change at `nowMs`; counts of kept thresholds go on. */
  rebind(nowMs: number): void {
    this.#unused = new KeyTable(this.#settings.seed);
    this.#usedSinceMs = [];
    rebindWriters(this.bindings, this.accumulator, this.identity.series.count, (series) => {
      this.#setBoundLate(series, nowMs);
    });
  }

  /**
   * Books to streams what the archive holds of their series; `streams` says from when on, ms. They are bound by now, and
   * must have no counts of what was applied before `nowMs`. `elsewhere`: bindings and streams of another engine.
   */
  rebook(
    archive: FrozenArchive,
    streams: ReadonlyMap<number, number>,
    nowMs: number,
    elsewhere?: { readonly bindings: BindingTable; readonly books: BookPorts },
  ): Rebooking | undefined {
    const { archiving } = this;
    if (archiving === undefined) return undefined;
    const { columns, bucketMs } = archiving;
    const { bindings, books } = elsewhere ?? { bindings: this.bindings, books: this.#settings };
    return new Rebooking({ archive, columns, bindings, books, streams, nowMs, bucketMs });
  }

  /**
   * Series that one of the streams is counted from and that were known, but used by no rule, until a moment after the one
   * that `streams` says, ms: nothing is held of them from before. By stream.
   */
  unheldSeries(
    streams: ReadonlyMap<number, number>,
    trial?: TrialBindings,
  ): ReadonlyMap<number, number> {
    const counts = new Map<number, number>();
    const { bindings = this.bindings, nowMs = 0 } = trial ?? {};
    for (let series = 0; series < bindings.boundCount; series++) {
      const isFollowed = trial === undefined || this.bindings.isUsed(series);
      const boundLateMs = isFollowed ? (this.#boundLateMs[series] ?? 0) : nowMs;
      if (boundLateMs === 0) continue;
      for (const stream of new Set(bindings.of(series).streams)) {
        const sinceMs = streams.get(stream);
        if (sinceMs === undefined || boundLateMs <= sinceMs) continue;
        counts.set(stream, (counts.get(stream) ?? 0) + 1);
      }
    }
    return counts;
  }

  /**
   * Explicit bounds of the series' buckets, as they last came. Known of cumulative histograms that some rule has a threshold
   * for, since others are not looked into.
   */
  boundsOf(series: number): readonly number[] | undefined {
    const { partCount, isDelta } = this.bindings.of(series);
    const writer = this.accumulator.heads.of(series);
    if (partCount === 0 || isDelta || writer === NO_WRITER) return undefined;
    const shape = this.accumulator.poolOf(1 + partCount).shape(writer);
    if (shape < 0 || isExponential(shape)) return undefined;
    return boundsOf(this.identity.bounds.bytesOf(shape / 2));
  }

  #setBoundLate(series: number, nowMs: number): void {
    if (series >= this.#boundLateMs.length) {
      this.#boundLateMs = grown(this.#boundLateMs, new Float64Array(this.identity.series.count));
    }
    this.#boundLateMs[series] = nowMs;
    this.isBoundLateDirty = true;
  }

  /** Gives journaled births again and binds what is new. */
  readBirths(reader: RecordReader): void {
    this.identity.readBirths(reader);
    while (this.bindings.boundCount < this.identity.series.count) this.bindings.bindNext();
  }

  writeBirths(writer: RecordWriter, from: BirthMark, to: BirthMark): void {
    this.identity.writeBirths(writer, from, to);
  }

  /** Applies rows to the end of the reader; this is the only way counts change. */
  applyRows(reader: RecordReader): number {
    const row = this.#row;
    row.series = -1;
    row.startHi = row.startLo = row.timeHi = row.timeLo = row.shape = 0;
    let count = 0;
    try {
      for (; !reader.isDone; count++) {
        readRow(reader, row, this.#partCountOf);
        this.accumulator.apply(row);
        if (this.#increments.isFull) this.#book();
      }
    } finally {
      this.#book(); // also what came before a row that cannot be read
    }
    return count;
  }

  #book(): void {
    try {
      bookIncrements(this.#settings, this.#increments);
      this.archiving?.addIncrements(this.#increments);
    } finally {
      this.#increments.clear();
    }
  }

  /** For a snapshot, and back. */
  get boundLateMs(): Float64Array {
    return this.#boundLateMs;
  }

  restoreBoundLate(boundLateMs: Float64Array<ArrayBuffer>): void {
    this.#boundLateMs = boundLateMs;
  }
}
