/** The room between a real decoder and a recording engine: requests go in, increments come out. */
import type { BindSeries, SeriesBinding, SeriesDescriptor } from "../../src/engine/index.ts";
import { MalformedRequest, MetricsDecoder } from "../../src/otlp/index.ts";
import {
  RecordReader,
  SeriesState,
  type AccumulatorCounters,
  type MetricIdentity,
  type Rejection,
} from "../../src/series/index.ts";
import { streamIndex } from "../../src/slo/index.ts";
import { buildRequest, type MetricInput, type RequestInput } from "../otlp/request-builder.ts";

/** Times of these tests are seconds after this moment; rules have watched since 0. */
export const EPOCH_MS = 1_800_000_000_000;
export const ms = (seconds: number): number => EPOCH_MS + seconds * 1000;
/** Nanoseconds of a moment given in seconds; whole milliseconds. */
export const nanos = (seconds: number): bigint =>
  BigInt(EPOCH_MS + Math.round(seconds * 1000)) * 1_000_000n;

export interface Booking {
  readonly kind: "whole" | "straddle";
  readonly stream: number;
  readonly fromMs: number;
  readonly timeMs: number;
  readonly good: number;
  readonly total: number;
}

export interface Sent {
  readonly takenPoints: number;
  readonly rejectedPoints: number;
  readonly reasons: Partial<Record<Rejection, number>>;
  readonly message: string;
  readonly isMalformed: boolean;
}

/** Every event is one of stream 0; those with `code` 500 are bad. */
const bindEvents: BindSeries = (series) => ({
  targets: [
    {
      stream: streamIndex(0),
      goodWeight: String(series.attributes.get("code")) === "500" ? 0 : 1,
      totalWeight: 1,
      threshold: -1,
    },
  ],
  thresholds: [],
});

/** Stream 0 counts all events; stream 1 + i those at or below the i-th threshold. */
export function bindLatency(...thresholds: readonly number[]): BindSeries {
  const binding: SeriesBinding = {
    targets: [
      { stream: streamIndex(0), goodWeight: 1, totalWeight: 1, threshold: -1 },
      ...thresholds.map((_, index) => ({
        stream: streamIndex(1 + index),
        goodWeight: 1 as const,
        totalWeight: 1 as const,
        threshold: index,
      })),
    ],
    thresholds,
  };
  return () => binding;
}

export interface HarnessSettings {
  readonly bind?: BindSeries;
  readonly maxSeries?: number;
  readonly seed?: number;
  /** Seconds since which rules use the metric; `undefined` for one that no rule uses. */
  readonly usedSince?: (metric: MetricIdentity) => number | undefined;
}

export class SeriesHarness {
  readonly state: SeriesState;
  /** Replace it, then `rebind`: what a rule change does. */
  bind: BindSeries;
  /** Series in order of binding. */
  readonly bound: SeriesDescriptor[] = [];
  bookings: Booking[] = [];
  /** Metrics whose points had no room, with the time of the first of each request, seconds. */
  readonly refused: (readonly [metric: string, time: number])[] = [];
  readonly doubts: (readonly [stream: number, reason: string])[] = [];
  readonly #decoder = new MetricsDecoder();

  constructor({
    bind = bindEvents,
    maxSeries = 1_000_000,
    seed = 7,
    usedSince = () => 0,
  }: HarnessSettings = {}) {
    this.bind = bind;
    const record =
      (kind: Booking["kind"]) =>
      (stream: number, fromMs: number, timeMs: number, good: number, total: number) => {
        this.bookings.push({ kind, stream, fromMs, timeMs, good, total });
      };
    this.state = new SeriesState({
      seed,
      maxSeries,
      bind: (series) => {
        this.bound.push(series);
        return this.bind(series);
      },
      book: record("whole"),
      bookStraddle: record("straddle"),
      onSeriesLimit: (metric, timeMs) =>
        this.refused.push([metric.name, (timeMs - EPOCH_MS) / 1000]),
      doubt: (stream, reason) => void this.doubts.push([stream, reason]),
      usedSinceMs: (metric) => {
        const since = usedSince(metric);
        return since === undefined ? undefined : ms(since);
      },
    });
  }

  get counters(): AccumulatorCounters {
    return this.state.accumulator.counters;
  }

  /** Resolves a request into rows, which wait for `apply`. `now` in seconds bounds the future. */
  resolve(request: Uint8Array, now = 1_000_000): Sent {
    const { resolver } = this.state;
    resolver.begin(ms(now));
    try {
      this.#decoder.decode(request, resolver);
    } catch (error) {
      resolver.rollback();
      if (!(error instanceof MalformedRequest)) throw error;
      return { takenPoints: 0, rejectedPoints: 0, reasons: {}, message: "", isMalformed: true };
    }
    const { takenPoints, tally } = resolver;
    return {
      takenPoints,
      rejectedPoints: tally.points,
      reasons: Object.fromEntries(tally.entries()),
      message: tally.message,
      isMalformed: false,
    };
  }

  /** The rows that wait, as the journal would hold them. */
  takeRows(): Uint8Array {
    const rows = this.state.rows.bytes.copy();
    this.state.rows.clear();
    return rows;
  }

  apply(rows: Uint8Array): number {
    return this.state.applyRows(new RecordReader(rows));
  }

  /** One request, resolved and applied. */
  send(request: Uint8Array | RequestInput | MetricInput, now?: number): Sent {
    const bytes =
      request instanceof Uint8Array
        ? request
        : buildRequest("metrics" in request ? request : { metrics: [request] });
    const sent = this.resolve(bytes, now);
    this.apply(this.takeRows());
    return sent;
  }

  /** Good and total of a stream so far, straddling events apart. */
  sums(stream = 0): { good: number; total: number; straddleGood: number; straddle: number } {
    const sums = { good: 0, total: 0, straddleGood: 0, straddle: 0 };
    for (const booking of this.bookings) {
      if (booking.stream !== stream) continue;
      if (booking.kind === "whole") {
        sums.good += booking.good;
        sums.total += booking.total;
      } else {
        sums.straddleGood += booking.good;
        sums.straddle += booking.total;
      }
    }
    return sums;
  }

  /** Bookings since the last call, times in seconds after `EPOCH_MS`. */
  drain(): readonly (readonly [from: number, to: number, good: number, total: number])[] {
    const drained = this.bookings.map(
      ({ fromMs, timeMs, good, total }) =>
        [(fromMs - EPOCH_MS) / 1000, (timeMs - EPOCH_MS) / 1000, good, total] as const,
    );
    this.bookings = [];
    return drained;
  }
}
