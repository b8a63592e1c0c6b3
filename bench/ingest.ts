/**
 * OTLP/HTTP from socket to durable answer: `slowburn serve` in one process, a sender in another, cumulative data of series that
 * a rule uses, every one; at the end good and total are what was sent. The figure is points per CPU second of the server's
 * whole process, storage thread, ticks and own telemetry included (DESIGN section 9).
 *
 * Sketch, 1000 sums a request: 200 ns decode, 150 ns series and engine, 60 kB of socket reads, 5 B of journal a point: some
 * 0.5 µs a point. 10 a request: 20 µs of node:http and socket work are shared by 10 points only.
 * Peers (`--peers`): the same bytes to VictoriaMetrics and the Collector, which answer before a disk has anything.
 */
import type { BenchCase } from "./bench-case.ts";
import { BENCH_RULES, checkCounts, EVENTS_SLO, LATENCY_SLO } from "./bench-rules.ts";
import type { BenchSettings } from "./bench-settings.ts";
import { INGEST_CELLS, type IngestCell } from "./ingest-cells.ts";
import { measureIngest, type Measured } from "./ingest-measure.ts";
import { installedPeers, startPeer, type PeerName } from "./peer-server.ts";
import type { BenchRow, PeerFigure, Target } from "./row.ts";
import { profileOptions, startSlowburn } from "./server-under-test.ts";

export const ingestCases = (settings: BenchSettings): readonly BenchCase[] =>
  INGEST_CELLS.map((cell) => ({
    name: cell.name,
    targets: targetsOf(cell),
    run: async () => {
      const ours = await measureSlowburn(cell, settings);
      const peers: Beside[] = [];
      for (const name of settings.withPeers ? installedPeers() : []) {
        settings.progress(`ingest: ${cell.name}, ${name}`);
        peers.push(await measurePeer(name, cell, settings));
      }
      return rowsOf(cell, ours, peers);
    },
  }));

interface Beside {
  readonly name: PeerName;
  readonly measured: Measured;
  readonly keepsSeries: boolean;
}

async function measureSlowburn(cell: IngestCell, settings: BenchSettings): Promise<Measured> {
  const server = await startSlowburn({
    rules: { "bench.yaml": BENCH_RULES },
    flags: {
      evaluationInterval: settings.isQuick ? "100ms" : "2s", // oftener than by default, to see the counts sooner
      ...(settings.isQuick ? { selfTelemetry: "off" } : {}),
    },
    isInProcess: settings.isQuick,
    ...profileOptions(settings),
  });
  const sloId = cell.kind === "sum" ? EVENTS_SLO : LATENCY_SLO;
  try {
    return await measureIngest(server, cell, settings.isQuick, (sent) =>
      checkCounts(server.apiUrl, [sloId], sent),
    );
  } finally {
    await server.stop();
  }
}

async function measurePeer(
  name: PeerName,
  cell: IngestCell,
  { isQuick }: BenchSettings,
): Promise<Beside> {
  const server = await startPeer(name);
  try {
    const measured = await measureIngest(server, { ...cell, isPaced: false }, isQuick, (sent) =>
      server.checkPoints(sent.points),
    );
    return { name, measured, keepsSeries: server.keepsSeries };
  } finally {
    await server.stop();
  }
}

const rateName = ({ name }: IngestCell): string => `OTLP/HTTP, durable: ${name}`;
const RATE_UNIT = "k points/CPU s";

/** Of a cell whose latency is measured. */
const p99Target = ({ name }: IngestCell): Target => ({
  name: `durable answer at half load, p99: ${name}`,
  unit: "ms",
  target: 25,
  beat: 12,
});

const targetsOf = (cell: IngestCell): readonly Target[] => [
  ...(cell.goal === undefined ? [] : [{ name: rateName(cell), unit: RATE_UNIT, ...cell.goal }]),
  ...(cell.isPaced ? [p99Target(cell)] : []),
];

function rowsOf(cell: IngestCell, ours: Measured, peers: readonly Beside[]): BenchRow[] {
  const beside = (among: readonly Beside[], of: (measured: Measured) => number) =>
    among.map(({ name, measured }): PeerFigure => ({ name, value: of(measured) }));
  const rows: BenchRow[] = [
    {
      name: rateName(cell),
      unit: RATE_UNIT,
      value: ours.kiloPointsPerCpuSecond,
      ...cell.goal,
      peers: beside(peers, (it) => it.kiloPointsPerCpuSecond),
    },
  ];
  if (ours.latency !== undefined)
    rows.push(
      {
        name: `durable answer at half load, p50: ${cell.name}`,
        unit: "ms",
        value: ours.latency.p50Ms,
      },
      { ...p99Target(cell), value: ours.latency.p99Ms },
    );
  if (cell.isMemory) {
    const keeping = peers.filter(({ keepsSeries }) => keepsSeries);
    rows.push({
      name: `resident memory grown by ${cell.name}`,
      unit: "B/series",
      value: ours.bytesPerSeries,
      peers: beside(keeping, (it) => it.bytesPerSeries),
    });
  }
  return rows;
}
