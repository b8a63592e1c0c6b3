/** What a capture holds, for checks of rules against it: each metric with its attributes' keys and its buckets' bounds. */
import {
  MetricsDecoder,
  type ByteRange,
  type HistogramPointCursor,
  type MetricCursor,
  type MetricKind,
  type PointCursor,
  type PointSink,
  type Temporality,
} from "../otlp/index.ts";
import type { RecordSource } from "./capture.ts";

export interface CapturedMetric {
  readonly name: string;
  readonly unit: string;
  readonly kind: MetricKind;
  readonly temporality: Temporality;
  readonly isMonotonic: boolean;
  readonly pointCount: number;
  /** Of its points and their resources; sorted. */
  readonly attributeKeys: readonly string[];
  /** Each list of explicit bounds that occurs, in the metric's unit, in the order of first sight. */
  readonly bounds: readonly (readonly number[])[];
}

/** Beyond, a list is as good as full: a sender that makes keys up must not fill the memory. */
const MAX_METRICS = 10_000;
const MAX_KEYS = 256;
const MAX_BOUNDS = 16;

interface Entry {
  readonly metric: Omit<CapturedMetric, "pointCount" | "attributeKeys" | "bounds">;
  pointCount: number;
  readonly keys: Set<string>;
  /** By their bytes. */
  readonly bounds: Map<string, readonly number[]>;
}

/** By name, then kind. Reads all of `source`; the first 10 000 metrics. */
export async function capturedMetrics(source: RecordSource): Promise<readonly CapturedMetric[]> {
  const sink = new MetricSink();
  const decoder = new MetricsDecoder();
  for await (const { request } of source.records()) decoder.decode(request, sink);
  return [...sink.entries.values()]
    .map(({ metric, pointCount, keys, bounds }) => ({
      ...metric,
      pointCount,
      attributeKeys: [...keys].sort(),
      bounds: [...bounds.values()],
    }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.kind - b.kind));
}

class MetricSink implements PointSink {
  readonly entries = new Map<string, Entry>();
  #entry: Entry | undefined;
  #resourceKeys: readonly string[] = [];

  resource({ bytes, start, end }: ByteRange): void {
    this.#resourceKeys = keysOf(bytes, start, end); // `repeated KeyValue attributes = 1`
  }
  scope(): void {}

  metric({ name, unit, kind, temporality, isMonotonic }: MetricCursor): boolean {
    const metric = { name: textOf(name), unit: textOf(unit), kind, temporality, isMonotonic };
    const key = JSON.stringify(metric);
    this.#entry = this.entries.get(key);
    if (this.#entry === undefined) {
      if (this.entries.size >= MAX_METRICS) return false;
      this.#entry = { metric, pointCount: 0, keys: new Set(), bounds: new Map() };
      this.entries.set(key, this.#entry);
    }
    addKeys(this.#entry.keys, this.#resourceKeys);
    return true;
  }

  number(point: PointCursor): void {
    this.#see(point);
  }
  exponential(point: PointCursor): void {
    this.#see(point);
  }
  summary(point: PointCursor): void {
    this.#see(point);
  }
  histogram(point: HistogramPointCursor): void {
    this.#see(point);
    const { bounds } = this.#entry ?? {};
    const { bytes, start, end } = point.explicitBounds;
    const key = Buffer.from(bytes.subarray(start, end)).toString("latin1");
    if (bounds === undefined || bounds.has(key) || bounds.size >= MAX_BOUNDS) return;
    const view = new DataView(bytes.buffer, bytes.byteOffset + start, end - start);
    bounds.set(
      key,
      Array.from({ length: (end - start) / 8 }, (_, index) => view.getFloat64(index * 8, true)),
    );
  }

  #see({ attributes: { bytes, start, end } }: PointCursor): void {
    if (this.#entry === undefined) return;
    this.#entry.pointCount++;
    addKeys(this.#entry.keys, keysOf(bytes, start, end));
  }
}

function addKeys(keys: Set<string>, more: readonly string[]): void {
  for (const key of more) if (keys.size < MAX_KEYS) keys.add(key);
}

const textOf = ({ bytes, start, end }: ByteRange): string =>
  Buffer.from(bytes.subarray(start, end)).toString();

const LENGTH_DELIMITED = 2;

/**
 * Keys of the `KeyValue { string key = 1; AnyValue value = 2; }`s in a range, whatever their field's number is: other fields of
 * a Resource are numbers. The decoder has checked every length.
 */
function keysOf(bytes: Uint8Array, start: number, end: number): readonly string[] {
  const keys: string[] = [];
  const reader = new FieldReader(bytes, start, end);
  for (let field = reader.next(); field !== undefined; field = reader.next()) {
    if (field.wireType !== LENGTH_DELIMITED) continue;
    const pair = new FieldReader(bytes, field.start, field.end);
    for (let part = pair.next(); part !== undefined; part = pair.next())
      if (part.number === 1 && part.wireType === LENGTH_DELIMITED)
        keys.push(textOf({ bytes, start: part.start, end: part.end }));
  }
  return keys;
}

interface Field {
  readonly number: number;
  readonly wireType: number;
  readonly start: number;
  readonly end: number;
}

class FieldReader {
  readonly #bytes: Uint8Array;
  #at: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  next(): Field | undefined {
    if (this.#at >= this.#end) return undefined;
    const tag = this.#varint();
    const wireType = tag % 8;
    const size = wireType === LENGTH_DELIMITED ? this.#varint() : SIZES[wireType];
    const start = this.#at;
    if (size === undefined) this.#varint();
    else this.#at += size;
    return { number: Math.floor(tag / 8), wireType, start, end: this.#at };
  }

  #varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes[this.#at++] ?? 0;
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  }
}

/** By wire type: fixed64 and fixed32; a varint tells itself where it ends. */
const SIZES: readonly (number | undefined)[] = [undefined, 8, undefined, undefined, undefined, 4];
