/**
 * The decoder's sink: finds each point's series, checks what can be checked of a point alone, reduces histograms to what
 * the thresholds need, and writes rows. It changes no counts: rows are journaled first and applied then.
 */
import {
  MAX_ATTRIBUTES,
  MetricKind,
  NO_RECORDED_VALUE,
  Temporality,
  type ByteRange,
  type ExponentialPointCursor,
  type HistogramPointCursor,
  type MetricCursor,
  type NumberPointCursor,
  type PointCursor,
  type PointSink,
  type SummaryPointCursor,
} from "../otlp/index.ts";
import type { BindingTable } from "./binding-table.ts";
import { BucketReader } from "./bucket-reader.ts";
import { MAX_KEY_BYTES } from "./byte-arena.ts";
import { MAX_SCALE, MIN_SCALE, type ThresholdSet } from "./cuts.ts";
import type { Identity } from "./identity.ts";
import type { Interner } from "./interner.ts";
import { ceilMillis } from "./nanos.ts";
import { RejectionTally, type Rejection } from "./rejection.ts";
import { newRow, type RowWriter } from "./rows.ts";

const FUTURE_MS = 600_000;
/** Attributes, also of resources and scopes, may take this much for each series that is allowed, some longer, some shorter. */
const MAX_MEAN_KEY_BYTES = 1024;
const MAX_ALL_KEY_BYTES = 3 * 1024 ** 3;

export interface ResolverSettings {
  readonly maxSeries: number;
  /** Whether some rule uses the metric: the points of others are accepted and passed over. */
  readonly isMetricUsed: (metric: MetricCursor) => boolean;
  /** Called at the first point of a metric in a request that has no room; `timeMs` is the point's time. */
  readonly onSeriesLimit: (metric: MetricCursor, timeMs: number) => void;
}

export class Resolver implements PointSink {
  readonly tally: RejectionTally = new RejectionTally();
  /** Points taken of the request at hand: they became rows. */
  takenPoints = 0;
  readonly #identity: Identity;
  readonly #bindings: BindingTable;
  readonly #rows: RowWriter;
  readonly #settings: ResolverSettings;
  readonly #buckets: BucketReader;
  readonly #row = newRow();
  #latestMs = 0;
  /** The metric at hand, and whether it was said that it has no room. */
  #cursor: MetricCursor | undefined;
  #isLimitSaid = false;
  /** Ids of the resource, scope, metric at hand; -1 when not known yet, and then the bytes to add. */
  #resource = -1;
  #scope = -1;
  #metric = -1;
  #context = -1;
  /** The metric's name in the request. */
  #name: ByteRange = { bytes: EMPTY, start: 0, end: 0 };
  #resourceBytes: Uint8Array = EMPTY;
  #scopeBytes: Uint8Array = EMPTY;
  #temporality: Temporality = Temporality.unspecified;
  /** Whether points are values of a moment: they may be negative, and large. */
  #isSampled = false;

  constructor(
    identity: Identity,
    bindings: BindingTable,
    rows: RowWriter,
    settings: ResolverSettings,
  ) {
    this.#identity = identity;
    this.#bindings = bindings;
    this.#rows = rows;
    this.#settings = settings;
    this.#buckets = new BucketReader(identity.bounds);
  }

  /** Before the points of a request; `nowMs` bounds how far ahead a point may be. */
  begin(nowMs: number): void {
    this.tally.clear();
    this.takenPoints = 0;
    this.#latestMs = nowMs + FUTURE_MS;
    this.#rows.mark();
  }

  /** Takes back the rows of a request that turned out malformed. */
  rollback(): void {
    this.tally.clear();
    this.takenPoints = 0;
    this.#rows.rollback();
  }

