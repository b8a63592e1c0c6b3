/** A stream's numbers as of the last tick; every ratio is made by slo/error-budget.ts from the same sums. */
import {
  budgetProjected,
  budgetRemaining,
  burnRate,
  calendarExhaustionMs,
  coveredSpan,
  errorRatio,
  exhaustionMs,
  expectedTotal,
  isOwnWindow,
  ownWindowIndex,
  sliRatio,
  type Slo,
} from "../slo/index.ts";
import type { CountRings } from "./count-rings.ts";
import { windowStartMs } from "./ladder.ts";
import type { Stream } from "./streams.ts";
import type {
  CalendarReading,
  ExcludedCounts,
  Integrity,
  MemberReading,
  StreamReading,
  WindowReading,
} from "./view.ts";

/** `reasons`: why counts within the stream's windows are incomplete. `members`: of a composite. */
export function readStream(
  stream: Stream,
  atMs: number,
  reasons: readonly string[],
  members?: readonly MemberReading[],
): StreamReading {
  const { shard, slot, slo } = stream;
  const budgetPpb = slo.objective.budgetPpb;
  const windows = shard.windowsMs.map((_, k) => readWindow(stream, k, atMs));
  const sloWindow = ownWindowIndex(slo, shard.windowsMs);
  const { good, total } = windows[sloWindow]!;
  const remaining = budgetRemaining(good, total, budgetPpb);
  const calendar = readCalendar(stream, total, atMs);
  const projected =
    calendar === undefined
      ? remaining
      : budgetProjected(good, total, budgetPpb, calendar.expectedTotal);
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
    budgetProjected: projected,
    calendar,
    exhaustionMs: exhaustion(stream, projected, presentBurn(slo, windows), atMs),
    windows: windows.filter(({ window }) => isOwnWindow(slo, window)),
    goodBounds: goodBounds(stream, sloWindow),
    excluded: excludedOf(stream, sloWindow),
    ...(members && { members }),
    newestPointMs: newestPointMs === 0 ? undefined : newestPointMs,
    sinceMs: shard.sinceMs[slot]!,
    integrity: integrityOf(reasons),
  };
}

/** What lies before the stream began to count has no part in the forecast. */
function readCalendar(stream: Stream, total: number, atMs: number): CalendarReading | undefined {
  const { shard, slot } = stream;
  const calendar = calendarOf(stream);
  if (calendar === undefined) return undefined;
  const { startMs, endMs } = calendar;
  return {
    startMs,
    endMs,
    elapsedMs: atMs - startMs,
    remainingMs: endMs - atMs,
    expectedTotal: expectedTotal(
      total,
      coveredSpan(calendar, shard.sinceMs[slot]!),
      shard.countedMs,
    ),
  };
}

function exhaustion(
  stream: Stream,
  projected: number | undefined,
  burn: number | undefined,
  atMs: number,
): number | undefined {
  const { shard, slot, slo } = stream;
  const calendar = calendarOf(stream);
  return calendar === undefined
    ? exhaustionMs(projected, burn, slo.window.lengthMs)
    : calendarExhaustionMs(projected, burn, coveredSpan(calendar, shard.sinceMs[slot]!), atMs);
}

/** Composites may read others over a calendar window too. */
const calendarOf = ({ shard, slo }: Stream) =>
  slo.window.kind === "calendar" ? shard.calendar : undefined;

function readWindow({ shard, slot, slo }: Stream, k: number, atMs: number): WindowReading {
  const { counts, straddleCounts } = shard;
  const windowMs = shard.windowsMs[k]!;
  const good = counts.goodSums[k]![slot]! + (straddleCounts?.goodSums[k]![slot] ?? 0);
  const total = counts.totalSums[k]![slot]!;
  const widthMs = counts.ringOf(k).factor * counts.layout.bucketMs;
  return {
    window: shard.windows[k]!,
    windowMs,
    good,
    total,
    errorRatio: errorRatio(good, total),
    burnRate: burnRate(good, total, slo.objective.budgetPpb),
    edgeMs: windowStartMs(counts.layout, k, atMs) - counts.starts[k]! * widthMs,
    ...evidenceOf(shard.evidence?.[k]![slot]),
  };
}

const evidenceOf = (evidence: number | undefined): Pick<WindowReading, "evidence"> =>
  evidence === undefined || evidence === 1 ? {} : { evidence };

function excludedOf({ shard, slot }: Stream, k: number): ExcludedCounts | undefined {
  const { counts, straddleCounts } = shard;
  if (counts.excluded?.rangesOf(slot) === undefined) return undefined;
  const sumOf = (side: CountRings | undefined) =>
    side?.excluded?.sumFrom(side.layout.rungOfWindow[k]!, slot, side.starts[k]!) ?? [0, 0];
  const [good, total] = sumOf(counts);
  const [straddlingGood] = sumOf(straddleCounts);
  return { good: good + straddlingGood, total };
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
