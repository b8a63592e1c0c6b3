/**
 * Decode, series and engine: a request's bytes to booked increments, on one core (DESIGN section 9). To reach: 3 M sums/s and
 * 2 M 14-bound histograms/s at 100k series, then the same at 1 M; 200 B a series.
 *
 * Sketch, a known sum: its 198 B are read twice, by the decoder and by the comparison with the key of the series (3 lines each,
 * sequential in a round); a row of some 4 B is written and read; writer and bucket take a line each: 140 + 60 + 40 + 60 ns.
 * Nothing is allocated per point. At 1 M series no line is in a cache: the hardware fetches ahead what is sequential.
 */
import { Engine } from "../src/engine/index.ts";
import { Core } from "../src/ingest/index.ts";
import { MetricsDecoder } from "../src/otlp/index.ts";
import {
  millis,
  parseObjective,
  workbookPolicy,
  type Indicator,
  type Slo,
} from "../src/slo/index.ts";
import type { BenchSettings } from "./bench-settings.ts";
import { BENCH_HISTOGRAM_METRIC, BENCH_SUM_METRIC } from "./otlp-data.ts";
import { OtlpLoad, type LoadSettings } from "./otlp-load.ts";
import type { BenchRow } from "./row.ts";

type Kind = LoadSettings["kind"];

const START_MS = 1_800_000_000_000;
const BUCKET_MS = 10_000;
const POINTS_PER_REQUEST = 1_000;
/** Requests that are patched, then measured, at a time. */
const CHUNK = 50;
const ROUNDS = 5;
const TARGETS = { sum: 3, histogram: 2 } as const;
const TARGET_BYTES = 200;
const NAMES = {
  sum: "int sums, 6 attributes",
  histogram: "14-bound histograms, a threshold on one",
};

export function benchSeries({ isQuick, progress }: BenchSettings): BenchRow[] {
  const seriesCounts = isQuick ? [2_000] : [100_000, 1_000_000];
  return seriesCounts.flatMap((seriesCount) =>
    (["sum", "histogram"] as const).flatMap((kind) => {
      progress(`series: ${seriesCount} ${NAMES[kind]}`);
      return measureSeries(kind, seriesCount);
    }),
  );
}

export function measureSeries(kind: Kind, seriesCount: number): BenchRow[] {
  const load = new OtlpLoad(
    { kind, seriesCount, pointsPerRequest: POINTS_PER_REQUEST, resourceCount: 100 },
    START_MS,
  );
  const usedBefore = usedBytes();
  const counting = new Counting(kind, seriesCount);
  const birthRate = counting.takeRound(load, 1);
  let rate = 0;
  for (let round = 2; round < 2 + ROUNDS; round++) {
    rate = Math.max(rate, counting.takeRound(load, round));
  }
  const used = (usedBytes() - usedBefore) / seriesCount;
  const allocated = counting.allocationPerPoint(load, 2 + ROUNDS);
  counting.check(load);
  const name = `${NAMES[kind]}, ${seriesCount} series`;
  return [
    {
      name: `decode, series, engine: ${name}`,
      unit: "M points/CPU s",
      value: rate,
      target: TARGETS[kind],
    },
    { name: `first sight: ${name}`, unit: "M points/CPU s", value: birthRate },
    {
      name: `memory: ${name}`,
      unit: "B/series",
      value: used,
      target: TARGET_BYTES,
      beat: TARGET_BYTES / 2,
    },
    { name: `allocated: ${name}`, unit: "B/point", value: allocated, target: 1 },
  ];
}

class Counting {
  readonly #engine = new Engine({ bucketMs: BUCKET_MS, startMs: START_MS - BUCKET_MS });
  readonly #core: Core;
  readonly #decoder = new MetricsDecoder();

  constructor(kind: Kind, maxSeries: number) {
    const nothing = new Uint8Array();
    const alerts = {
      applyTransition: () => undefined,
      snapshot: () => nothing,
      restore: () => undefined,
    };
    this.#core = new Core({ engine: this.#engine, alerts, seed: 1, maxSeries });
    this.#core.applyRules([sloOf(kind)], START_MS - BUCKET_MS);
  }

  /** Every series once; million points a second of CPU time, patching left out. */
  takeRound(load: OtlpLoad, round: number): number {
    const nowMs = START_MS + round * BUCKET_MS;
    let microseconds = 0;
    for (let first = 0; first < load.requestCount; first += CHUNK) {
      const requests = requestsOf(load, first, Math.min(first + CHUNK, load.requestCount), nowMs);
      const before = process.cpuUsage();
      for (const request of requests) this.#take(request, nowMs);
      const { user, system } = process.cpuUsage(before);
      microseconds += user + system;
    }
    this.#engine.tick(nowMs + 1);
    return (load.requestCount * load.pointsPerRequest) / microseconds;
  }

  /** As the intake does with a group of one request, the store left out. */
  #take(request: Uint8Array, nowMs: number): void {
    const { resolver, rows } = this.#core.series;
    resolver.begin(nowMs);
    this.#decoder.decode(request, resolver);
    const bytes = rows.bytes.copy();
    rows.clear();
    this.#core.applyRows(bytes);
  }

  /** On the heap, the rows' bytes left out; 0 without `--expose-gc`. */
  allocationPerPoint(load: OtlpLoad, round: number): number {
    if (globalThis.gc === undefined) return 0;
    const nowMs = START_MS + round * BUCKET_MS;
    const requests = requestsOf(load, 0, Math.min(CHUNK, load.requestCount), nowMs);
    globalThis.gc();
    const before = process.memoryUsage().heapUsed;
    for (const request of requests) this.#take(request, nowMs);
    const grown = process.memoryUsage().heapUsed - before;
    return Math.max(0, grown) / (requests.length * load.pointsPerRequest);
  }

  /** Throws when the counts are not what was sent. */
  check(load: OtlpLoad): void {
    const stream = this.#engine.allStreams()[0];
    if (stream === undefined) throw new Error("series bench: there is a stream");
    this.#engine.tick(START_MS + 100 * BUCKET_MS);
    const { good, total } = this.#engine.read(stream.index);
    const sent = load.totals();
    if (good !== sent.good || total !== sent.total) {
      throw new Error(
        `series bench: counted ${good} of ${total}, sent ${sent.good} of ${sent.total}`,
      );
    }
  }
}

const requestsOf = (load: OtlpLoad, first: number, end: number, nowMs: number): Uint8Array[] =>
  Array.from({ length: end - first }, (_, index) => load.next(first + index, nowMs));

function sloOf(kind: Kind): Slo {
  const indicator: Indicator =
    kind === "sum"
      ? {
          kind: "events",
          total: { metric: BENCH_SUM_METRIC, where: [] },
          count: "bad",
          when: [{ kind: "in", key: "error.type", values: ["500"] }],
        }
      : {
          kind: "latency",
          total: { metric: BENCH_HISTOGRAM_METRIC, where: [] },
          thresholdNanos: 250_000_000,
        };
  const window = { kind: "rolling", lengthMs: millis(30 * 86_400_000) } as const;
  const objective = parseObjective("99.9%");
  if (objective === undefined) throw new Error("99.9% is an objective");
  return {
    id: "bench/series",
    service: "bench",
    name: "series",
    description: "",
    labels: {},
    objective,
    window,
    indicator,
    per: [],
    groupLimit: 1,
    alerts: workbookPolicy(window.lengthMs, objective.budgetPpb),
    annotations: {},
    budgeting: { kind: "occurrences" },
    noData: "ignore",
    source: { file: "bench", line: 1, format: "slowburn" },
  };
}

function usedBytes(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
