/**
 * Who a data point belongs to. A series is (resource, scope, metric, attributes); each part is interned by its raw wire
 * bytes, so that a point costs one lookup and strings are decoded at first sight only.
 *
 * Ids are dense and given in order of first sight. What is new is a *birth*; births are journaled before the points that
 * need them, so that a restart gives every id again.
 */
import type { SeriesDescriptor } from "../engine/index.ts";
import type { ByteRange, MetricCursor, MetricKind, Temporality } from "../otlp/index.ts";
import { assert, type AttributeValue } from "../slo/index.ts";
import { Interner } from "./interner.ts";
import { grown, moreRows } from "./grown.ts";
import type { RecordReader, RecordWriter } from "./record-bytes.ts";
import { readAttributes, readString } from "./wire-attributes.ts";

const RESOURCE_ATTRIBUTES = 1;
const SCOPE_NAME = 1;
const SCOPE_VERSION = 2;
const SCOPE_ATTRIBUTES = 3;
/** Field number of `attributes` differs by point shape; `Identity` takes them with any. */
const POINT_ATTRIBUTES = [1, 7, 9] as const;
/** dropped_attributes_count and entity_refs of Resource; dropped_attributes_count of InstrumentationScope. */
const RESOURCE_SKIP = [2, 3];
const SCOPE_SKIP = [4];

/** A metric's key: kind, temporality, monotonic, two bytes of unit size, unit, name. */
const METRIC_HEAD_BYTES = 5;
/** A context's key: resource, scope and metric id, four bytes each. */
const CONTEXT_BYTES = 12;

interface Context {
  readonly resource: number;
  readonly scope: number;
  readonly metric: number;
}

export type MetricIdentity = SeriesDescriptor["metric"];

/** How many of each were born; births from one such mark to the next go into a journal record. */
export interface BirthMark {
  readonly resources: number;
  readonly scopes: number;
  readonly metrics: number;
  readonly contexts: number;
  readonly bounds: number;
  readonly series: number;
}

const TABLES = ["resources", "scopes", "metrics", "contexts", "bounds", "series"] as const;

export class Identity {
  readonly resources: Interner;
  readonly scopes: Interner;
  readonly metrics: Interner;
  readonly contexts: Interner;
  /** Bucket bounds of explicit histograms, packed doubles. */
  readonly bounds: Interner;
  readonly series: Interner;
  readonly #metricOf: MetricIdentity[] = [];
  readonly #contexts: Context[] = [];
  #lastContext: Context | undefined;
  #lastShared: ReadonlyMap<string, AttributeValue> = new Map();
  readonly #metricKey: Buffer = Buffer.alloc(METRIC_HEAD_BYTES + 4096);
  readonly #contextKey: Buffer = Buffer.alloc(CONTEXT_BYTES);
  /** Key number that last followed a key number: senders repeat their order. */
  #followers = new Int32Array(64).fill(-1);
  #lastKey = -1;

  /** `seed` should be random per process; ids do not depend on it. */
  constructor(seed: number) {
    this.resources = new Interner(seed, RESOURCE_SKIP);
    this.scopes = new Interner(seed + 1, SCOPE_SKIP);
    this.metrics = new Interner(seed + 2);
    this.contexts = new Interner(seed + 3);
    this.bounds = new Interner(seed + 4);
    this.series = new Interner(seed + 5, []);
  }

