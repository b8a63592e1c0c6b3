/** The families with samples per stream: each value is made by slo/error-budget.ts from the snapshot's sums, as the API's is. */
import {
  budgetProjected,
  budgetRemaining,
  burnRate,
  calendarExhaustionMs,
  coveredSpan,
  errorRatio,
  exhaustionMs,
  expectedTotal,
  sliRatio,
  type WindowSpan,
} from "../slo/index.ts";
import { ownLabel } from "./labels.ts";
import { END, sampleLine } from "./line.ts";
import { METRICS, type LabelName, type Metric } from "./names.ts";
import type { ShardSnapshot, StreamSnapshot } from "./snapshot.ts";

export interface StreamFamily {
  readonly metric: Metric;
  /** Lines of one stream; empty when its values are absent. */
  readonly lines: Lines;
}

type Lines = (shard: ShardSnapshot, slot: number, stream: StreamSnapshot) => string;

const STATE_VALUE = { inactive: 0, resolved: 0, pending: 1, firing: 2 } as const;

/** Good and total events of the SLO window. */
interface WindowSums {
  readonly good: number;
  readonly total: number;
  readonly budgetPpb: number;
}

/** In the order they are written. */
export const STREAM_FAMILIES: readonly StreamFamily[] = [
  perStream(METRICS.sliRatio, (shard, slot, stream) => {
    const { good, total } = windowSums(shard, slot, stream);
    return sliRatio(good, total);
  }),
  labelled(METRICS.sliBoundRatio, "bound", ["lowest", "highest"], sliBounds),
  perStream(METRICS.budgetRemainingRatio, (shard, slot, stream) => {
    const { good, total, budgetPpb } = windowSums(shard, slot, stream);
    return budgetRemaining(good, total, budgetPpb);
  }),
  perStream(METRICS.budgetProjectedRatio, projectedRatio),
  perStream(METRICS.budgetConsumedRatio, (shard, slot, stream) => {
    const { good, total, budgetPpb } = windowSums(shard, slot, stream);
    return burnRate(good, total, budgetPpb);
  }),
  perLookback(METRICS.errorRatio, errorRatio),
  perLookback(METRICS.burnRate, burnRate),
  perStream(METRICS.exhaustionSeconds, exhaustionSeconds),
  labelled(METRICS.windowEvents, "kind", ["good", "bad"], (shard, slot, stream) => {
    const { good, total } = windowSums(shard, slot, stream);
    return [good, total - good];
  }),
  perStream(METRICS.windowStartSeconds, (shard, _, stream) =>
    moment(calendarOf(shard, stream)?.startMs),
  ),
  perStream(METRICS.windowEndSeconds, (shard, _, stream) =>
    moment(calendarOf(shard, stream)?.endMs),
  ),
  perStream(METRICS.eventsTotal, ({ lifetimeTotal }, slot, { isCounter }) =>
    isCounter ? lifetimeTotal?.[slot] : undefined,
  ),
  perStream(METRICS.goodEventsTotal, ({ lifetimeGood }, slot, { isCounter }) =>
    isCounter ? lifetimeGood?.[slot] : undefined,
  ),
  perStream(METRICS.newestPointSeconds, ({ newestPointMs }, slot) => moment(newestPointMs[slot])),
  perStream(METRICS.sinceSeconds, ({ sinceMs }, slot) => moment(sinceMs?.[slot])),
  perStream(METRICS.integrity, ({ isPartial }, slot) => isPartial && 1 - (isPartial[slot] ?? 0)),
  { metric: METRICS.alertState, lines: alertLines },
];

/** A family with one sample per stream. */
function perStream(
  metric: Metric,
  value: (shard: ShardSnapshot, slot: number, stream: StreamSnapshot) => number | undefined,
): StreamFamily {
  return {
    metric,
    lines: (shard, slot, stream) =>
      sampleLine(metric, stream.labels, END, value(shard, slot, stream)),
  };
}

/** A family whose samples of one stream differ by one label of known values. */
function labelled(
  metric: Metric,
  label: LabelName,
  names: readonly string[],
  values: (shard: ShardSnapshot, slot: number, stream: StreamSnapshot) => readonly number[],
): StreamFamily {
  const tails = names.map((name) => `,${ownLabel(label, name)}} `);
  return {
    metric,
    lines: (shard, slot, stream) => {
      let text = "";
      const all = values(shard, slot, stream);
      for (let i = 0; i < all.length; i++)
        text += sampleLine(metric, stream.labels, tails[i] ?? END, all[i]);
      return text;
    },
  };
}

