/**
 * One tick, held still. Writing a large exposition yields to the event loop, and a tick may run meanwhile, so what it reads
 * is copied first, in one go (DESIGN 4.9: one number). A copy is a few memory moves per shard; labels come from a cache.
 */
import type { ShardView, StreamView } from "../engine/index.ts";
import {
  isComposite,
  isHidden,
  isOwnWindow,
  ownWindowIndex,
  streamIndex,
  windowText,
  type AlertPolicy,
  type AlertSeverity,
  type Slo,
  type WindowSpan,
} from "../slo/index.ts";
import { openLabels, ownLabel, streamLabels } from "./labels.ts";
import type { AlertSample, ExpositionSource, RuleFileSample } from "./source.ts";

export interface Snapshot {
  readonly tickedAtMs: number;
  readonly shards: readonly ShardSnapshot[];
  readonly slos: readonly Slo[];
  /** Ids of those whose alert on absent data fires. */
  readonly absentSlos: ReadonlySet<string>;
  readonly ruleFiles: readonly RuleFileSample[];
  readonly version: string;
}

/** A shard's columns as of the tick, by slot and by window as in `ShardView`; the estimate of straddling events is in `good`. */
export interface ShardSnapshot {
  readonly slotCount: number;
  /** The tick, ms. */
  readonly atMs: number;
  /** Until when what happened is in the sums, ms. */
  readonly countedMs: number;
  /** The calendar window that runs, where the SLO window is one. */
  readonly calendar: WindowSpan | undefined;
  /** Per slot; `undefined` when it is free. */
  readonly streams: readonly (StreamSnapshot | undefined)[];
  /** Per window: `,lookback="1h"} `, what follows a stream's labels. */
  readonly lookbacks: readonly { readonly tail: string }[];
  readonly severities: readonly { readonly severity: AlertSeverity; readonly tail: string }[];
  /** Column of the burn that forecasts are made with. */
  readonly forecastIndex: number | undefined;
  readonly budgetPpb: Float64Array;
  readonly good: readonly Float64Array[];
  readonly total: readonly Float64Array[];
  /** Only of streams whose threshold lies inside a bucket: the surely good, and all that straddle. */
  readonly bounds:
    | { readonly sure: readonly Float64Array[]; readonly straddling: readonly Float64Array[] }
    | undefined;
  readonly newestPointMs: Float64Array;
  readonly lifetimeGood: Float64Array | undefined;
  readonly lifetimeTotal: Float64Array | undefined;
  readonly sinceMs: Float64Array | undefined;
  readonly isPartial: Uint8Array | undefined;
}

export interface StreamSnapshot {
  /** Open label set, see `openLabels`. */
  readonly labels: string;
  readonly windowMs: number;
  /** Column of the SLO window. */
  readonly windowIndex: number;
  readonly isCalendar: boolean;
  /** By column, whether the window is its own; absent where all are. */
  readonly ownWindows: readonly boolean[] | undefined;
  /** Whether what it counts adds up over time: not where ratios of other SLOs are put together. */
  readonly isCounter: boolean;
  readonly alerts: readonly AlertSample[];
}

interface CachedLabels {
  readonly slo: Slo;
  readonly key: string;
  readonly labels: string;
}

/** Takes snapshots; keeps each stream's label text until its SLO is loaded anew or another stream takes its index. */
export class Snapshots {
  readonly #source: ExpositionSource;
  readonly #labels: (CachedLabels | undefined)[] = [];

  constructor(source: ExpositionSource) {
    this.#source = source;
  }

