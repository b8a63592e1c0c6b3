/**
 * Decode, series and engine: a request's bytes to booked increments, on one core (DESIGN section 9). To reach: 3 M sums/s and
 * 2 M 14-bound histograms/s at 100k series, then the same at 1 M; 200 B a series.
 *
 * Sketch, a known sum: its 198 B are read twice, by the decoder and by the comparison with the key of the series (3 lines each,
 * sequential in a round); a row of some 4 B is written and read; writer and bucket take a line each: 140 + 60 + 40 + 60 ns.
 * Nothing is allocated per point. At 1 M series no line is in a cache: the hardware fetches ahead what is sequential.
 *
 * Peer: protobufjs decoding the very same requests, the first hundred of the last round, and doing nothing else.
 */
import { Engine } from "../src/engine/index.ts";
import { Core } from "../src/ingest/index.ts";
import { MetricsDecoder } from "../src/otlp/index.ts";
import type { Indicator } from "../src/slo/index.ts";
import type { BenchCase } from "./bench-case.ts";
import type { BenchSettings } from "./bench-settings.ts";
import { benchSlo } from "./bench-slo.ts";
import { BENCH_HISTOGRAM_METRIC, BENCH_SUM_METRIC } from "./otlp-data.ts";
import { OtlpLoad, type LoadSettings } from "./otlp-load.ts";
import { cpuMicros } from "./process-usage.ts";
import { peerDecode, peerTotal } from "./protobufjs-peer.ts";
import type { BenchRow, Target } from "./row.ts";
import { usedBytes } from "./used-bytes.ts";

type Kind = LoadSettings["kind"];

const START_MS = 1_800_000_000_000;
const BUCKET_MS = 10_000;
/** As a server's by default. */
const ARCHIVED_MS = 30 * 86_400_000;
const ARCHIVE_BYTES = 256 * 1024 * 1024;
const POINTS_PER_REQUEST = 1_000;
/** Requests that are patched, then measured, at a time. */
const CHUNK = 50;
/** V8 compiles the way of a point, again with each turn it has not seen: counted from then on, as a server runs. */
const WARM_POINTS = 1_500_000;
const MAX_WARM_ROUNDS = 15;
/** A minute's: one of them begins it, and has the archive put away the one before. */
const MINUTE_ROUNDS = 60_000 / BUCKET_MS;
/** The best counts. */
const MINUTES = 3;
const PEER_REQUESTS = 100;
const PEER_ROUNDS = 2;
const UNIT = "M points/CPU s";
const NAMES: Readonly<Record<Kind, string>> = {
  sum: "int sums, 6 attributes",
  histogram: "14-bound histograms, a threshold on one",
};
const MEGAPOINTS: Readonly<Record<Kind, number>> = { sum: 3, histogram: 2 };
const SERIES_BYTES = 200;

/** So many series of one kind. */
interface SeriesSet {
  readonly name: string;
  readonly kind: Kind;
  readonly seriesCount: number;
}

export function seriesCases({ isQuick }: BenchSettings): readonly BenchCase[] {
  const sets = (isQuick ? [2_000] : [100_000, 1_000_000]).flatMap((seriesCount) =>
    (["sum", "histogram"] as const).map((kind): SeriesSet => {
      return { name: `${NAMES[kind]}, ${seriesCount} series`, kind, seriesCount };
    }),
  );
  return sets.map((set) => ({
    name: set.name,
    targets: Object.values(targetsOf(set)),
    run: () => measure(set),
  }));
}

const targetsOf = ({ name, kind }: SeriesSet) =>
  ({
    rate: { name: `decode, series, engine: ${name}`, unit: UNIT, target: MEGAPOINTS[kind] },
    memory: {
      name: `memory: ${name}`,
      unit: "B/series",
      target: SERIES_BYTES,
      beat: SERIES_BYTES / 2,
    },
    allocation: { name: `allocated: ${name}`, unit: "B/point", target: 1 },
  }) satisfies Record<string, Target>;

async function measure(set: SeriesSet): Promise<BenchRow[]> {
  const { name, kind, seriesCount } = set;
  const load = new OtlpLoad(
    { kind, seriesCount, pointsPerRequest: POINTS_PER_REQUEST, resourceCount: 100 },
    START_MS,
  );
  const usedBefore = await usedBytes();
  const counting = new Counting(kind, seriesCount);
  const birthRate = counting.takeRounds(load, 1);
  counting.takeRounds(load, 1);
  const used = ((await usedBytes()) - usedBefore) / seriesCount; // of past minutes the archive holds nothing yet
  counting.takeRounds(load, Math.min(Math.ceil(WARM_POINTS / seriesCount), MAX_WARM_ROUNDS));
  let rate = 0;
  for (let minute = 0; minute < MINUTES; minute++) {
    rate = Math.max(rate, counting.takeRounds(load, MINUTE_ROUNDS));
  }
  const peer = peerRate(load, kind);
  const allocated = counting.allocationPerPoint(load);
  counting.check(load);
  const targets = targetsOf(set);
  return [
    { ...targets.rate, value: rate, peers: [{ name: "protobufjs, decode alone", value: peer }] },
    { name: `first sight: ${name}`, unit: UNIT, value: birthRate },
    { ...targets.memory, value: used },
    { ...targets.allocation, value: allocated },
  ];
}

