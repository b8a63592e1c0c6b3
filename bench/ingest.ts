/**
 * OTLP/HTTP from socket to durable answer: `slowburn serve` in one process, a sender in another, cumulative data of series that
 * a rule uses, every one; at the end good and total are what was sent. The figure is points per CPU second of the server's
 * whole process, storage thread, ticks and own telemetry included (DESIGN section 9).
 *
 * Sketch, 1000 sums a request: 200 ns decode, 150 ns series and engine, 60 kB of socket reads, 5 B of journal a point: some
 * 0.5 µs a point. 10 a request: 20 µs of node:http and socket work are shared by 10 points only.
 * Peers (`--peers`): the same bytes to VictoriaMetrics, which answers before its disk has anything.
 */
import type { BenchSettings } from "./bench-settings.ts";
import { BENCH_RULES, checkCounts, EVENTS_SLO, LATENCY_SLO } from "./bench-rules.ts";
import type { LoadSettings } from "./otlp-load.ts";
import { installedPeers, startPeer } from "./peer-server.ts";
import { startSender, type RunningSender } from "./remote-sender.ts";
import type { BenchRow } from "./row.ts";
import { profileOptions, startSlowburn, type MeasuredServer } from "./server-under-test.ts";

interface Scenario {
  readonly name: string;
  readonly load: LoadSettings;
  readonly connectionCount: number;
  readonly isGzip: boolean;
  /** Thousand points per CPU second. */
  readonly target?: number;
  readonly beat?: number;
  /** Latency at half of the rate that was reached. */
  readonly isPaced?: boolean;
  /** Bytes per series are told. */
  readonly isMemory?: boolean;
}

const sums = (pointsPerRequest: number, seriesCount: number, resourceCount = 10): LoadSettings => ({
  kind: "sum",
  pointsPerRequest,
  seriesCount,
  resourceCount,
});

const SCENARIOS: readonly Scenario[] = [
  {
    name: "1000 sums a request, 8 connections",
    load: sums(1000, 100_000),
    connectionCount: 8,
    isGzip: false,
    target: 1000,
    beat: 2000,
    isPaced: true,
    isMemory: true,
  },
  {
    name: "1000 sums a request, gzip, 8 connections",
    load: sums(1000, 100_000),
    connectionCount: 8,
    isGzip: true,
    target: 600,
    beat: 1000,
  },
  {
    name: "1000 14-bound histograms a request, 8 connections",
    load: { ...sums(1000, 20_000), kind: "histogram" },
    connectionCount: 8,
    isGzip: false,
    target: 700,
    beat: 1500,
    isMemory: true,
  },
  {
    name: "1000 14-bound histograms a request, gzip, 8 connections",
    load: { ...sums(1000, 20_000), kind: "histogram" },
    connectionCount: 8,
    isGzip: true,
  },
  {
    name: "5000 sums a request, 8 connections",
    load: sums(5000, 100_000),
    connectionCount: 8,
    isGzip: false,
  },
  {
    name: "100 sums a request, 32 connections",
    load: sums(100, 30_000),
    connectionCount: 32,
    isGzip: false,
    target: 500,
    beat: 1000,
    isPaced: true,
  },
  {
    name: "10 sums a request, 64 connections",
    load: sums(10, 10_000),
    connectionCount: 64,
    isGzip: false,
    target: 150,
    beat: 300,
  },
];

const QUICK_SCENARIOS: readonly Scenario[] = SCENARIOS.slice(0, 3).map((scenario) => ({
  ...scenario,
  load: { ...scenario.load, pointsPerRequest: 20, seriesCount: 100 },
  connectionCount: 2,
}));

const WARM_ROUNDS = 2;
const MEASURED_POINTS = 1_500_000;
const MIN_ROUNDS = 10;
const PACED_SECONDS = 8;

interface Measured {
  readonly kiloPointsPerCpuSecond: number;
  readonly bytesPerSeries: number;
  readonly latency?: { readonly p50Ms: number; readonly p99Ms: number };
}

