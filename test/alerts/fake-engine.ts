/** A small stand-in for the engine: exact sums over event-time steps, recounted by brute force at every tick. */
import type {
  ShardView,
  StreamReading,
  StreamView,
  WindowReading,
} from "../../src/engine/index.ts";
import {
  budgetRemaining,
  burnRate,
  errorRatio,
  exhaustionMs,
  millis,
  sliRatio,
  streamIndex,
  windowsOf,
  type AlertPolicy,
  type Slo,
  type StreamIndex,
  type Tier,
} from "../../src/slo/index.ts";
import { exampleSlo } from "../slo/example-slo.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export function tierOf(part: Partial<Record<keyof Tier, unknown>> = {}): Tier {
  return {
    severity: "page",
    factorMilli: 14_400,
    longMs: millis(HOUR),
    shortMs: millis(5 * MINUTE),
    forMs: millis(0),
    keepFiringForMs: millis(0),
    minBadEvents: 0,
    significance: 1,
    ...part,
  } as Tier;
}

export const policyOf = (...tiers: readonly Tier[]): AlertPolicy => ({ name: "test", tiers });

export const sloOf = (part: Partial<Slo> = {}): Slo =>
  exampleSlo("checkout/availability", { alerts: policyOf(tierOf()), ...part });

interface FakeStream {
  readonly view: StreamView;
  /** (time, good, total, straddling good), ascending. */
  readonly booked: { at: number; good: number; total: number; straddle: number }[];
}

export class FakeEngine {
  readonly #streams = new Map<number, FakeStream>();
  now = 0;

  /** Puts a stream at an index, keeping the counts booked under its key. */
  place(index: number, slo: Slo, group: readonly string[] = []): StreamIndex {
    const suffix = slo.per.map((key, i) => `${key}="${group[i]}"`).join(",");
    const key = suffix === "" ? slo.id : `${slo.id}{${suffix}}`;
    const old = [...this.#streams].find(([, stream]) => stream.view.key === key);
    if (old !== undefined) this.#streams.delete(old[0]);
    const view = { index: streamIndex(index), slo, group, key };
    this.#streams.set(index, { view, booked: old?.[1].booked ?? [] });
    return view.index;
  }

  remove(index: number): void {
    this.#streams.delete(index);
  }

  book(index: number, at: number, good: number, total: number, straddle = 0): void {
    this.#streams.get(index)!.booked.push({ at, good, total, straddle });
  }

  #slos: readonly Slo[] = [];

  /** As the engine's: another array when the rules are others. */
  get slos(): readonly Slo[] {
    const now = [...new Set([...this.#streams.values()].map(({ view }) => view.slo))];
    const isSame =
      now.length === this.#slos.length && now.every((slo, at) => slo === this.#slos[at]);
    if (!isSame) this.#slos = now;
    return this.#slos;
  }

  /** One shard per stream, with a free slot in front. */
  get shards(): readonly ShardView[] {
    return [...this.#streams.values()].map((stream) => this.#shardOf(stream));
  }

  /** As strict as the engine: an index that is not in use is a bug of the caller. */
  stream(index: StreamIndex): StreamView {
    const stream = this.#streams.get(index);
    if (stream === undefined) throw new Error("a stale index was asked for");
    return stream.view;
  }

  streamsOf(sloId: string): readonly StreamView[] {
    const views = [...this.#streams.values()].map((stream) => stream.view);
    return views.filter((view) => view.slo.id === sloId);
  }

  read(index: StreamIndex): StreamReading {
    const stream = this.#streams.get(index);
    if (stream === undefined) throw new Error("a stale index was read");
    const { slo } = stream.view;
    const budgetPpb = slo.objective.budgetPpb;
    const windows = windowsOf(slo).map((window): WindowReading => {
      const windowMs = window.lengthMs;
      const { good, total } = this.#sums(stream, windowMs);
      return {
        window,
        windowMs,
        good,
        total,
        errorRatio: errorRatio(good, total),
        burnRate: burnRate(good, total, budgetPpb),
        edgeMs: 0,
      };
    });
    const { good, total } = this.#sums(stream, slo.window.lengthMs);
    const remaining = budgetRemaining(good, total, budgetPpb);
    const fastest = windows.find((w) => w.windowMs === slo.alerts.tiers[0]?.longMs);
    return {
      stream: stream.view,
      atMs: this.now,
      good,
      total,
      bad: total - good,
      sli: sliRatio(good, total),
      budgetRemaining: remaining,
      budgetConsumed: remaining === undefined ? undefined : 1 - remaining,
      budgetProjected: remaining,
      calendar: undefined,
      exhaustionMs: exhaustionMs(remaining, fastest?.burnRate, slo.window.lengthMs),
      windows,
      goodBounds: undefined,
      excluded: undefined,
      newestPointMs: stream.booked.at(-1)?.at,
      sinceMs: 0,
      integrity: { kind: "complete" },
    };
  }

  /** Over (now - window, now], straddling good ones added to `good`. */
  #sums(stream: FakeStream, windowMs: number) {
    let [good, total, straddle] = [0, 0, 0];
    for (const step of stream.booked) {
      if (step.at <= this.now - windowMs || step.at > this.now) continue;
      good += step.good;
      total += step.total;
      straddle += step.straddle;
    }
    return { good: good + straddle, total, straddle };
  }

  #shardOf(stream: FakeStream): ShardView {
    const { slo, index } = stream.view;
    const windows = windowsOf(slo);
    const windowsMs = windows.map(({ lengthMs }) => lengthMs);
    const sums = windowsMs.map((windowMs) => this.#sums(stream, windowMs));
    const column = (of: (sum: { good: number; total: number; straddle: number }) => number) =>
      sums.map((sum) => Float64Array.of(0, of(sum)));
    const shard = {
      windows,
      windowsMs,
      calendar: undefined,
      countedMs: this.now,
      policy: slo.alerts,
      slotCount: 2,
      streams: Int32Array.of(-1, index),
      budgetPpb: Float64Array.of(0, slo.objective.budgetPpb),
      goodSums: column((sum) => sum.good - sum.straddle),
      totalSums: column((sum) => sum.total),
      straddle: undefined,
      newestPointMs: Float64Array.of(0, stream.booked.at(-1)?.at ?? 0),
    };
    const hasStraddle = sums.some((sum) => sum.straddle > 0);
    return hasStraddle
      ? {
          ...shard,
          straddle: {
            ...shard,
            goodSums: column((sum) => sum.straddle),
            totalSums: column((sum) => sum.straddle),
          },
        }
      : shard;
  }
}