  get sizeBytes(): number {
    return TABLES.reduce((sum, table) => sum + this[table].sizeBytes, this.#followers.byteLength);
  }

  /** The bytes that identify the metric: a view, until the next call. Empty when it is too long. */
  metricKey(metric: MetricCursor): Uint8Array {
    return this.#metricKey.subarray(0, Math.max(0, this.#writeMetricKey(metric)));
  }

  /** The id of a metric, or -1 when it is new, or too long to be one. */
  findMetric(metric: MetricCursor): number {
    const end = this.#writeMetricKey(metric);
    return end < 0 ? -1 : this.metrics.find(0, this.#metricKey, 0, end);
  }

  /** The id of a metric, known or new; -1 when its name and unit are too long to be one. */
  metricId(metric: MetricCursor): number {
    const end = this.#writeMetricKey(metric);
    return end < 0 ? -1 : this.metrics.intern(0, this.#metricKey, 0, end);
  }

  /** Puts the metric's key into scratch and returns its end; -1 when it does not fit. */
  #writeMetricKey(metric: MetricCursor): number {
    const { name, unit } = metric;
    const unitBytes = unit.end - unit.start;
    const end = METRIC_HEAD_BYTES + unitBytes + (name.end - name.start);
    const key = this.#metricKey;
    if (end > key.length) return -1;
    key[0] = metric.kind;
    key[1] = metric.temporality;
    key[2] = metric.isMonotonic ? 1 : 0;
    key.writeUInt16LE(unitBytes, 3);
    copyRange(unit, key, METRIC_HEAD_BYTES);
    copyRange(name, key, METRIC_HEAD_BYTES + unitBytes);
    return end;
  }

  /** The id of a context, known or new; -1 when it is new and `mayAdd` is not given. */
  contextId(resource: number, scope: number, metric: number, mayAdd: boolean): number {
    const key = this.#contextKey;
    key.writeUInt32LE(resource, 0);
    key.writeUInt32LE(scope, 4);
    key.writeUInt32LE(metric, 8);
    return mayAdd
      ? this.contexts.intern(0, key, 0, CONTEXT_BYTES)
      : this.contexts.find(0, key, 0, CONTEXT_BYTES);
  }

  /** The id of a known series, or -1: then `addSeries`. Tries the series that followed the last one first. */
  findSeries(context: number, attributes: ByteRange): number {
    const { bytes, start, end } = attributes;
    const keys = this.series.keys;
    const last = this.#lastKey;
    if (last >= 0) {
      const predicted = this.#followers[last]!;
      if (predicted >= 0 && keys.isKey(predicted, context, bytes, start, end)) {
        this.#lastKey = predicted;
        return keys.idOf(predicted);
      }
    }
    const key = keys.findKey(context, bytes, start, end);
    if (key < 0) return -1;
    if (last >= 0) this.#followers[last] = key;
    this.#lastKey = key;
    return keys.idOf(key);
  }

  addSeries(context: number, attributes: ByteRange): number {
    const id = this.series.add(context, attributes.bytes, attributes.start, attributes.end);
    if (this.series.keys.count > this.#followers.length) {
      const capacity = moreRows(this.#followers.length);
      this.#followers = grown(this.#followers, new Int32Array(capacity).fill(-1));
    }
    return id;
  }

  metricOfSeries(series: number): number {
    return this.#contextOf(series).metric;
  }

  resourceOfSeries(series: number): number {
    return this.#contextOf(series).resource;
  }

  #contextOf(series: number): Context {
    const id = this.series.qualifierOf(series);
    return (this.#contexts[id] ??= readContextKey(this.contexts.bytesOf(id)));
  }

  metric(id: number): MetricIdentity {
    return (this.#metricOf[id] ??= readMetricKey(this.metrics.bytesOf(id)));
  }

  /** Everything a rule may ask of a series: point attributes over scope over resource attributes. */
  describe(series: number): SeriesDescriptor {
    const context = this.#contextOf(series);
    const attributes = new Map(this.#sharedAttributes(context));
    readAttributes(this.series.bytesOf(series), POINT_ATTRIBUTES, attributes);
    return { metric: this.metric(context.metric), attributes };
  }

  /** Of resource and scope; those of the last context are kept, since its series mostly come together. */
  #sharedAttributes(context: Context): ReadonlyMap<string, AttributeValue> {
    if (context === this.#lastContext) return this.#lastShared;
    const attributes = new Map<string, AttributeValue>();
    readAttributes(this.resources.bytesOf(context.resource), [RESOURCE_ATTRIBUTES], attributes);
    const scope = this.scopes.bytesOf(context.scope);
    const name = readString(scope, SCOPE_NAME);
    const version = readString(scope, SCOPE_VERSION);
    if (name !== "") attributes.set("otel.scope.name", name);
    if (version !== "") attributes.set("otel.scope.version", version);
    readAttributes(scope, [SCOPE_ATTRIBUTES], attributes);
    this.#lastContext = context;
    this.#lastShared = attributes;
    return attributes;
  }

  mark(): BirthMark {
    return {
      resources: this.resources.count,
      scopes: this.scopes.count,
      metrics: this.metrics.count,
      contexts: this.contexts.count,
      bounds: this.bounds.count,
      series: this.series.count,
    };
  }

  /** Writes what was born from `from` up to `to`, in an order in which it can be born again. */
  writeBirths(writer: RecordWriter, from: BirthMark, to: BirthMark): void {
    for (const table of TABLES) {
      writer.reserve(20);
      writer.varint(from[table]);
      writer.varint(to[table] - from[table]);
      for (let id = from[table]; id < to[table]; id++) {
        writer.reserve(10);
        writer.varint(this[table].qualifierOf(id));
        writer.blob(this[table].bytesOf(id));
      }
    }
  }

  /** Gives the written ids again; those already there are passed over. */
  readBirths(reader: RecordReader): void {
    for (const table of TABLES) {
      const first = reader.varint();
      const count = reader.varint();
      assert(first <= this[table].count, "births come without a gap");
      for (let id = first; id < first + count; id++) {
        const qualifier = reader.varint();
        const bytes = reader.blob();
        if (id < this[table].count) continue;
        const given =
          table === "series"
            ? this.addSeries(qualifier, { bytes, start: 0, end: bytes.length })
            : this[table].add(qualifier, bytes, 0, bytes.length);
        assert(given === id, "a birth gives the id that was journaled");
      }
    }
  }
}

function copyRange(range: ByteRange, into: Buffer, at: number): void {
  const { bytes, start, end } = range;
  for (let index = start; index < end; index++) into[at + index - start] = bytes[index]!;
}

/** What `Identity.metricKey` wrote. */
export function readMetricKey(key: Uint8Array): MetricIdentity {
  const buffer = Buffer.from(key);
  const nameStart = METRIC_HEAD_BYTES + buffer.readUInt16LE(3);
  return {
    kind: buffer.readUInt8(0) as MetricKind, // written from a MetricCursor by metricId
    temporality: buffer.readUInt8(1) as Temporality,
    isMonotonic: buffer.readUInt8(2) === 1,
    unit: buffer.toString("utf8", METRIC_HEAD_BYTES, nameStart),
    name: buffer.toString("utf8", nameStart),
  };
}

function readContextKey(key: Uint8Array): Context {
  const [resource = 0, scope = 0, metric = 0] = new Uint32Array(key.slice().buffer);
  return { resource, scope, metric };
}
