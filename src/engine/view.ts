/** What the engine shows to alerts, exposition, API: sums as of the last tick, never copies of the rings. */
import type { AlertPolicy, Slo, SloWindow, StreamIndex, WindowSpan } from "../slo/index.ts";

/**
 * Up to some thousand streams of one layout (the same windows and the same alert policy), struct of arrays by slot.
 * Sums are as of the last tick; index them `[windowIndex][slot]`. Arrays are replaced when the shard grows: do not keep them.
 */
export interface ShardView {
  /** Every lookback of the policy and the SLO window: rolling ones ascending; a calendar window is the last. */
  readonly windows: readonly SloWindow[];
  /** Their lengths, ms; of a calendar window the nominal one. */
  readonly windowsMs: readonly number[];
  /** The calendar window that runs at the tick; `undefined` where the SLO window is rolling. */
  readonly calendar: WindowSpan | undefined;
  /** Until when what happened is in the sums: the tick, or the end of the last slice of time where those are counted. */
  readonly countedMs: number;
  readonly policy: AlertPolicy;
  /** Slots 0 … slotCount - 1 are in use or free. */
  readonly slotCount: number;
  /** StreamIndex per slot; -1 when free. */
  readonly streams: Int32Array;
  /** Error budget per slot, parts per billion. */
  readonly budgetPpb: Float64Array;
  readonly goodSums: readonly Float64Array[];
  readonly totalSums: readonly Float64Array[];
  /**
   * Latency streams whose threshold lies inside a bucket: events that straddle it, same slots. `goodSums` there are the
   * estimated good ones among `totalSums`; add them to this shard's `goodSums` for the estimate.
   */
  readonly straddle: ShardView | undefined;
  /**
   * Weighted composites: to how many independent events one of the window's comes, as far as proof goes, `[window][slot]`;
   * 1 for all others. Absent where it is 1 for all.
   */
  readonly evidence?: readonly Float64Array[] | undefined;
  /** Event time of the newest point per slot, ms; 0 when none came yet. */
  readonly newestPointMs: Float64Array;
  /** Events (or slices) ever booked per slot, excluded or not, never falling while the stream lives: the counters of `/metrics`. */
  readonly lifetimeGood?: Float64Array;
  readonly lifetimeTotal?: Float64Array;
  /** Per slot, `StreamReading.sinceMs`. */
  readonly sinceMs?: Float64Array;
  /** Per slot, 1 where `StreamReading.integrity` is partial. */
  readonly isPartial?: Uint8Array;
}

/** One member of an SLO: the whole of it, or a group. */
export interface StreamView {
  readonly index: StreamIndex;
  readonly slo: Slo;
  /** Values of `slo.per`, in its order; empty for an SLO without groups. The overflow group's are all `__overflow__`. */
  readonly group: readonly string[];
  /** `checkout/latency` or `checkout/latency{http.route="/pay"}`. */
  readonly key: string;
}

export interface WindowReading {
  readonly window: SloWindow;
  /** Its length; of a calendar window the nominal one. */
  readonly windowMs: number;
  readonly good: number;
  readonly total: number;
  /** Absent without events. */
  readonly errorRatio: number | undefined;
  readonly burnRate: number | undefined;
  /** How far the window's old edge may reach beyond `windowMs`: at most one bucket. */
  readonly edgeMs: number;
  /** Of a weighted composite, not 1: to how many independent events each of these comes, as far as proof goes. */
  readonly evidence?: number;
}

export interface StreamReading {
  readonly stream: StreamView;
  /** The tick the numbers are of. */
  readonly atMs: number;
  /**
   * The SLO window; a calendar one so far. Events, or slices of time where the SLO counts those (`slo.budgeting`). `good`
   * is an estimate when `goodBounds` is present.
   */
  readonly good: number;
  readonly total: number;
  readonly bad: number;
  readonly sli: number | undefined;
  readonly budgetRemaining: number | undefined;
  readonly budgetConsumed: number | undefined;
  /**
   * What gates and dashboards judge by: the budget remaining at a calendar window's end if events go on as so far and
   * none is bad; of a rolling window, `budgetRemaining`.
   */
  readonly budgetProjected: number | undefined;
  /** Of a calendar window. */
  readonly calendar: CalendarReading | undefined;
  /** At the burn over the longest lookback of the fastest tier (1h by default); not when a calendar window ends before. */
  readonly exhaustionMs: number | undefined;
  /** Its own, in the shard's order: the SLO window is the last. */
  readonly windows: readonly WindowReading[];
  /** [lowest, highest] possible good events where the threshold lies inside a histogram bucket. */
  readonly goodBounds: readonly [number, number] | undefined;
  /** What of the SLO window exclusions leave out: it is in none of the numbers above. `undefined` without exclusions. */
  readonly excluded: ExcludedCounts | undefined;
  /** Of a composite, in the order of its definition. */
  readonly members?: readonly MemberReading[];
  readonly newestPointMs: number | undefined;
  /** Since when the stream has counted; a window longer than that is not full yet. */
  readonly sinceMs: number;
  readonly integrity: Integrity;
}

/** What a composite is made of: of a member, its groups together. */
export interface MemberReading {
  readonly sloId: string;
  readonly weight: number;
  /** By the composite's windows. Slices of time where it counts those. */
  readonly windows: readonly Pick<WindowReading, "windowMs" | "good" | "total" | "errorRatio">[];
}

export interface ExcludedCounts {
  readonly good: number;
  readonly total: number;
}

/** Where a calendar window stands at the tick. */
export interface CalendarReading extends WindowSpan {
  readonly elapsedMs: number;
  readonly remainingMs: number;
  /** Events of the whole window if they go on as so far; absent without events. */
  readonly expectedTotal: number | undefined;
}

export type Integrity =
  { readonly kind: "complete" } | { readonly kind: "partial"; readonly reasons: readonly string[] };

/** What happened that an operator may want to count; all but `promoted` never decrease. */
export interface EngineCounters {
  /** Increments (or parts of long ones) older than the longest ring: not booked. */
  readonly tooOld: number;
  /** Increments into buckets that a tick had already closed. */
  readonly late: number;
  /** Increments over two minutes long, spread over their buckets. */
  readonly spread: number;
  /** Ring sides that now hold doubles instead of 32-bit integers. */
  readonly promoted: number;
  /** Increments of a stream that no longer exists. */
  readonly unknownStream: number;
}

/** The engine as alerts, exposition and API see it. `Engine` implements it. */
export interface EngineView {
  /** End of the last closed bucket: the moment all sums are of. */
  readonly tickedAtMs: number;
  readonly bucketMs: number;
  /** Those that rule files hold: what is retired is counted on, but not shown here, nor are its streams. */
  readonly slos: readonly Slo[];
  /** With the slots of retired SLOs; `stream` tells them. Straddle siblings are reached through their shard only. */
  readonly shards: readonly ShardView[];
  /** Throws `InvariantError` for an index that is not in use. */
  stream(index: StreamIndex): StreamView;
  /** Empty for an unknown SLO, or one whose groups have not been seen yet. In order of first sight. */
  streamsOf(sloId: string): readonly StreamView[];
  /** By index. */
  allStreams(): readonly StreamView[];
  read(index: StreamIndex): StreamReading;
  /** Why series did not bind, or bound with a doubt; at most some per SLO. */
  notesOf(sloId: string): readonly string[];
  readonly counters: EngineCounters;
}
