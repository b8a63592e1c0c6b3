/**
 * Decode alone: bytes of a request -> calls of a sink that only adds up.
 * Sketch: a sum of 198 B is 4 cache lines and some 60 fields' bytes looked at, two compares each: 140 ns; a histogram of
 * 443 B has the same fields, and its packed arrays are passed over by their length: 200 ns. No allocation a point.
 * A server decodes bytes it has just received or inflated, so a few requests are decoded over and over, from the cache;
 * the rows "out of cache" show what memory latency makes of it when a hundred requests take turns.
 * Peer: protobufjs decoding the same bytes into its objects, nothing done with them.
 */
import { MetricsDecoder, type PointSink } from "../src/otlp/index.ts";
import { otlpRequests } from "./otlp-data.ts";
import { exportRequestType } from "./otlp-proto.ts";
import type { BenchRow } from "./row.ts";

export interface DecodeBenchSettings {
  readonly requestCount: number;
  readonly pointsPerRequest: number;
  /** Best of so many rounds counts. */
  readonly roundCount: number;
}
const FULL: DecodeBenchSettings = { requestCount: 8, pointsPerRequest: 1_000, roundCount: 150 };
/** More bytes than any cache holds. */
const OUT_OF_CACHE_FACTOR = 15;
const ALLOCATION_ROUNDS = 20;
/** Million points a second, one core. */
const TARGETS = { sum: 7, histogram: 4.5 } as const;

export function benchDecode(settings: DecodeBenchSettings = FULL): BenchRow[] {
  return [...benchKind("sum", settings), ...benchKind("histogram", settings)];
}

/** Adds up what it is given, so that nothing is optimised away. */
class AddingSink implements PointSink {
  points = 0;
  total = 0;
  resource(): void {}
  scope(): void {}
  metric(): boolean {
    return true;
  }
  number(point: { readonly value: number }): void {
    this.points++;
    this.total += point.value;
  }
  histogram(point: { readonly count: number }): void {
    this.points++;
    this.total += point.count;
  }
  exponential(): void {}
  summary(): void {}
}

function benchKind(kind: "sum" | "histogram", settings: DecodeBenchSettings): BenchRow[] {
  const { requestCount, pointsPerRequest, roundCount } = settings;
  const data = { kind, pointsPerRequest, seriesCount: 100_000 };
  const requests = otlpRequests({ ...data, requestCount });
  const pointCount = requestCount * pointsPerRequest;
  const decoder = new MetricsDecoder();
  const sink = new AddingSink();
  const decodeAll = (): void => {
    for (const request of requests) decoder.decode(request, sink);
  };
  decodeAll();
  if (sink.points !== pointCount || sink.total !== peerTotal(kind, requests))
    throw new Error(`decode bench: ${kind} points were not decoded as protobufjs decodes them`);
  const value = fastest(decodeAll, pointCount, roundCount);
  const type = exportRequestType();
  const peer = fastest(
    () => {
      for (const request of requests) type.decode(request);
    },
    pointCount,
    Math.min(roundCount, 10),
  );
  const name = kind === "sum" ? "decode int sums, 6 attributes" : "decode 14-bound histograms";
  return [
    {
      name,
      unit: "M points/s",
      value,
      target: TARGETS[kind],
      peer: { name: "protobufjs", value: peer },
    },
    outOfCacheRow(
      name,
      otlpRequests({ ...data, requestCount: requestCount * OUT_OF_CACHE_FACTOR }),
    ),
    ...allocationRow(name, decodeAll, pointCount),
  ];
}

function outOfCacheRow(name: string, requests: readonly Uint8Array[]): BenchRow {
  const decoder = new MetricsDecoder();
  const sink = new AddingSink();
  const decodeAll = (): void => {
    for (const request of requests) decoder.decode(request, sink);
  };
  decodeAll();
  const value = fastest(decodeAll, sink.points, 5);
  return { name: `${name}: out of cache`, unit: "M points/s", value };
}

/** Million points a second in the fastest round. */
function fastest(work: () => void, pointCount: number, roundCount: number): number {
  let best = 0;
  for (let round = 0; round < roundCount; round++) {
    const startedAt = performance.now();
    work();
    best = Math.max(best, pointCount / (performance.now() - startedAt) / 1_000);
  }
  return best;
}

/** Needs `--expose-gc`; without it the row is left out. */
function allocationRow(name: string, work: () => void, pointCount: number): BenchRow[] {
  if (globalThis.gc === undefined) return [];
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  for (let round = 0; round < ALLOCATION_ROUNDS; round++) work();
  const grown = Math.max(0, process.memoryUsage().heapUsed - before);
  return [
    {
      name: `${name}: allocated`,
      unit: "B/point",
      value: grown / pointCount / ALLOCATION_ROUNDS,
      target: 1,
    },
  ];
}

interface PlainPoint {
  readonly as_int?: { toString(): string };
  readonly count?: { toString(): string };
}
interface PlainData {
  readonly data_points: readonly PlainPoint[];
}
interface PlainMetric {
  readonly sum?: PlainData;
  readonly histogram?: PlainData;
}

/** The same sum as `AddingSink.total`, by way of protobufjs. */
function peerTotal(kind: "sum" | "histogram", requests: readonly Uint8Array[]): number {
  const type = exportRequestType();
  let total = 0;
  for (const request of requests) {
    const decoded = type.decode(request) as unknown as {
      resource_metrics: { scope_metrics: { metrics: PlainMetric[] }[] }[];
    };
    const metrics = decoded.resource_metrics.flatMap((it) =>
      it.scope_metrics.flatMap((scope) => scope.metrics),
    );
    for (const metric of metrics)
      for (const point of metric[kind]?.data_points ?? [])
        total += Number(String(point.as_int ?? point.count ?? 0));
  }
  return total;
}
