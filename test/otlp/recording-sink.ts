/** A sink that keeps what it is told as plain values, so that a test can compare it with what was sent. */
import type {
  ByteRange,
  ExponentialPointCursor,
  HistogramPointCursor,
  MetricCursor,
  NumberPointCursor,
  PointCursor,
  PointSink,
  SummaryPointCursor,
} from "../../src/otlp/index.ts";

export type Call = Readonly<Record<string, unknown>> & {
  readonly call: string;
  readonly value?: unknown;
  readonly attributeCount?: unknown;
};

export class RecordingSink implements PointSink {
  readonly calls: Call[] = [];
  private readonly wants: (name: string) => boolean;

  constructor(wants: (name: string) => boolean = () => true) {
    this.wants = wants;
  }

  /** Calls of one kind. */
  of(call: string): Call[] {
    return this.calls.filter((it) => it.call === call);
  }

  resource(message: ByteRange): void {
    this.calls.push({ call: "resource", message: hex(message) });
  }
  scope(message: ByteRange): void {
    this.calls.push({ call: "scope", message: hex(message) });
  }
  metric(metric: MetricCursor): boolean {
    const name = Buffer.from(slice(metric.name)).toString();
    const { kind, temporality, isMonotonic } = metric;
    const unit = Buffer.from(slice(metric.unit)).toString();
    this.calls.push({ call: "metric", name, unit, kind, temporality, isMonotonic });
    return this.wants(name);
  }
  number(point: NumberPointCursor): void {
    const { value, hasValue } = point;
    this.calls.push({ call: "number", ...shared(point), value, hasValue });
  }
  histogram(point: HistogramPointCursor): void {
    this.calls.push({
      call: "histogram",
      ...shared(point),
      count: point.count,
      counts: fixed64s(point.bucketCounts),
      bounds: doubles(point.explicitBounds),
      min: point.min,
      max: point.max,
    });
  }
  exponential(point: ExponentialPointCursor): void {
    const { count, scale, zeroCount, zeroThreshold, min, max } = point;
    this.calls.push({
      call: "exponential",
      ...shared(point),
      count,
      scale,
      zeroCount,
      zeroThreshold,
      min,
      max,
      positiveOffset: point.positiveOffset,
      positive: varints(point.positiveCounts),
      negativeOffset: point.negativeOffset,
      negative: varints(point.negativeCounts),
    });
  }
  summary(point: SummaryPointCursor): void {
    this.calls.push({ call: "summary", ...shared(point), count: point.count });
  }
}

const slice = (range: ByteRange): Uint8Array => range.bytes.slice(range.start, range.end);
const hex = (range: ByteRange): string => Buffer.from(slice(range)).toString("hex");

const shared = (point: PointCursor): Record<string, unknown> => ({
  attributes: hex(point.attributes),
  attributeCount: point.attributeCount,
  start: (BigInt(point.startHi) << 32n) | BigInt(point.startLo),
  time: (BigInt(point.timeHi) << 32n) | BigInt(point.timeLo),
  flags: point.flags,
});

function fixed64s(range: ByteRange): number[] {
  return [...new BigUint64Array(slice(range).buffer)].map(Number);
}

function doubles(range: ByteRange): number[] {
  return [...new Float64Array(slice(range).buffer)];
}

function varints(range: ByteRange): number[] {
  const values: number[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of slice(range)) {
    value |= BigInt(byte & 127) << shift;
    shift += 7n;
    if (byte < 128) {
      values.push(Number(BigInt.asUintN(64, value)));
      value = 0n;
      shift = 0n;
    }
  }
  return values;
}