/** A family with one sample per stream and lookback, made of that lookback's sums. */
function perLookback(
  metric: Metric,
  value: (good: number, total: number, budgetPpb: number) => number | undefined,
): StreamFamily {
  return {
    metric,
    lines: (shard, slot, stream) => {
      const budgetPpb = cell([shard.budgetPpb], 0, slot);
      let text = "";
      for (let i = 0; i < shard.lookbacks.length; i++) {
        if (stream.ownWindows?.[i] === false) continue;
        const ratio = value(cell(shard.good, i, slot), cell(shard.total, i, slot), budgetPpb);
        text += sampleLine(metric, stream.labels, shard.lookbacks[i]?.tail ?? END, ratio);
      }
      return text;
    },
  };
}

function windowSums(shard: ShardSnapshot, slot: number, stream: StreamSnapshot): WindowSums {
  return {
    good: cell(shard.good, stream.windowIndex, slot),
    total: cell(shard.total, stream.windowIndex, slot),
    budgetPpb: cell([shard.budgetPpb], 0, slot),
  };
}

function sliBounds(
  shard: ShardSnapshot,
  slot: number,
  { windowIndex }: StreamSnapshot,
): readonly number[] {
  if (shard.bounds === undefined) return [];
  const straddling = cell(shard.bounds.straddling, windowIndex, slot);
  if (straddling === 0) return [];
  const total = cell(shard.total, windowIndex, slot);
  const sure = cell(shard.bounds.sure, windowIndex, slot);
  const bounds = [sliRatio(sure, total), sliRatio(sure + straddling, total)];
  return bounds.filter((ratio) => ratio !== undefined);
}

function exhaustionSeconds(
  shard: ShardSnapshot,
  slot: number,
  stream: StreamSnapshot,
): number | undefined {
  const forecastIndex = shard.forecastIndex ?? stream.windowIndex;
  const burn = burnRate(
    cell(shard.good, forecastIndex, slot),
    cell(shard.total, forecastIndex, slot),
    cell([shard.budgetPpb], 0, slot),
  );
  const projected = projectedRatio(shard, slot, stream);
  const span = covered(shard, slot, stream);
  const ms =
    span === undefined
      ? exhaustionMs(projected, burn, stream.windowMs)
      : calendarExhaustionMs(projected, burn, span, shard.atMs);
  return ms === undefined ? undefined : ms / 1000;
}

/** The budget that gates judge by, as `StreamReading.budgetProjected`. */
function projectedRatio(
  shard: ShardSnapshot,
  slot: number,
  stream: StreamSnapshot,
): number | undefined {
  const { good, total, budgetPpb } = windowSums(shard, slot, stream);
  const span = covered(shard, slot, stream);
  if (span === undefined) return budgetRemaining(good, total, budgetPpb);
  return budgetProjected(good, total, budgetPpb, expectedTotal(total, span, shard.countedMs));
}

/** Others in the shard may have one, and composites may read a stream over one. */
const calendarOf = ({ calendar }: ShardSnapshot, { isCalendar }: StreamSnapshot) =>
  isCalendar ? calendar : undefined;

function covered(
  shard: ShardSnapshot,
  slot: number,
  stream: StreamSnapshot,
): WindowSpan | undefined {
  const calendar = calendarOf(shard, stream);
  return calendar && coveredSpan(calendar, shard.sinceMs?.[slot] ?? 0);
}

function alertLines({ severities }: ShardSnapshot, _slot: number, stream: StreamSnapshot): string {
  let text = "";
  for (const { severity, tail } of severities) {
    let value = 0;
    for (const alert of stream.alerts)
      if (alert.severity === severity) value = Math.max(value, STATE_VALUE[alert.state]);
    text += sampleLine(METRICS.alertState, stream.labels, tail, value);
  }
  return text;
}

/** Unix seconds of a moment; 0 ms means that there was none. */
function moment(ms: number | undefined): number | undefined {
  return ms === undefined || ms === 0 ? undefined : ms / 1000;
}

/** `columns[window][slot]`; a column that the engine has not made yet has no events. */
function cell(columns: readonly Float64Array[], window: number, slot: number): number {
  return columns[window]?.[slot] ?? 0;
}
