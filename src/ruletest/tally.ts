/** What an instrument of a process has measured so far, and the data point it exports: OTLP/JSON, one kind per class. */
import type { MetricSpec } from "./script.ts";

/** JSON fields of a data point, but its times and attributes. */
export type PointFields = Readonly<Record<string, unknown>>;

export interface Tally {
  /** So many more events; `at`: of that value, for histograms. */
  add(events: number, at: number | undefined): void;
  /** Stands at this value; sums and gauges only. */
  set(value: number): void;
  /** As a new process begins. */
  clear(): void;
  fields(): PointFields;
}

export function newTally({ kind, bounds, scale }: MetricSpec): Tally {
  if (kind === "histogram") return new HistogramTally(bounds);
  return kind === "exponential" ? new ExponentialTally(scale) : new NumberTally();
}

class NumberTally implements Tally {
  #value = 0;

  add(events: number): void {
    this.#value += events;
  }

  set(value: number): void {
    this.#value = value;
  }

  clear(): void {
    this.#value = 0;
  }

  fields(): PointFields {
    const value = this.#value;
    return Number.isSafeInteger(value) ? { asInt: String(value) } : { asDouble: value };
  }
}

/** Bucket k holds values up to and with its bound (metrics.proto, HistogramDataPoint). */
class HistogramTally implements Tally {
  readonly #bounds: readonly number[];
  readonly #counts: number[];

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  /** Without a value, the events are in the first bucket: what a histogram `counted` before the script. */
  add(events: number, at = -Infinity): void {
    const found = this.#bounds.findIndex((bound) => at <= bound);
    const bucket = found < 0 ? this.#bounds.length : found;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + events;
  }

  set(value: number): void {
    this.clear();
    this.add(value);
  }

  clear(): void {
    this.#counts.fill(0);
  }

  fields(): PointFields {
    return {
      count: String(this.#counts.reduce((sum, count) => sum + count, 0)),
      bucketCounts: this.#counts.map(String),
      explicitBounds: this.#bounds,
    };
  }
}

/** As SDKs have it (opentelemetry-specification, metrics/sdk.md, MaxSize): wider ones lose resolution. */
const MAX_BUCKETS = 160;

/** Bucket i holds (base^i, base^(i+1)] with base = 2^(2^-scale) (metrics.proto, ExponentialHistogramDataPoint). */
class ExponentialTally implements Tally {
  #scale: number;
  #counts = new Map<number, number>();
  #zeroCount = 0;

  constructor(scale: number) {
    this.#scale = scale;
  }

  add(events: number, at = 0): void {
    if (at <= 0) {
      this.#zeroCount += events;
      return;
    }
    const index = Math.ceil(Math.log2(at) * 2 ** this.#scale) - 1;
    this.#counts.set(index, (this.#counts.get(index) ?? 0) + events);
    while (this.#width > MAX_BUCKETS) this.#halveResolution();
  }

  get #width(): number {
    const indexes = [...this.#counts.keys()];
    return indexes.length === 0 ? 0 : Math.max(...indexes) - Math.min(...indexes) + 1;
  }

  /** Two buckets become one: index i of one scale lies in i >> 1 of the scale below. */
  #halveResolution(): void {
    const halved = new Map<number, number>();
    for (const [index, count] of this.#counts) {
      const merged = Math.floor(index / 2);
      halved.set(merged, (halved.get(merged) ?? 0) + count);
    }
    this.#counts = halved;
    this.#scale--;
  }

  set(value: number): void {
    this.clear();
    this.add(value);
  }

  clear(): void {
    this.#counts.clear();
    this.#zeroCount = 0;
  }

  fields(): PointFields {
    const width = this.#width;
    const offset = Math.min(...this.#counts.keys());
    const counts = Array.from({ length: width }, (_, k) => this.#counts.get(offset + k) ?? 0);
    const count = counts.reduce((sum, each) => sum + each, this.#zeroCount);
    return {
      count: String(count),
      scale: this.#scale,
      zeroCount: String(this.#zeroCount),
      ...(width > 0 && { positive: { offset, bucketCounts: counts.map(String) } }),
    };
  }
}
