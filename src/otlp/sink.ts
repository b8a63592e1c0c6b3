/**
 * What a decoder tells of a request, in wire order: resource, scope, metric, then its points.
 * No objects per point: one cursor of each shape is reused, and byte ranges point into `bytes` (the request, or the
 * decoder's scratch where the wire form was not contiguous). All are valid only during the call.
 */

/** Metric.data of metrics.proto. */
export const MetricKind = {
  gauge: 1,
  sum: 2,
  histogram: 3,
  exponentialHistogram: 4,
  summary: 5,
} as const;
export type MetricKind = (typeof MetricKind)[keyof typeof MetricKind];

/** AggregationTemporality of metrics.proto. */
export const Temporality = { unspecified: 0, delta: 1, cumulative: 2 } as const;
export type Temporality = (typeof Temporality)[keyof typeof Temporality];

/** DataPointFlags.DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK. */
export const NO_RECORDED_VALUE = 1;

/** OpenTelemetry's AttributeCountLimit: a point with more is rejected alone (DESIGN section 5). */
export const MAX_ATTRIBUTES = 128;

/** A range of `bytes`; empty when start === end. */
export interface ByteRange {
  bytes: Uint8Array;
  start: number;
  end: number;
}

export interface MetricCursor {
  readonly name: ByteRange;
  readonly unit: ByteRange;
  kind: MetricKind;
  temporality: Temporality;
  isMonotonic: boolean;
}

/** What all points share. Times are the two 32-bit halves of the wire's fixed64 nanoseconds. */
export interface PointCursor {
  /** `repeated KeyValue attributes` with their tags, as on the wire. */
  readonly attributes: ByteRange;
  /** Over `MAX_ATTRIBUTES` the sink rejects the point (partial success): the decoder only counts. */
  attributeCount: number;
  startHi: number;
  startLo: number;
  timeHi: number;
  timeLo: number;
  flags: number;
}

/** NumberDataPoint. */
export interface NumberPointCursor extends PointCursor {
  /** `as_int` beyond 2^53 is rounded to the nearest double. NaN with `hasValue` false when the oneof is unset. */
  value: number;
  hasValue: boolean;
}

/** HistogramDataPoint. `count`, buckets: fixed64, as numbers. */
export interface HistogramPointCursor extends PointCursor {
  count: number;
  /** Packed little-endian fixed64 values, 8 bytes each. */
  readonly bucketCounts: ByteRange;
  /** Packed little-endian doubles, 8 bytes each. */
  readonly explicitBounds: ByteRange;
  /** NaN when absent. */
  min: number;
  max: number;
}

/** ExponentialHistogramDataPoint. */
export interface ExponentialPointCursor extends PointCursor {
  count: number;
  scale: number;
  zeroCount: number;
  /** 0 when absent. */
  zeroThreshold: number;
  positiveOffset: number;
  /** Packed varints, one a bucket. */
  readonly positiveCounts: ByteRange;
  negativeOffset: number;
  readonly negativeCounts: ByteRange;
  min: number;
  max: number;
}

/** SummaryDataPoint: only `count` can serve an SLI. */
export interface SummaryPointCursor extends PointCursor {
  count: number;
}

/**
 * Takes a request's points. `resource`, `scope` and `metric` may be called again with the same content;
 * `resource` gets the bytes of the `Resource` message, `scope` those of the `InstrumentationScope` message (without
 * their tag and length; empty when unset). A point that is wrong alone is counted by the sink itself (partial success).
 */
export interface PointSink {
  resource(message: ByteRange): void;
  scope(message: ByteRange): void;
  /** False when no point of this metric is of use: the decoder skips them, but still checks their wire form. */
  metric(metric: MetricCursor): boolean;
  number(point: NumberPointCursor): void;
  histogram(point: HistogramPointCursor): void;
  exponential(point: ExponentialPointCursor): void;
  summary(point: SummaryPointCursor): void;
}
