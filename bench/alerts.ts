/**
 * The alert step of a tick: 100k streams under the workbook's four tiers.
 *
 * Sketch: per tier and stream two loads of 8 bytes and a compare while the short lookback has no bad events, so 6.4 MB
 * are read per tick of 100k: 1–2 ms at memory speed. Budget: 10 ms of the tick's 25 (DESIGN section 9).
 */
import { AlertEvaluator, linksUnder } from "../src/alerts/index.ts";
import type { ShardView, StreamReading, StreamView } from "../src/engine/index.ts";
import {
  millis,
  ppb,
  rollingWindow,
  streamIndex,
  workbookPolicy,
  type Slo,
} from "../src/slo/index.ts";
import type { BenchRow } from "./row.ts";

const DAY = 86_400_000;
const BUDGET = ppb(1_000_000);
const ROUNDS = 30;

const POLICY = workbookPolicy(millis(30 * DAY), BUDGET);
const SLO: Slo = {
  id: "bench/availability",
  service: "bench",
  name: "availability",
  description: "",
  labels: {},
  objective: { text: "99.9%", goodPpb: ppb(999_000_000), budgetPpb: BUDGET },
  window: { kind: "rolling", lengthMs: millis(30 * DAY) },
  indicator: { kind: "events", total: { metric: "m", where: [] }, count: "bad", when: [] },
  per: ["n"],
  groupLimit: 200,
  alerts: POLICY,
  annotations: {},
  budgeting: { kind: "occurrences" },
  noData: "ignore",
  source: { file: "bench.yaml", line: 1, format: "slowburn" },
};

/** One shard; every stream has `bad` bad events of 10,000 in each lookback. */
function shardOf(streamCount: number, bad: number): ShardView {
  const windowsMs = [...new Set(POLICY.tiers.flatMap((tier) => [tier.longMs, tier.shortMs]))].sort(
    (a, b) => a - b,
  );
  return {
    windows: windowsMs.map(rollingWindow),
    windowsMs,
    calendar: undefined,
    countedMs: 0,
    policy: POLICY,
    slotCount: streamCount,
    streams: Int32Array.from({ length: streamCount }, (_, slot) => slot),
    budgetPpb: new Float64Array(streamCount).fill(BUDGET),
    goodSums: windowsMs.map(() => new Float64Array(streamCount).fill(10_000 - bad)),
    totalSums: windowsMs.map(() => new Float64Array(streamCount).fill(10_000)),
    straddle: undefined,
    newestPointMs: new Float64Array(streamCount),
  };
}

function evaluatorOf(streamCount: number): AlertEvaluator {
  const views = Array.from({ length: streamCount }, (_, index): StreamView => ({
    index: streamIndex(index),
    slo: SLO,
    group: [String(index)],
    key: `bench/availability{n="${index}"}`,
  }));
  const source = {
    stream: (index: number) => views[index],
    read: (): StreamReading | undefined => undefined,
    streamsOf: () => views,
  };
  return new AlertEvaluator(source, { links: linksUnder("http://127.0.0.1:4319") });
}

/** Median ms of an evaluation; throws when it finds other than `alertCount` alerts. */
function measure(streamCount: number, bad: number, alertCount: number): number {
  const alerts = evaluatorOf(streamCount);
  const shards = [shardOf(streamCount, bad)];
  const spans: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const begin = performance.now();
    alerts.evaluate(shards, round * 10_000);
    spans.push(performance.now() - begin);
  }
  if (alerts.current().length !== alertCount)
    throw new Error(`expected ${alertCount} alerts, found ${alerts.current().length}`);
  return spans.sort((a, b) => a - b)[ROUNDS / 2] ?? Number.NaN;
}

export function benchAlerts(streamCount: number = 100_000): BenchRow[] {
  const name = (what: string) => `alerts: evaluate ${streamCount} streams x 4 tiers, ${what}`;
  return [
    { name: name("all quiet"), unit: "ms", value: measure(streamCount, 0, 0), target: 10 },
    {
      name: name("some errors, no burn"),
      unit: "ms",
      value: measure(streamCount, 5, 0),
      target: 10,
    },
    { name: name("all firing"), unit: "ms", value: measure(streamCount, 5000, 2 * streamCount) },
  ];
}
