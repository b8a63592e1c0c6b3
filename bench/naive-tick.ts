/**
 * The tick as one would write it first, the peer and the judge of the evaluation bench: a list of 10 s buckets per stream;
 * each tick adds up every lookback's buckets again, and looks at every tier of every stream.
 */
import { burnExceeds, type Slo } from "../src/slo/index.ts";

export interface NaiveSettings {
  readonly slos: readonly Slo[];
  /** Lookbacks of all of them, in ticks. */
  readonly lookbackTicks: readonly number[];
  readonly tickMs: number;
  /** Ticks there will be: as many buckets are held. */
  readonly tickCount: number;
}

export class NaiveTick {
  readonly #settings: NaiveSettings;
  /** [stream][tick] */
  readonly #bad: Int32Array;
  readonly #total: Int32Array;
  /** [stream][lookback], as of the last tick. */
  readonly badSums: Float64Array;
  readonly totalSums: Float64Array;
  #ticks = 0;

  constructor(settings: NaiveSettings) {
    const { slos, lookbackTicks, tickCount } = settings;
    this.#settings = settings;
    this.#bad = new Int32Array(slos.length * tickCount);
    this.#total = new Int32Array(slos.length * tickCount);
    this.badSums = new Float64Array(slos.length * lookbackTicks.length);
    this.totalSums = new Float64Array(slos.length * lookbackTicks.length);
  }

  /** Into the bucket that the next `closeBucket` closes. */
  book(stream: number, bad: number, total: number): void {
    const cell = stream * this.#settings.tickCount + this.#ticks;
    this.#bad[cell]! += bad;
    this.#total[cell]! += total;
  }

  closeBucket(): void {
    this.#ticks++;
  }

  /** Streams of which a tier burns, as of the last closed bucket. Leaves the significance gate out. */
  evaluate(): ReadonlySet<number> {
    const { slos } = this.#settings;
    const burning = new Set<number>();
    for (const [stream, slo] of slos.entries()) {
      this.#addUp(stream);
      if (this.#burns(stream, slo)) burning.add(stream);
    }
    return burning;
  }

  #addUp(stream: number): void {
    const { lookbackTicks, tickCount } = this.#settings;
    const end = stream * tickCount + this.#ticks;
    const [badOf, totalOf] = [this.#bad, this.#total];
    for (const [index, ticks] of lookbackTicks.entries()) {
      let bad = 0;
      let total = 0;
      for (let cell = end - Math.min(ticks, this.#ticks); cell < end; cell++) {
        bad += badOf[cell]!;
        total += totalOf[cell]!;
      }
      const cell = stream * lookbackTicks.length + index;
      this.badSums[cell] = bad;
      this.totalSums[cell] = total;
    }
  }

  #burns(stream: number, { alerts, objective }: Slo): boolean {
    const { lookbackTicks, tickMs } = this.#settings;
    const exceeds = (lookbackMs: number, factorMilli: number): boolean => {
      const cell = stream * lookbackTicks.length + lookbackTicks.indexOf(lookbackMs / tickMs);
      const bad = this.badSums[cell]!;
      return burnExceeds(bad, this.totalSums[cell]!, factorMilli, objective.budgetPpb);
    };
    return alerts.tiers.some(
      ({ shortMs, longMs, factorMilli }) =>
        exceeds(shortMs, factorMilli) && exceeds(longMs, factorMilli),
    );
  }
}