  resource({ bytes, start, end }: ByteRange): void {
    this.#resource = this.#identity.resources.find(0, bytes, start, end);
    if (this.#resource < 0) this.#resourceBytes = bytes.slice(start, end);
    this.#context = -1;
    this.#scope = -1;
  }

  scope({ bytes, start, end }: ByteRange): void {
    this.#scope = this.#identity.scopes.find(0, bytes, start, end);
    if (this.#scope < 0) this.#scopeBytes = bytes.slice(start, end);
    this.#context = -1;
  }

  metric(metric: MetricCursor): boolean {
    this.#context = -1;
    this.#cursor = metric;
    this.#isLimitSaid = false;
    if (!this.#settings.isMetricUsed(metric)) return false;
    const identity = this.#identity;
    this.#metric = this.#isFull() ? identity.findMetric(metric) : identity.metricId(metric);
    const isWithoutTemporality =
      metric.kind === MetricKind.summary || metric.kind === MetricKind.gauge;
    this.#temporality = isWithoutTemporality ? Temporality.cumulative : metric.temporality;
    const isFalling = metric.kind === MetricKind.sum && !metric.isMonotonic;
    this.#isSampled = metric.kind === MetricKind.gauge || isFalling;
    this.#name = metric.name;
    return true;
  }

  number(point: NumberPointCursor): void {
    if (!this.#open(point)) return;
    if (!point.hasValue) return this.#reject("value-missing");
    if (!Number.isFinite(point.value)) return this.#reject("value-not-finite");
    if (point.value < 0 && !this.#isSampled) return this.#reject("value-negative");
    this.#row.value = point.value;
    this.#row.hasBuckets = false;
    this.#write(0);
  }

  summary(point: SummaryPointCursor): void {
    if (this.#open(point)) this.#writeCount(point.count);
  }

  histogram(point: HistogramPointCursor): void {
    if (!this.#open(point)) return;
    if (!this.#buckets.hasFittingBuckets(point)) return this.#reject("bucket-count-mismatch");
    const { partCount, thresholdSet } = this.#bindings.of(this.#row.series);
    if (partCount === 0) return this.#writeCount(point.count);
    const shape = this.#buckets.explicitShape(point);
    if (typeof shape === "string") return this.#reject(shape);
    if (shape < 0) return this.#writeCount(point.count);
    const cuts = thresholdSet.cuts(shape);
    const isWithin = this.#buckets.explicitParts(point, cuts, partCount, this.#row.parts);
    if (!isWithin) return this.#reject("buckets-exceed-count");
    this.#writeBuckets(point, shape, partCount, thresholdSet);
  }

  exponential(point: ExponentialPointCursor): void {
    if (!this.#open(point)) return;
    if (point.scale < MIN_SCALE || point.scale > MAX_SCALE) {
      return this.#reject("scale-out-of-range");
    }
    if (!this.#buckets.areFewBuckets(point)) return this.#reject("too-many-buckets");
    const { partCount, thresholdSet } = this.#bindings.of(this.#row.series);
    if (partCount === 0) return this.#writeCount(point.count);
    const shape = this.#buckets.exponentialShape(point.scale);
    const { parts } = this.#row;
    const isWithin = this.#buckets.exponentialParts(point, thresholdSet, shape, partCount, parts);
    if (!isWithin) return this.#reject("buckets-exceed-count");
    this.#writeBuckets(point, shape, partCount, thresholdSet);
  }

  /** Finds the series and checks what all points share; false when the point ends here. */
  #open(point: PointCursor): boolean {
    if ((point.flags & NO_RECORDED_VALUE) !== 0) return false; // the series ended: neither zero nor reset
    const series = this.#seriesOf(point);
    if (series < 0 || !this.#bindings.isUsed(series)) return false;
    if (this.#temporality === Temporality.unspecified) {
      return this.#fail("temporality-unspecified");
    }
    if (point.timeHi === 0 && point.timeLo === 0) return this.#fail("time-unset");
    if (ceilMillis(point.timeHi, point.timeLo) > this.#latestMs) {
      return this.#fail("time-in-future");
    }
    const row = this.#row;
    row.series = series;
    row.startHi = point.startHi;
    row.startLo = point.startLo;
    row.timeHi = point.timeHi;
    row.timeLo = point.timeLo;
    return true;
  }

  /** The series of a point; a new one is bound at once. -1 when it is refused. */
  #seriesOf(point: PointCursor): number {
    if (this.#context < 0 && !(this.#isKey(point) && this.#openContext(point))) return -1;
    const known = this.#identity.findSeries(this.#context, point.attributes);
    if (known >= 0) return known;
    if (!this.#isKey(point)) return -1;
    if (this.#isFull()) {
      const { bytes, start, end } = point.attributes;
      const alias = this.#identity.series.findSet(this.#context, bytes, start, end);
      return alias < 0 ? this.#noRoom(point) : alias;
    }
    const series = this.#identity.addSeries(this.#context, point.attributes);
    if (series === this.#bindings.boundCount) this.#bindings.bindNext();
    return series;
  }

  /** Whether the point's attributes may identify a series. */
  #isKey({ attributes, attributeCount }: PointCursor): boolean {
    if (attributeCount > MAX_ATTRIBUTES) return this.#fail("too-many-attributes");
    const isTooLong = attributes.end - attributes.start > MAX_KEY_BYTES;
    return isTooLong ? this.#fail("attributes-too-long") : true;
  }

  #isFull(): boolean {
    const { series, resources, scopes, metrics } = this.#identity;
    const { maxSeries } = this.#settings;
    const maxKeyBytes = Math.min(maxSeries * MAX_MEAN_KEY_BYTES, MAX_ALL_KEY_BYTES);
    const ownerBytes = resources.keys.keyBytes + scopes.keys.keyBytes + metrics.keys.keyBytes;
    return series.count >= maxSeries || series.keys.keyBytes + ownerBytes >= maxKeyBytes;
  }

  /** Finds or adds what the points of a metric have in common; false when that is refused. */
  #openContext(point: PointCursor): boolean {
    const identity = this.#identity;
    const isFull = this.#isFull();
    if (this.#resource < 0) {
      this.#resource = this.#idOf(identity.resources, this.#resourceBytes, isFull, point);
      if (this.#resource < 0) return false;
    }
    if (this.#scope < 0) {
      this.#scope = this.#idOf(identity.scopes, this.#scopeBytes, isFull, point);
      if (this.#scope < 0) return false;
    }
    if (this.#metric >= 0) {
      this.#context = identity.contextId(this.#resource, this.#scope, this.#metric, !isFull);
    }
    return this.#context >= 0 || this.#noRoom(point) >= 0;
  }

  #idOf(table: Interner, bytes: Uint8Array, isFull: boolean, point: PointCursor): number {
    if (bytes.length > MAX_KEY_BYTES) {
      this.#reject("attributes-too-long");
      return -1;
    }
    if (!isFull) return table.intern(0, bytes, 0, bytes.length);
    const id = table.findSet(0, bytes, 0, bytes.length);
    return id < 0 ? this.#noRoom(point) : id;
  }

  /** -1. What the limit refuses makes the SLOs of the metric incomplete. */
  #noRoom({ timeHi, timeLo }: PointCursor): -1 {
    this.#reject("series-limit");
    if (!this.#isLimitSaid && this.#cursor !== undefined) {
      this.#settings.onSeriesLimit(this.#cursor, ceilMillis(timeHi, timeLo));
    }
    this.#isLimitSaid = true;
    return -1;
  }

  #writeCount(count: number): void {
    this.#row.value = count;
    this.#row.hasBuckets = false;
    this.#write(0);
  }

  /** Ends a histogram's row, whose parts are read. */
  #writeBuckets(
    point: HistogramPointCursor | ExponentialPointCursor,
    shape: number,
    partCount: number,
    { thresholds }: ThresholdSet,
  ): void {
    // The extremes of a cumulative point are those of its whole life, not of its increment.
    if (this.#temporality === Temporality.delta) {
      this.#buckets.tighten(point, thresholds, this.#row.parts);
    }
    this.#row.value = point.count;
    this.#row.hasBuckets = true;
    this.#row.shape = shape;
    this.#write(partCount);
  }

  #write(partCount: number): void {
    if (this.#row.value > Number.MAX_SAFE_INTEGER && !this.#isSampled) {
      return this.#reject("count-too-large");
    }
    this.#rows.write(this.#row, partCount);
    this.takenPoints++;
  }

  #fail(reason: Rejection): false {
    this.#reject(reason);
    return false;
  }

  #reject(reason: Rejection): void {
    this.tally.add(reason, this.#name);
  }
}

const EMPTY = new Uint8Array(0);
