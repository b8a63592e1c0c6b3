/**
 * OTLP requests from plain objects, for tests of every room. An encoder of its own, sharing nothing with `src/otlp`, so
 * that a mistake there cannot hide here. Fields go out in the order Go and JavaScript SDKs write them.
 *
 *   buildRequest({
 *     resource: { "service.name": "checkout" },
 *     metrics: [{ name: "requests", sum: { points: [{ attributes: { code: 200 }, start: 1n, time: 2n, int: 5 }] } }],
 *   })
 */

/** Integral numbers and bigints become `int_value`, other numbers `double_value`, `null` an empty AnyValue. */
export type AttributeValue =
  | string
  | boolean
  | number
  | bigint
  | null
  | Uint8Array
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue };
export type AttributesInput = Readonly<Record<string, AttributeValue>>;
/** Nanoseconds since the epoch. */
export type Nanos = number | bigint;

interface PointInput {
  readonly attributes?: AttributesInput;
  readonly start?: Nanos;
  readonly time: Nanos;
  readonly flags?: number;
}
export interface NumberPointInput extends PointInput {
  readonly int?: number | bigint;
  readonly double?: number;
}
export interface HistogramPointInput extends PointInput {
  /** The sum of `counts` when left out. */
  readonly count?: number | bigint;
  readonly sum?: number;
  readonly bounds?: readonly number[];
  readonly counts?: readonly (number | bigint)[];
  readonly min?: number;
  readonly max?: number;
}
export interface BucketsInput {
  readonly offset: number;
  readonly counts: readonly (number | bigint)[];
}
export interface ExponentialPointInput extends PointInput {
  /** The sum of all counts when left out. */
  readonly count?: number | bigint;
  readonly sum?: number;
  readonly scale: number;
  readonly zeroCount?: number | bigint;
  readonly zeroThreshold?: number;
  readonly positive?: BucketsInput;
  readonly negative?: BucketsInput;
  readonly min?: number;
  readonly max?: number;
}
export interface SummaryPointInput extends PointInput {
  readonly count: number | bigint;
  readonly sum?: number;
}

export type TemporalityInput = "unspecified" | "delta" | "cumulative";
interface Named {
  readonly name: string;
  readonly unit?: string;
  readonly description?: string;
}
/** Temporality defaults to cumulative, `isMonotonic` to true. */
export type MetricInput = Named &
  (
    | { readonly gauge: { readonly points: readonly NumberPointInput[] } }
    | {
        readonly sum: {
          readonly temporality?: TemporalityInput;
          readonly isMonotonic?: boolean;
          readonly points: readonly NumberPointInput[];
        };
      }
    | {
        readonly histogram: {
          readonly temporality?: TemporalityInput;
          readonly points: readonly HistogramPointInput[];
        };
      }
    | {
        readonly exponentialHistogram: {
          readonly temporality?: TemporalityInput;
          readonly points: readonly ExponentialPointInput[];
        };
      }
    | { readonly summary: { readonly points: readonly SummaryPointInput[] } }
  );

/** One ResourceMetrics with one ScopeMetrics. */
export interface RequestInput {
  readonly resource?: AttributesInput;
  readonly scope?: {
    readonly name?: string;
    readonly version?: string;
    readonly attributes?: AttributesInput;
  };
  readonly metrics: readonly MetricInput[];
}

/** An `ExportMetricsServiceRequest`: one `ResourceMetrics` per input. */
export function buildRequest(...inputs: readonly RequestInput[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(inputs.flatMap((input) => message(1, resourceMetrics(input))));
}

type Bytes = readonly number[];

export function varint(value: number | bigint): Bytes {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    out.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...out, Number(rest)];
}

export const tag = (field: number, wireType: number): Bytes => varint(field * 8 + wireType);
export const message = (field: number, body: Bytes): Bytes => [
  ...tag(field, 2),
  ...varint(body.length),
  ...body,
];
export const text = (field: number, value: string): Bytes => message(field, [...utf8(value)]);
export const uint = (field: number, value: number | bigint): Bytes => [
  ...tag(field, 0),
  ...varint(value),
];
export const sint = (field: number, value: number): Bytes =>
  uint(field, BigInt.asUintN(32, BigInt((value << 1) ^ (value >> 31))));
export const fixed64 = (field: number, value: number | bigint): Bytes => [
  ...tag(field, 1),
  ...int64(value),
];
export const double = (field: number, value: number): Bytes => [
  ...tag(field, 1),
  ...float64(value),
];

const utf8 = (value: string): Uint8Array => new TextEncoder().encode(value);
const int64 = (value: number | bigint): Bytes => [
  ...new Uint8Array(BigUint64Array.of(BigInt.asUintN(64, BigInt(value))).buffer),
];
const float64 = (value: number): Bytes => [...new Uint8Array(Float64Array.of(value).buffer)];
const optional = <T>(value: T | undefined, encode: (value: T) => Bytes): Bytes =>
  value === undefined ? [] : encode(value);

export function attributes(field: number, values: AttributesInput | undefined): Bytes {
  return Object.entries(values ?? {}).flatMap(([key, value]) => [
    ...message(field, [...text(1, key), ...message(2, anyValue(value))]),
  ]);
}

