/**
 * The tick: sums of 8 lookbacks of every stream, at 1k, 10k and 100k streams (DESIGN section 9: 25 ms with alerts, of which
 * the engine may take 10). Sketch: a tick reads the closed column (8 bytes a stream), adds it to 16 sums and 6 coarse
 * cells, and takes two columns off two windows: some 30 additions a stream in sequential passes, 100k streams in 3 to 6 ms.
 * The peer adds up all buckets of every window again, from the same rings. Of slices of time only the tick that ends one has
 * work: it judges each stream's, some 100 ns, and then does what every tick of events does.
 */
import { Engine } from "../src/engine/index.ts";
import type { Shard } from "../src/engine/shard.ts";
import {
  millis,
  parseObjective,
  ppb,
  streamIndex,
  windowsOf,
  workbookPolicy,
  type Slo,
} from "../src/slo/index.ts";
import type { BenchRow } from "./row.ts";

const BUCKET_MS = 10_000;
const START_MS = 1_700_000_000_000;
const WARM_TICKS = 190; // half an hour and more: buckets leave the two shortest windows
const MEASURED_TICKS = 40;
const TARGET_MS_AT_100K = 10;
const TARGET_BYTES = 16 * 1024;

/**
 * Rows per stream count: median and slowest tick, an increment's booking, memory; and one of slices. Throws when a sum is
 * wrong.
 */
export function benchTick(streamCounts: readonly number[] = [1000, 10_000, 100_000]): BenchRow[] {
  return [
    ...streamCounts.flatMap(benchStreams),
    benchSlices(Math.min(10_000, Math.max(...streamCounts))),
  ];
}

const SLICE_BUCKETS = 6;

function benchSlices(streamCount: number): BenchRow {
  const engine = new Engine({ bucketMs: BUCKET_MS, startMs: START_MS });
  const budgeting = {
    kind: "timeslices",
    widthMs: millis(SLICE_BUCKETS * BUCKET_MS),
    targetPpb: ppb(950_000_000),
  } as const;
  const slos = Array.from({ length: streamCount }, (_, i) => ({ ...benchSlo(i), budgeting }));
  engine.setRules(slos, START_MS);
  const endMs: number[] = [];
  const start = Math.ceil(START_MS / budgeting.widthMs) * budgeting.widthMs;
  for (let tick = 1; tick <= WARM_TICKS + SLICE_BUCKETS * MEASURED_TICKS; tick++) {
    const now = start + tick * BUCKET_MS;
    for (let i = 0; i < streamCount; i++) engine.book(streamIndex(i), now - 1, now, 99, 100);
    const tickedAt = performance.now();
    engine.tick(now);
    if (tick > WARM_TICKS && tick % SLICE_BUCKETS === 0) endMs.push(performance.now() - tickedAt);
  }
  const { good, total } = engine.read(streamIndex(0));
  const ended = Math.floor((WARM_TICKS + SLICE_BUCKETS * MEASURED_TICKS) / SLICE_BUCKETS);
  if (good !== ended || total !== ended) throw new Error("a slice is not counted");
  return {
    name: `tick that ends a slice, ${streamCount} streams`,
    unit: "ms",
    value: median(endMs),
  };
}

function benchStreams(streamCount: number): BenchRow[] {
  const engine = new Engine({ bucketMs: BUCKET_MS, startMs: START_MS });
  engine.setRules(
    Array.from({ length: streamCount }, (_, i) => benchSlo(i)),
    START_MS,
  );
  const tickMs: number[] = [];
  let bookMs = 0;
  const tickCount = WARM_TICKS + MEASURED_TICKS;
  for (let tick = 1; tick <= tickCount; tick++) {
    const now = START_MS + tick * BUCKET_MS;
    const bookedAt = performance.now();
    for (let i = 0; i < streamCount; i++) engine.book(streamIndex(i), now - 1, now, 99, 100);
    const tickedAt = performance.now();
    engine.tick(now);
    if (tick <= WARM_TICKS) continue;
    bookMs += tickedAt - bookedAt;
    tickMs.push(performance.now() - tickedAt);
  }
  check(engine, streamCount, tickCount);
  const name = `${streamCount} streams x ${windowsOf(benchSlo(0)).length} lookbacks`;
  const naiveMs = recountMs(engine);
  const bookings = streamCount * MEASURED_TICKS;
  return [
    {
      name: `tick, ${name}`,
      unit: "ms",
      value: median(tickMs),
      target: (TARGET_MS_AT_100K * streamCount) / 100_000,
      peer: { name: "adding up every window again", value: naiveMs },
    },
    { name: `slowest tick, ${name}`, unit: "ms", value: Math.max(...tickMs) },
    { name: `book, ${name}`, unit: "ns/increment", value: (bookMs * 1e6) / bookings },
    {
      name: `memory, ${name}`,
      unit: "B/stream",
      value: bytesOf(engine) / streamCount,
      target: TARGET_BYTES,
    },
  ];
}

function benchSlo(i: number): Slo {
  const objective = parseObjective("99.9%");
  if (objective === undefined) throw new Error("the bench's objective is one");
  const lengthMs = millis(30 * 86_400_000);
  const total = { metric: `requests.${i}`, where: [] };
  return {
    id: `bench/slo-${i}`,
    service: "bench",
    name: `slo-${i}`,
    description: "",
    labels: {},
    objective,
    window: { kind: "rolling", lengthMs },
    indicator: { kind: "events", total, count: "bad", when: [] },
    per: [],
    groupLimit: 1,
    alerts: workbookPolicy(lengthMs, objective.budgetPpb),
    annotations: {},
    budgeting: { kind: "occurrences" },
    noData: "ignore",
    source: { file: "bench.yaml", line: 1, format: "slowburn" },
  };
}

function check(engine: Engine, streamCount: number, tickCount: number): void {
  for (const i of [0, streamCount >> 1, streamCount - 1]) {
    const { windows } = engine.read(streamIndex(i));
    for (const { windowMs, good, total } of windows) {
      const buckets = Math.min(tickCount, windowMs / BUCKET_MS);
      if (total !== 100 * buckets || good !== 99 * buckets) throw new Error("a sum is wrong");
    }
  }
}

// The engine's shards are these; the door shows less of them.
const shardsOf = (engine: Engine): readonly Shard[] => engine.shards as readonly Shard[];

function recountMs(engine: Engine): number {
  const rounds = Array.from({ length: 5 }, () => {
    const startedAt = performance.now();
    for (const shard of shardsOf(engine)) shard.counts.recountAll();
    return performance.now() - startedAt;
  });
  return median(rounds);
}

/** Of every column, whether its pages were touched yet or not. */
function bytesOf(engine: Engine): number {
  let bytes = 0;
  for (const { counts, streams, budgetPpb, newestPointMs } of shardsOf(engine)) {
    const columns = [...counts.goodSums, ...counts.totalSums, streams, budgetPpb, newestPointMs];
    for (const ring of counts.rings)
      columns.push(ring.good as Float64Array, ring.total as Float64Array);
    for (const column of columns) bytes += column.byteLength;
  }
  return bytes;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
