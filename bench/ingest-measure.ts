/** One cell of the ingest bench on one server: warm rounds, then rounds until there are points enough, or time is up. */
import type { IngestCell } from "./ingest-cells.ts";
import type { LoadSettings, LoadTotals } from "./otlp-load.ts";
import { startSender, type RunningSender } from "./remote-sender.ts";
import type { MeasuredServer } from "./server-under-test.ts";

/** What is sent before it counts, and what counts: it ends with the first of the two, but not before two rounds. */
interface Effort {
  readonly warmMs: number;
  readonly points: number;
  readonly withinMs: number;
  readonly pacedSeconds: number;
}
/** Of a cell with a target. */
const WHOLE: Effort = { warmMs: 1_500, points: 1_500_000, withinMs: 6_000, pacedSeconds: 6 };
/** Of the others, so that all sixteen take minutes. */
const SHORT: Effort = { warmMs: 1_000, points: 500_000, withinMs: 3_000, pacedSeconds: 0 };
const QUICK: Effort = { warmMs: 0, points: 1, withinMs: 0, pacedSeconds: 0.1 };
const MIN_ROUNDS = 2;
const RESOURCES = 10;

export interface Measured {
  readonly kiloPointsPerCpuSecond: number;
  readonly bytesPerSeries: number;
  readonly latency?: { readonly p50Ms: number; readonly p99Ms: number };
}

/** `check` throws when the server has not counted what was sent. */
export async function measureIngest(
  server: MeasuredServer,
  cell: IngestCell,
  isQuick: boolean,
  check: (sent: LoadTotals) => Promise<void>,
): Promise<Measured> {
  const { isGzip, isPaced } = cell;
  const effort = isQuick ? QUICK : cell.goal === undefined ? SHORT : WHOLE;
  const load = loadOf(cell, isQuick);
  const connectionCount = isQuick ? 2 : cell.connectionCount;
  const bytesBefore = server.residentBytes();
  const sender = await startSender(load, { url: server.otlpUrl, connectionCount, isGzip }, isQuick);
  try {
    await send(sender, load.seriesCount, { points: Infinity, withinMs: effort.warmMs });
    const before = server.cpuSeconds();
    const sent = await send(sender, load.seriesCount, effort);
    const cpuSeconds = server.cpuSeconds() - before;
    const bytesPerSeries = (server.residentBytes() - bytesBefore) / load.seriesCount;
    const requestsPerSecond = (sent.rounds * sender.requestCount * 1000) / sent.wallMs;
    const latency = isPaced
      ? await sender.paced(requestsPerSecond / 2, effort.pacedSeconds)
      : undefined;
    await check(await sender.totals());
    const kiloPointsPerCpuSecond = (sent.rounds * load.seriesCount) / cpuSeconds / 1000;
    return {
      kiloPointsPerCpuSecond,
      bytesPerSeries,
      ...(latency === undefined ? {} : { latency }),
    };
  } finally {
    await sender.close();
  }
}

const loadOf = ({ kind, pointsPerRequest, seriesCount }: IngestCell, isQuick: boolean) =>
  ({
    kind,
    pointsPerRequest,
    seriesCount: isQuick ? 2 * pointsPerRequest : seriesCount,
    resourceCount: RESOURCES,
  }) satisfies LoadSettings;

interface Sent {
  readonly rounds: number;
  /** Compressing left out. */
  readonly wallMs: number;
}

async function send(
  sender: RunningSender,
  pointsPerRound: number,
  until: Pick<Effort, "points" | "withinMs">,
): Promise<Sent> {
  const endsAt = performance.now() + until.withinMs;
  let rounds = 0;
  let wallMs = 0;
  while (
    rounds < MIN_ROUNDS ||
    (rounds * pointsPerRound < until.points && performance.now() < endsAt)
  ) {
    wallMs += await sender.round();
    rounds++;
  }
  return { rounds, wallMs };
}