  /** Synchronous: everything in it is of one moment. */
  take(): Snapshot {
    const { engine, slos, ruleFiles, version } = this.#source;
    const all = this.#source.alerts();
    const alerts = byStream(all.filter(({ kind }) => kind !== "absent"));
    const absent = all.filter(({ kind, state }) => kind === "absent" && state === "firing");
    return {
      tickedAtMs: engine.tickedAtMs,
      shards: engine.shards.map((shard) => this.#copy(shard, alerts)),
      slos: [...slos()],
      absentSlos: new Set(absent.map(({ streamKey }) => streamKey)), // an SLO's whole: its id
      ruleFiles: [...ruleFiles()],
      version,
    };
  }

  #copy(shard: ShardView, alerts: ReadonlyMap<string, readonly AlertSample[]>): ShardSnapshot {
    const { slotCount, straddle, windowsMs, policy } = shard;
    const column = (values: Float64Array) => values.slice(0, slotCount);
    const sure = shard.goodSums.map(column);
    const lifetimeGood = shard.lifetimeGood && column(shard.lifetimeGood);
    return {
      slotCount,
      atMs: this.#source.engine.tickedAtMs,
      countedMs: shard.countedMs,
      calendar: shard.calendar,
      streams: this.#streams(shard, alerts),
      lookbacks: shard.windows.map((window) => ({
        tail: `,${ownLabel("lookback", windowText(window))}} `,
      })),
      severities: [...new Set(policy.tiers.map((tier) => tier.severity))].map((severity) => ({
        severity,
        tail: `,${ownLabel("severity", severity)}} `,
      })),
      forecastIndex: forecastIndex(windowsMs, policy),
      budgetPpb: column(shard.budgetPpb),
      good: straddle === undefined ? sure : sure.map((good, i) => plus(good, straddle.goodSums[i])),
      total: shard.totalSums.map(column),
      bounds: straddle && { sure, straddling: straddle.totalSums.map(column) },
      newestPointMs: column(shard.newestPointMs),
      lifetimeGood:
        lifetimeGood && (straddle ? plus(lifetimeGood, straddle.lifetimeGood) : lifetimeGood),
      lifetimeTotal: shard.lifetimeTotal && column(shard.lifetimeTotal),
      sinceMs: shard.sinceMs && column(shard.sinceMs),
      isPartial: shard.isPartial?.slice(0, slotCount),
    };
  }

  #streams(
    shard: ShardView,
    alerts: ReadonlyMap<string, readonly AlertSample[]>,
  ): readonly (StreamSnapshot | undefined)[] {
    const streams: (StreamSnapshot | undefined)[] = [];
    for (let slot = 0; slot < shard.slotCount; slot++) {
      const index = shard.streams[slot] ?? -1;
      const view = index < 0 ? undefined : this.#source.engine.stream(streamIndex(index));
      const isShown = view !== undefined && !isHidden(view.slo);
      streams.push(
        isShown
          ? {
              labels: this.#labelsOf(view),
              windowMs: view.slo.window.lengthMs,
              windowIndex: ownWindowIndex(view.slo, shard.windowsMs),
              isCalendar: view.slo.window.kind === "calendar",
              ownWindows:
                view.slo.readOver && shard.windows.map((window) => isOwnWindow(view.slo, window)),
              isCounter: !isComposite(view.slo) || view.slo.indicator.rule === "all",
              alerts: alerts.get(view.key) ?? NO_ALERTS,
            }
          : undefined,
      );
    }
    return streams;
  }

  #labelsOf(view: StreamView): string {
    const cached = this.#labels[view.index];
    if (cached?.slo === view.slo && cached.key === view.key) return cached.labels;
    const labels = openLabels(streamLabels(view));
    this.#labels[view.index] = { slo: view.slo, key: view.key, labels };
    return labels;
  }
}

const NO_ALERTS: readonly AlertSample[] = [];

function byStream(alerts: readonly AlertSample[]): ReadonlyMap<string, readonly AlertSample[]> {
  const map = new Map<string, AlertSample[]>();
  for (const alert of alerts) {
    const list = map.get(alert.streamKey);
    if (list === undefined) map.set(alert.streamKey, [alert]);
    else list.push(alert);
  }
  return map;
}

/** The longest lookback of the fastest tier, as `StreamReading.exhaustionMs` has it; without tiers, the SLO window is taken. */
function forecastIndex(windowsMs: readonly number[], policy: AlertPolicy): number | undefined {
  const fastest = policy.tiers[0];
  return fastest && windowsMs.indexOf(fastest.longMs);
}

function plus(values: Float64Array, more: Float64Array | undefined): Float64Array {
  return more === undefined ? values : values.map((value, slot) => value + (more[slot] ?? 0));
}
