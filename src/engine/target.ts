/** What binding a series to the rules yields; the hot loop multiplies by it. */
import type { MetricKind, Temporality } from "../otlp/index.ts";
import type { Attributes, Comparison, StreamIndex } from "../slo/index.ts";

/** A series as seen once, at first sight. */
export interface SeriesDescriptor {
  readonly metric: {
    readonly name: string;
    readonly unit: string;
    readonly kind: MetricKind;
    readonly temporality: Temporality;
    readonly isMonotonic: boolean;
  };
  readonly attributes: Attributes;
}

/** One stream that a series' increments go to. */
export interface Target {
  readonly stream: StreamIndex;
  /** 1: an increment is good. 0: it says nothing of good. -1: it counts bad events of a separate bad metric. */
  readonly goodWeight: number;
  /** 1: an increment is an event. 0: another series counts the total. */
  readonly totalWeight: number;
  /**
   * Latency: index into `SeriesBinding.thresholds`; good is the count at or below it, and the events in the bucket that
   * straddles it are booked apart. -1: every event of the series counts alike.
   */
  readonly threshold: number;
  /** Events above the threshold are not in the total either: it counts a bucket. Of a cut bucket it is the estimate. */
  readonly isTotalCut?: true;
  /** What a point of a gauge adds; of a counter or histogram there is none. */
  readonly sample?: SampleMeasure;
}

/** A gauge's point counts one, one if its value holds, or its value. */
export type SampleMeasure =
  | { readonly kind: "one" }
  | { readonly kind: "holds"; readonly op: Comparison; readonly value: number }
  | { readonly kind: "value" };

/** Different latency thresholds of one series; targets beyond are not counted, and their SLO's notes say so. */
export const MAX_THRESHOLDS = 32;

export interface SeriesBinding {
  /** Empty: no rule uses the series. */
  readonly targets: readonly Target[];
  /** Latency thresholds in the metric's own unit, ascending, each once; at most `MAX_THRESHOLDS`. */
  readonly thresholds: readonly number[];
}

/** Called once per series at first sight, and again for all after a rule change. */
export type BindSeries = (series: SeriesDescriptor) => SeriesBinding;

/**
 * Books an increment that happened in (fromMs, timeMs]: at `timeMs`, or spread evenly over the buckets when the interval is
 * over two minutes (DESIGN 4.1). `good` and `total` are integers where the source's are; zeros still show that data came.
 */
export type BookIncrement = (
  stream: StreamIndex,
  fromMs: number,
  timeMs: number,
  good: number,
  total: number,
) => void;

/** Says that counts of a stream are known to be incomplete: it says `integrity: partial` with this reason from now on. */
export type DoubtStream = (stream: StreamIndex, reason: string) => void;