/** Million points a second of CPU time; throws when protobufjs does not find in the requests what they count for. */
function peerRate(load: OtlpLoad, kind: Kind): number {
  const requests = load.latest(PEER_REQUESTS);
  // data is cumulative: the last values are the sum of all that was sent
  const { total } = load.totals(requests.length);
  const found = peerTotal(requests, kind);
  if (found !== total) throw new Error(`protobufjs finds ${found}, sent was ${total}`);
  let rate = 0;
  for (let round = 0; round < PEER_ROUNDS; round++) {
    const microseconds = cpuMicros(() => peerDecode(requests));
    rate = Math.max(rate, (requests.length * load.pointsPerRequest) / microseconds);
  }
  return rate;
}

class Counting {
  readonly #engine = new Engine({ bucketMs: BUCKET_MS, startMs: START_MS - BUCKET_MS });
  readonly #core: Core;
  readonly #decoder = new MetricsDecoder();
  #nowMs = START_MS;

  constructor(kind: Kind, maxSeries: number) {
    const nothing = new Uint8Array();
    const alerts = {
      applyTransition: () => undefined,
      snapshot: () => nothing,
      restore: () => undefined,
    };
    const archive = { retentionMs: ARCHIVED_MS, maxBytes: ARCHIVE_BYTES, bucketMs: BUCKET_MS };
    this.#core = new Core({ engine: this.#engine, alerts, seed: 1, maxSeries, archive });
    this.#core.applyRules([benchSlo(0, { indicator: INDICATORS[kind] })], START_MS - BUCKET_MS);
  }

  /** Every series once a round; million points a second of CPU time, patching left out. */
  takeRounds(load: OtlpLoad, rounds: number): number {
    let microseconds = 0;
    for (let round = 0; round < rounds; round++) microseconds += this.#takeRound(load);
    return (rounds * load.requestCount * load.pointsPerRequest) / microseconds;
  }

  #takeRound(load: OtlpLoad): number {
    const nowMs = (this.#nowMs += BUCKET_MS);
    let microseconds = 0;
    for (let first = 0; first < load.requestCount; first += CHUNK) {
      const requests = requestsOf(load, first, Math.min(first + CHUNK, load.requestCount), nowMs);
      microseconds += cpuMicros(() => {
        for (const request of requests) this.#take(request, nowMs);
      });
    }
    this.#engine.tick(nowMs + 1);
    return microseconds;
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

  /** On the heap, in the rounds of a minute, the rows' bytes left out; without `--expose-gc` not to be trusted. */
  allocationPerPoint(load: OtlpLoad): number {
    let grown = 0;
    let points = 0;
    for (let round = 0; round < MINUTE_ROUNDS; round++) {
      const nowMs = (this.#nowMs += BUCKET_MS);
      const requests = requestsOf(load, 0, Math.min(CHUNK, load.requestCount), nowMs);
      globalThis.gc?.();
      const before = process.memoryUsage().heapUsed;
      for (const request of requests) this.#take(request, nowMs);
      grown += process.memoryUsage().heapUsed - before;
      points += requests.length * load.pointsPerRequest;
    }
    return Math.max(0, grown) / points;
  }

  /** Throws when the counts are not what was sent. */
  check(load: OtlpLoad): void {
    const stream = this.#engine.allStreams()[0];
    if (stream === undefined) throw new Error("there is a stream");
    this.#engine.tick(START_MS + 100 * BUCKET_MS);
    const { good, total } = this.#engine.read(stream.index);
    const sent = load.totals();
    if (good !== sent.good || total !== sent.total)
      throw new Error(`counted ${good} of ${total}, sent ${sent.good} of ${sent.total}`);
  }
}

const requestsOf = (load: OtlpLoad, first: number, end: number, nowMs: number): Uint8Array[] =>
  Array.from({ length: end - first }, (_, index) => load.next(first + index, nowMs));

const INDICATORS: Readonly<Record<Kind, Indicator>> = {
  sum: {
    kind: "events",
    total: { metric: BENCH_SUM_METRIC, where: [] },
    count: "bad",
    when: [{ kind: "in", key: "error.type", values: ["500"] }],
  },
  histogram: {
    kind: "latency",
    total: { metric: BENCH_HISTOGRAM_METRIC, where: [] },
    thresholdNanos: 250_000_000,
  },
};