function anyValue(value: AttributeValue): Bytes {
  if (value === null) return [];
  if (typeof value === "string") return text(1, value);
  if (typeof value === "boolean") return uint(2, value ? 1 : 0);
  if (typeof value === "bigint" || Number.isInteger(value)) return uint(3, value as bigint);
  if (typeof value === "number") return double(4, value);
  if (value instanceof Uint8Array) return message(7, [...value]);
  if (Array.isArray(value))
    return message(
      5,
      (value as readonly AttributeValue[]).flatMap((item) => [...message(1, anyValue(item))]),
    );
  return message(6, attributes(1, value as AttributesInput));
}

function resourceMetrics(input: RequestInput): Bytes {
  const scope = optional(input.scope, (it) =>
    message(1, [
      ...optional(it.name, (name) => text(1, name)),
      ...optional(it.version, (version) => text(2, version)),
      ...attributes(3, it.attributes),
    ]),
  );
  return [
    ...optional(input.resource, (it) => message(1, attributes(1, it))),
    ...message(2, [...scope, ...input.metrics.flatMap((it) => [...message(2, metric(it))])]),
  ];
}

const TEMPORALITY = { unspecified: 0, delta: 1, cumulative: 2 } as const;
const temporality = (value: TemporalityInput | undefined): Bytes =>
  uint(2, TEMPORALITY[value ?? "cumulative"]);

function metric(input: MetricInput): Bytes {
  return [
    ...text(1, input.name),
    ...optional(input.description, (it) => text(2, it)),
    ...optional(input.unit, (it) => text(3, it)),
    ...metricPoints(input),
  ];
}

function metricPoints(input: MetricInput): Bytes {
  const list = <T>(points: readonly T[], encode: (point: T) => Bytes): Bytes =>
    points.flatMap((point) => [...message(1, encode(point))]);
  if ("gauge" in input) return message(5, list(input.gauge.points, numberPoint));
  if ("sum" in input)
    return message(7, [
      ...list(input.sum.points, numberPoint),
      ...temporality(input.sum.temporality),
      ...uint(3, (input.sum.isMonotonic ?? true) ? 1 : 0),
    ]);
  if ("histogram" in input)
    return message(9, [
      ...list(input.histogram.points, histogramPoint),
      ...temporality(input.histogram.temporality),
    ]);
  if ("exponentialHistogram" in input)
    return message(10, [
      ...list(input.exponentialHistogram.points, exponentialPoint),
      ...temporality(input.exponentialHistogram.temporality),
    ]);
  return message(11, list(input.summary.points, summaryPoint));
}

const times = (point: PointInput): Bytes => [
  ...optional(point.start, (it) => fixed64(2, it)),
  ...fixed64(3, point.time),
];
const total = (counts: readonly (number | bigint)[] | undefined): bigint =>
  (counts ?? []).reduce<bigint>((sum, count) => sum + BigInt(count), 0n);

function numberPoint(point: NumberPointInput): Bytes {
  return [
    ...times(point),
    ...optional(point.double, (it) => double(4, it)),
    ...optional(point.int, (it) => fixed64(6, it)),
    ...attributes(7, point.attributes),
    ...optional(point.flags, (it) => uint(8, it)),
  ];
}

function histogramPoint(point: HistogramPointInput): Bytes {
  return [
    ...times(point),
    ...fixed64(4, point.count ?? total(point.counts)),
    ...optional(point.sum, (it) => double(5, it)),
    ...optional(point.counts, (it) => message(6, it.flatMap(int64))),
    ...optional(point.bounds, (it) => message(7, it.flatMap(float64))),
    ...attributes(9, point.attributes),
    ...optional(point.flags, (it) => uint(10, it)),
    ...optional(point.min, (it) => double(11, it)),
    ...optional(point.max, (it) => double(12, it)),
  ];
}

function exponentialPoint(point: ExponentialPointInput): Bytes {
  const buckets = (it: BucketsInput): Bytes => [
    ...sint(1, it.offset),
    ...message(2, it.counts.flatMap(varint)),
  ];
  const count =
    total(point.positive?.counts) + total(point.negative?.counts) + BigInt(point.zeroCount ?? 0);
  return [
    ...attributes(1, point.attributes),
    ...times(point),
    ...fixed64(4, point.count ?? count),
    ...optional(point.sum, (it) => double(5, it)),
    ...sint(6, point.scale),
    ...optional(point.zeroCount, (it) => fixed64(7, it)),
    ...optional(point.positive, (it) => message(8, buckets(it))),
    ...optional(point.negative, (it) => message(9, buckets(it))),
    ...optional(point.flags, (it) => uint(10, it)),
    ...optional(point.min, (it) => double(12, it)),
    ...optional(point.max, (it) => double(13, it)),
    ...optional(point.zeroThreshold, (it) => double(14, it)),
  ];
}

function summaryPoint(point: SummaryPointInput): Bytes {
  return [
    ...times(point),
    ...fixed64(4, point.count),
    ...optional(point.sum, (it) => double(5, it)),
    ...attributes(7, point.attributes),
    ...optional(point.flags, (it) => uint(8, it)),
  ];
}
