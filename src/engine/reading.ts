/** A stream's numbers as of the last tick; every ratio is made by slo/error-budget.ts from the same sums. */
import {
  budgetRemaining,
  burnRate,
  errorRatio,
  exhaustionMs,
  sliRatio,
  type Slo,
} from "../slo/index.ts";
import type { Stream } from "./streams.ts";
import type { Integrity, StreamReading, WindowReading } from "./view.ts";

/** `markReasons`: why counts within the stream's windows are incomplete, besides its own doubts. */
export function readStream(
  stream: Stream,
  atMs: number,
  markReasons: readonly string[],
): StreamReading {
  const { shard, slot, slo } = stream;
  const budgetPpb = slo.objective.budgetPpb;
  const windows = shard.windowsMs.map((_, k) => readWindow(stream, k, atMs));
  const sloWindow = shard.windowsMs.indexOf(slo.window.lengthMs);
  const { good, total } = windows[sloWindow]!;
  const remaining = budgetRemaining(good, total, budgetPpb);
  const newestPointMs = shard.newestPointMs[slot]!;
  return {
    stream,
    atMs,
    good,
    total,
    bad: total - good,
    sli: sliRatio(good, total),
    budgetRemaining: remaining,
    budgetConsumed: burnRate(good, total, budgetPpb),
    exhaustionMs: exhaustionMs(remaining, presentBurn(slo, windows), slo.window.lengthMs),
    windows,
    goodBounds: goodBounds(stream, sloWindow),
    newestPointMs: newestPointMs === 0 ? undefined : newestPointMs,
    sinceMs: stream.sinceMs,
    integrity: integrityOf([...stream.doubts, ...markReasons]),
  };
}

function readWindow({ shard, slot, slo }: Stream, k: number, atMs: number): WindowReading {
  const { counts, straddleCounts } = shard;
  const windowMs = shard.windowsMs[k]!;
  const good = counts.goodSums[k]![slot]! + (straddleCounts?.goodSums[k]![slot] ?? 0);
  const total = counts.totalSums[k]![slot]!;
  const widthMs = counts.ringOf(k).factor * counts.layout.bucketMs;
  return {
    windowMs,
    good,
    total,
    errorRatio: errorRatio(good, total),
    burnRate: burnRate(good, total, slo.objective.budgetPpb),
    edgeMs: atMs - windowMs - counts.starts[k]! * widthMs,
  };
}

/** Over the longest lookback of the fastest tier; without tiers, over the SLO window. */
function presentBurn(slo: Slo, windows: readonly WindowReading[]): number | undefined {
  const lookbackMs = slo.alerts.tiers[0]?.longMs ?? slo.window.lengthMs;
  return windows.find((window) => window.windowMs === lookbackMs)?.burnRate;
}

function goodBounds({ shard, slot }: Stream, k: number): readonly [number, number] | undefined {
  const straddling = shard.straddleCounts?.totalSums[k]![slot] ?? 0;
  if (straddling === 0) return undefined;
  const lowest = shard.counts.goodSums[k]![slot]!;
  return [lowest, lowest + straddling];
}

function integrityOf(reasons: readonly string[]): Integrity {
  return reasons.length === 0 ? { kind: "complete" } : { kind: "partial", reasons };
}
