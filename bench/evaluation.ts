/**
 * The whole tick: sums of every lookback, then the alerts of every stream, on real parts with real counts. To reach: 100k
 * streams x 8 lookbacks in 25 ms, and one SLO at a thousandth of what Prometheus pays for Sloth's rules of the same SLO
 * (DESIGN section 9: 5.9 ms). Peer (`--peers`): that Prometheus, here and now.
 */
import { AlertEvaluator } from "../src/alerts/index.ts";
import { Engine } from "../src/engine/index.ts";
import { linksUnder } from "../src/server/alert-links.ts";
import { millis, parseObjective, streamIndex, workbookPolicy, type Slo } from "../src/slo/index.ts";
import type { BenchSettings } from "./bench-settings.ts";
import { slothEvaluationMs } from "./prometheus-rules.ts";
import type { BenchRow } from "./row.ts";

const BUCKET_MS = 10_000;
const START_MS = 1_700_000_000_000;
/** Over 30 min, so that the short windows lose buckets too. */
const WARM_TICKS = 190;
const MEASURED_TICKS = 31;
const TARGET_MS = 25;
/** A thousandth and a ten-thousandth of 5.9 ms, in µs. */
const SLO_TARGET_MICROS = 5.9;
const SLO_BEAT_MICROS = 0.59;

export async function benchEvaluation(settings: BenchSettings): Promise<BenchRow[]> {
  const streamCount = settings.isQuick ? 50 : 100_000;
  settings.progress(`evaluation: ${streamCount} streams`);
  const tickMs = median(evaluate(streamCount));
  let peer: BenchRow["peer"];
  if (settings.withPeers) {
    settings.progress("evaluation: Prometheus with Sloth's rules");
    const ms = await slothEvaluationMs();
    if (ms !== undefined) peer = { name: "Prometheus, Sloth's rules", value: ms * 1000 };
  }
  return [
    {
      name: `tick and alerts, ${streamCount} streams x 8 lookbacks`,
      unit: "ms",
      value: tickMs,
      target: (TARGET_MS * streamCount) / 100_000,
    },
    {
      name: "one SLO's evaluation",
      unit: "µs",
      value: (tickMs * 1000) / streamCount,
      target: SLO_TARGET_MICROS,
      beat: SLO_BEAT_MICROS,
      ...(peer === undefined ? {} : { peer }),
    },
  ];
}

/** ms of each measured tick. One stream in a hundred burns; throws unless those and no others have alerts. */
function evaluate(streamCount: number): number[] {
  const engine = new Engine({ bucketMs: BUCKET_MS, startMs: START_MS });
  const slos = Array.from({ length: streamCount }, (_, index) => benchSlo(index));
  engine.setRules(slos, START_MS);
  const alerts = new AlertEvaluator(engine, { links: linksUnder("http://127.0.0.1:4319") });
  const spans: number[] = [];
  for (let tick = 1; tick <= WARM_TICKS + MEASURED_TICKS; tick++) {
    const nowMs = START_MS + tick * BUCKET_MS;
    for (let i = 0; i < streamCount; i++)
      engine.book(streamIndex(i), nowMs - 1, nowMs - 1, i % 100 === 0 ? 90 : 100, 100);
    const begunAt = performance.now();
    engine.tick(nowMs);
    alerts.evaluate(engine.shards, nowMs);
    if (tick > WARM_TICKS) spans.push(performance.now() - begunAt);
  }
  const burning = new Set(alerts.current().map(({ streamKey }) => streamKey));
  if (burning.size !== Math.ceil(streamCount / 100))
    throw new Error(`${burning.size} streams have alerts, one in a hundred should`);
  return spans;
}

function benchSlo(index: number): Slo {
  const objective = parseObjective("99.9%");
  if (objective === undefined) throw new Error("the bench's objective is one");
  const lengthMs = millis(30 * 86_400_000);
  return {
    id: `bench/slo-${index}`,
    service: "bench",
    name: `slo-${index}`,
    description: "",
    labels: {},
    objective,
    window: { kind: "rolling", lengthMs },
    indicator: {
      kind: "events",
      total: { metric: `requests.${index}`, where: [] },
      count: "bad",
      when: [],
    },
    per: [],
    groupLimit: 1,
    alerts: workbookPolicy(lengthMs, objective.budgetPpb),
    annotations: {},
    budgeting: { kind: "occurrences" },
    noData: "ignore",
    source: { file: "bench.yaml", line: 1, format: "slowburn" },
  };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
