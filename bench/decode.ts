/**
 * Decode alone: bytes of a request -> calls of a sink that only adds up.
 * Sketch: a sum of 198 B is 4 cache lines and some 60 fields' bytes looked at, two compares each: 140 ns; a histogram of
 * 443 B has the same fields, and its packed arrays are passed over by their length: 200 ns. No allocation a point.
 * A server decodes bytes it has just received or inflated, so a few requests are decoded over and over, from the cache;
 * the rows "out of cache" show what memory latency makes of it when a hundred requests take turns.
 * Peer: protobufjs decoding the same bytes into its objects, nothing done with them.
 */
import { MetricsDecoder, type PointSink } from "../src/otlp/index.ts";
import type { BenchCase } from "./bench-case.ts";
import type { BenchSettings } from "./bench-settings.ts";
import { otlpRequests, type OtlpDataSettings } from "./otlp-data.ts";
import { cpuMicros } from "./process-usage.ts";
import { peerDecode, peerTotal } from "./protobufjs-peer.ts";
import type { BenchRow, Target } from "./row.ts";

type Kind = OtlpDataSettings["kind"];

interface DecodeSettings {
  readonly requestCount: number;
  readonly pointsPerRequest: number;
  /** Best of so many rounds counts. */
  readonly roundCount: number;
}
const WHOLE: DecodeSettings = { requestCount: 8, pointsPerRequest: 1_000, roundCount: 150 };
const TINY: DecodeSettings = { requestCount: 2, pointsPerRequest: 20, roundCount: 1 };
/** More bytes than any cache holds. */
const OUT_OF_CACHE_FACTOR = 15;
const ALLOCATION_ROUNDS = 20;

const NAMES: Readonly<Record<Kind, string>> = {
  sum: "decode int sums, 6 attributes",
  histogram: "decode 14-bound histograms",
};
const RATES: Readonly<Record<Kind, Target>> = {
  sum: { name: NAMES.sum, unit: "M points/CPU s", target: 7 },
  histogram: { name: NAMES.histogram, unit: "M points/CPU s", target: 4.5 },
};
const allocation = (kind: Kind): Target => ({
  name: `${NAMES[kind]}: allocated`,
  unit: "B/point",
  target: 1,
});

export const decodeCases = ({ isQuick }: BenchSettings): readonly BenchCase[] =>
  (["sum", "histogram"] as const).map((kind) => ({
    name: NAMES[kind],
    targets: [RATES[kind], allocation(kind)],
    run: () => measure(kind, isQuick ? TINY : WHOLE),
  }));

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

function measure(kind: Kind, settings: DecodeSettings): BenchRow[] {
  const { requestCount, pointsPerRequest, roundCount } = settings;
  const load = { kind, pointsPerRequest, seriesCount: 100_000 };
  const requests = otlpRequests({ ...load, requestCount });
  const pointCount = requestCount * pointsPerRequest;
  const sink = new AddingSink();
  const decodeAll = decoderOf(requests, sink);
  decodeAll();
  if (sink.points !== pointCount || sink.total !== peerTotal(requests, kind))
    throw new Error(`${kind} points were not decoded as protobufjs decodes them`);
  const value = fastest(decodeAll, pointCount, roundCount);
  const peer = fastest(() => peerDecode(requests), pointCount, Math.min(roundCount, 10));
  const many = otlpRequests({ ...load, requestCount: requestCount * OUT_OF_CACHE_FACTOR });
  return [
    { ...RATES[kind], value, peers: [{ name: "protobufjs", value: peer }] },
    {
      name: `${NAMES[kind]}: out of cache`,
      unit: RATES[kind].unit,
      value: fastest(decoderOf(many, new AddingSink()), pointCount * OUT_OF_CACHE_FACTOR, 6),
    },
    { ...allocation(kind), value: allocatedBytes(decodeAll) / pointCount },
  ];
}

function decoderOf(requests: readonly Uint8Array[], sink: PointSink): () => void {
  const decoder = new MetricsDecoder();
  return () => {
    for (const request of requests) decoder.decode(request, sink);
  };
}

/** Million points a second of CPU time in the fastest round. */
function fastest(work: () => void, pointCount: number, roundCount: number): number {
  let micros = Infinity;
  for (let round = 0; round < roundCount; round++) micros = Math.min(micros, cpuMicros(work));
  return pointCount / micros;
}

/** On the heap, per round; without `--expose-gc` not to be trusted. */
function allocatedBytes(work: () => void): number {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let round = 0; round < ALLOCATION_ROUNDS; round++) work();
  return Math.max(0, process.memoryUsage().heapUsed - before) / ALLOCATION_ROUNDS;
}