export async function benchIngest(settings: BenchSettings): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const peers = settings.withPeers ? installedPeers() : [];
  for (const scenario of settings.isQuick ? QUICK_SCENARIOS : SCENARIOS) {
    if (!scenario.name.includes(settings.part ?? "")) continue;
    settings.progress(`ingest: ${scenario.name}`);
    const ours = await measureSlowburn(scenario, settings);
    const beside: { name: string; measured: Measured }[] = [];
    for (const name of peers) {
      settings.progress(`ingest: ${scenario.name}, ${name}`);
      const server = await startPeer(name);
      const measured = await measureOn(server, scenario, settings).finally(() => server.stop());
      beside.push({ name, measured });
    }
    rows.push(...rowsOf(scenario, ours, beside));
  }
  return rows;
}

async function measureSlowburn(scenario: Scenario, settings: BenchSettings): Promise<Measured> {
  const server = await startSlowburn({
    rules: { "bench.yaml": BENCH_RULES },
    flags: {
      evaluationInterval: settings.isQuick ? "100ms" : "5s", // twice as often as by default, to see the counts sooner
      ...(settings.isQuick ? { selfTelemetry: "off" } : {}),
    },
    isInProcess: settings.isQuick,
    ...profileOptions(settings),
  });
  const sloId = scenario.load.kind === "sum" ? EVENTS_SLO : LATENCY_SLO;
  try {
    return await measureOn(server, scenario, settings, async (sender) =>
      checkCounts(server.apiUrl, sloId, await sender.totals()),
    );
  } finally {
    await server.stop();
  }
}

async function measureOn(
  server: MeasuredServer,
  scenario: Scenario,
  { isQuick }: BenchSettings,
  check: (sender: RunningSender) => Promise<void> = () => Promise.resolve(),
): Promise<Measured> {
  const { load, connectionCount, isGzip, isPaced = false } = scenario;
  const bytesBefore = server.residentBytes();
  const sender = await startSender(load, { url: server.otlpUrl, connectionCount, isGzip }, isQuick);
  try {
    for (let round = 0; round < WARM_ROUNDS; round++) await sender.round();
    const rounds = isQuick ? 1 : Math.max(MIN_ROUNDS, MEASURED_POINTS / load.seriesCount);
    const before = server.cpuSeconds();
    let wallMs = 0;
    for (let round = 0; round < rounds; round++) wallMs += await sender.round();
    const cpuSeconds = server.cpuSeconds() - before;
    const bytesPerSeries = (server.residentBytes() - bytesBefore) / load.seriesCount;
    const requestsPerSecond = (rounds * sender.requestCount * 1000) / wallMs;
    const latency = isPaced
      ? await sender.paced(requestsPerSecond / 2, isQuick ? 0.1 : PACED_SECONDS)
      : undefined;
    await check(sender);
    const kiloPointsPerCpuSecond = (rounds * load.seriesCount) / cpuSeconds / 1000;
    return {
      kiloPointsPerCpuSecond,
      bytesPerSeries,
      ...(latency === undefined ? {} : { latency }),
    };
  } finally {
    await sender.close();
  }
}

function rowsOf(
  scenario: Scenario,
  ours: Measured,
  peers: readonly { readonly name: string; readonly measured: Measured }[],
): BenchRow[] {
  const { name, target, beat, isMemory = false } = scenario;
  const beside = (of: (measured: Measured) => number, index: number) => {
    const peer = peers[index];
    return peer === undefined ? {} : { peer: { name: peer.name, value: of(peer.measured) } };
  };
  const rate = (index: number): BenchRow => ({
    name: `OTLP/HTTP, durable: ${name}`,
    unit: "k points/CPU s",
    value: ours.kiloPointsPerCpuSecond,
    ...(target === undefined ? {} : { target }),
    ...(beat === undefined ? {} : { beat }),
    ...beside((it) => it.kiloPointsPerCpuSecond, index),
  });
  const rows = [rate(0), ...peers.slice(1).map((_, index) => rate(index + 1))];
  if (isMemory)
    rows.push({
      name: `resident memory grown by ${name}`,
      unit: "B/series",
      value: ours.bytesPerSeries,
      ...beside((it) => it.bytesPerSeries, 0),
    });
  if (ours.latency !== undefined)
    rows.push(
      { name: `durable answer at half load, p50: ${name}`, unit: "ms", value: ours.latency.p50Ms },
      {
        name: `durable answer at half load, p99: ${name}`,
        unit: "ms",
        value: ours.latency.p99Ms,
        target: 25,
        beat: 12,
      },
    );
  return rows;
}
