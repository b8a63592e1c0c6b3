/**
 * A capture's file through the real engine: `slowburn backtest` without its text. Read, cut, decode, series, engine, a tick and
 * an evaluation each 10 s of the capture, 10k series that export each 10 s.
 * Sketch: decode, series and engine take some 300 ns a sum (bench/series.ts), twice where two rule sets count other events; reading 198 B from the page
 * cache and cutting them 30 ns. Captures of the Collector have no moments: finding the newest point decodes once more,
 * 140 ns. JSON is parsed into objects first, some 2 µs a point.
 * Peer: protobufjs decoding the same requests and doing nothing else.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backtest } from "../src/backtest/index.ts";
import { Capture, CaptureWriter } from "../src/capture/index.ts";
import { ppb, type Slo } from "../src/slo/index.ts";
import type { BenchCase } from "./bench-case.ts";
import type { BenchSettings } from "./bench-settings.ts";
import { benchSlo } from "./bench-slo.ts";
import { BENCH_STEP_MS, BENCH_SUM_METRIC } from "./otlp-data.ts";
import { OtlpLoad } from "./otlp-load.ts";
import { exportRequestType } from "./otlp-proto.ts";
import { cpuMicros } from "./process-usage.ts";
import { peerDecode } from "./protobufjs-peer.ts";
import type { BenchRow } from "./row.ts";

const START_MS = 1_700_000_000_000;
const POINTS_PER_REQUEST = 1_000;
const PEER_REQUESTS = 100;
const RATE = "M points/CPU s";
const SPEED = "x real time/CPU s";

interface CaptureFile {
  readonly file: string;
  readonly points: number;
  /** What the rule must have counted. */
  readonly good: number;
  readonly total: number;
}

export const backtestCases = ({ isQuick }: BenchSettings): readonly BenchCase[] => [
  {
    name: "backtest, int sums, 6 attributes",
    targets: [],
    run: () => measure(isQuick ? 2_000 : 10_000, isQuick ? 3 : 60),
  },
];

async function measure(seriesCount: number, rounds: number): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "slowburn-bench-"));
  const newLoad = () => {
    const shape = {
      kind: "sum",
      pointsPerRequest: POINTS_PER_REQUEST,
      resourceCount: 100,
    } as const;
    return new OtlpLoad({ ...shape, seriesCount }, START_MS);
  };
  try {
    const load = newLoad();
    const recorded = await record(load, join(folder, "recorded.otlp"), rounds);
    const lines = await writeLines(newLoad(), join(folder, "lines.jsonl"), Math.ceil(rounds / 6));
    const peers = [{ name: "protobufjs, decode alone", value: peerRate(load) }];
    const name = `backtest, ${seriesCount} series each 10 s`;
    const two = await rate(recorded, [SLO, EDITED]);
    const realRate = (seriesCount * 1000) / BENCH_STEP_MS;
    return [
      { name: `${name}: one rule set`, unit: RATE, value: await rate(recorded, [SLO]), peers },
      { name: `${name}: another objective`, unit: RATE, value: two, peers },
      { name: `${name}: the same, real time`, unit: SPEED, value: (two * 1e6) / realRate },
      {
        name: `${name}: another indicator`,
        unit: RATE,
        value: await rate(recorded, [SLO, OTHER]),
        peers,
      },
      {
        name: `${name}: JSON lines, another objective`,
        unit: RATE,
        value: await rate(lines, [SLO, EDITED]),
        peers,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** As `slowburn record` does, from before the senders began. */
async function record(load: OtlpLoad, file: string, rounds: number): Promise<CaptureFile> {
  const writer = await CaptureWriter.create(file, Infinity, START_MS - 1000);
  for (const [request, atMs] of requestsOf(load, rounds)) await writer.append(request, atMs);
  await writer.close();
  return { file, ...load.totals() };
}

/** As the Collector's file exporter does: nothing says what was before, so the first round is no increment. */
async function writeLines(load: OtlpLoad, file: string, rounds: number): Promise<CaptureFile> {
  const type = exportRequestType();
  for (const [request] of requestsOf(load, rounds))
    await appendFile(file, `${JSON.stringify(type.decode(request).toJSON())}\n`);
  const { points, good, total } = load.totals();
  return {
    file,
    points,
    good: (good / rounds) * (rounds - 1),
    total: (total / rounds) * (rounds - 1),
  };
}

function* requestsOf(load: OtlpLoad, rounds: number): Generator<readonly [Buffer, number]> {
  for (let round = 1; round <= rounds; round++) {
    const atMs = START_MS + round * BENCH_STEP_MS;
    for (let index = 0; index < load.requestCount; index++) yield [load.next(index, atMs), atMs];
  }
}

/** Million points a second of CPU time, all threads; the best of two. Throws when the counts are wrong. */
async function rate(capture: CaptureFile, slos: readonly Slo[]): Promise<number> {
  const { file, points, good, total } = capture;
  const settings = { ruleSets: slos.map((slo) => [slo]), bucketMs: BENCH_STEP_MS, injections: [] };
  let best = 0;
  for (let round = 0; round < 2; round++) {
    const opened = await Capture.open(file, { latestMs: Infinity });
    const before = process.cpuUsage();
    const outcome = await backtest([opened], settings);
    const { user, system } = process.cpuUsage(before);
    for (const {
      points: read,
      slos: [counted],
    } of outcome?.ruleSets ?? []) {
      if (read !== points || counted?.good !== good || counted.total !== total)
        throw new Error(`counted ${counted?.good} of ${counted?.total}, sent ${good} of ${total}`);
    }
    best = Math.max(best, points / (user + system));
  }
  return best;
}

function peerRate(load: OtlpLoad): number {
  const requests = load.latest(PEER_REQUESTS);
  return (requests.length * load.pointsPerRequest) / cpuMicros(() => peerDecode(requests));
}

const SLO = benchSlo(0, {
  indicator: {
    kind: "events",
    total: { metric: BENCH_SUM_METRIC, where: [] },
    count: "bad",
    when: [{ kind: "in", key: "error.type", values: ["500"] }],
  },
});
const EDITED: Slo = { ...SLO, objective: { ...SLO.objective, budgetPpb: ppb(10_000_000) } };
/** The same events in other words: the rule sets cannot share an engine. */
const OTHER: Slo = {
  ...SLO,
  indicator: {
    kind: "events",
    total: { metric: BENCH_SUM_METRIC, where: [] },
    count: "good",
    when: [{ kind: "notIn", key: "error.type", values: ["500"] }],
  },
};
