/**
 * Senders that must lose nothing: each keeps its own count of events, exports it, and repeats an export, byte for byte, until
 * it is acknowledged. Now and then an acknowledged export is sent again, as a network would. What they counted is the oracle.
 */
import { setTimeout as wait } from "node:timers/promises";
import type { HistogramPointInput, MetricInput } from "../otlp/request-builder.ts";
import { at, request } from "./otlp.ts";
import type { Random } from "./random.ts";
import { openTransport, type Listeners, type Transport, type TransportKind } from "./transports.ts";

export interface Counts {
  good: number;
  total: number;
}

export interface WriterSettings {
  /** The SLO's metric; its `service.name` too. */
  readonly metric: string;
  readonly kind: "sum" | "histogram" | "exponential";
  readonly temporality: "cumulative" | "delta";
  /** 1 to 9, to tell processes with the same attributes apart. */
  readonly process: number;
  readonly by: TransportKind;
  readonly random: Random;
  readonly listeners: Listeners;
}

/** Exports since a process began; good and bad events are series of their own. */
interface Life {
  readonly start: bigint;
  good: number;
  bad: number;
}

const REPEAT_PAUSE_MS = 10;

export class Writer {
  readonly settings: WriterSettings;
  /** Of every export that was acknowledged. */
  readonly acknowledged: Counts = { good: 0, total: 0 };
  exports = 0;
  attempts = 0;
  #last: Uint8Array<ArrayBuffer> | undefined;
  #lastNanos = 0n;
  #life: Life;
  #isStopped = false;
  readonly #transport: Transport;

  constructor(settings: WriterSettings) {
    this.settings = settings;
    this.#transport = openTransport(settings.by, settings.listeners);
    this.#life = { start: this.#now(), good: 0, bad: 0 };
  }

  /** Exports until stopped; resolves when the last export is acknowledged. */
  async run(): Promise<void> {
    const { random } = this.settings;
    while (!this.#isStopped) {
      await this.#export();
      if (this.#last !== undefined && random.chance(0.1)) await this.#deliver(this.#last);
      if (random.chance(0.02)) this.#life = { start: this.#now(), good: 0, bad: 0 };
      await wait(random.below(10));
    }
    this.#transport.close();
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #export(): Promise<void> {
    const { random, temporality, metric } = this.settings;
    const start = temporality === "delta" ? this.#lastNanos : this.#life.start;
    const good = random.below(20);
    const bad = random.chance(0.6) ? 1 + random.below(4) : 0;
    this.#life.good += good;
    this.#life.bad += bad;
    const points = temporality === "delta" ? { good, bad } : this.#life;
    const body = request(metric, [
      this.#metric(
        [points.good, points.bad].map((count, index) => ({
          count,
          outcome: index === 0 ? "ok" : "error",
        })),
        start === 0n ? this.#life.start : start,
        this.#now(),
      ),
    ]);
    await this.#deliver(body);
    this.#last = body;
    this.exports++;
    this.acknowledged.good += good;
    this.acknowledged.total += good + bad;
  }

  /** Points of series that have not begun are left out. */
  #metric(
    counts: readonly { readonly count: number; readonly outcome: string }[],
    start: bigint,
    time: bigint,
  ): MetricInput {
    const { metric: name, kind, temporality } = this.settings;
    const begun = counts.filter(({ count }) => count > 0);
    const head = ({ outcome }: { outcome: string }) => ({ attributes: { outcome }, start, time });
    const seconds = (outcome: string) => (outcome === "ok" ? 0 : 1);
    if (kind === "sum")
      return {
        name,
        sum: { temporality, points: begun.map((each) => ({ ...head(each), int: each.count })) },
      };
    if (kind === "histogram")
      return {
        name,
        unit: "s",
        histogram: {
          temporality,
          points: begun.map((each): HistogramPointInput => ({
            ...head(each),
            bounds: [0.25, 1],
            counts: seconds(each.outcome) === 0 ? [each.count, 0, 0] : [0, 0, each.count],
          })),
        },
      };
    return {
      name,
      unit: "s",
      exponentialHistogram: {
        temporality,
        points: begun.map((each) => ({
          ...head(each),
          scale: 3,
          // (2^(-25/8), 2^(-24/8)] and (2^(8/8), 2^(9/8)] seconds
          positive: { offset: seconds(each.outcome) === 0 ? -25 : 8, counts: [each.count] },
        })),
      },
    };
  }

  /** Until it is acknowledged. */
  async #deliver(body: Uint8Array<ArrayBuffer>): Promise<void> {
    for (;;) {
      this.attempts++;
      if (await this.#transport.deliver(body)) return;
      await wait(REPEAT_PAUSE_MS);
    }
  }

  /** A new moment each time, and none that another process has: moments are what tells writers apart. */
  #now(): bigint {
    const now = at(Date.now(), this.settings.process);
    this.#lastNanos = now > this.#lastNanos ? now : this.#lastNanos + 10n;
    return this.#lastNanos;
  }
}
