/**
 * The engine in the plainest form: it keeps every increment for ever, cut into finest buckets, and adds them all up for
 * each question. Amounts are BigInts of 2^-20 events.
 */
import { factorFor } from "../../src/engine/ladder.ts";
import { calendarSpan, type SloWindow } from "../../src/slo/index.ts";

export interface Booking {
  readonly stream: number;
  readonly fromMs: number;
  readonly timeMs: number;
  readonly good: number;
  readonly total: number;
}

const QUANTA = 2 ** 20;
const toQuanta = (amount: number): bigint => BigInt(Math.round(amount * QUANTA));
const magnitude = (amount: bigint): bigint => (amount < 0n ? -amount : amount);

/** The parts of an amount in n buckets; what is no whole event is in the last. */
function shared(amount: bigint, n: number): bigint[] {
  const sign = amount < 0n ? -1n : 1n;
  const whole = magnitude(amount) / BigInt(QUANTA);
  const upTo = (k: number) => (whole * BigInt(k)) / BigInt(n);
  const parts = Array.from(
    { length: n },
    (_, k) => sign * (upTo(k + 1) - upTo(k)) * BigInt(QUANTA),
  );
  parts[n - 1]! += sign * (magnitude(amount) % BigInt(QUANTA));
  return parts;
}

export class Model {
  readonly #bucketMs: number;
  /** Per stream: end of the finest bucket → [good, total] in it. */
  readonly #buckets = new Map<number, Map<number, [bigint, bigint]>>();

  constructor(bucketMs: number) {
    this.#bucketMs = bucketMs;
  }

  book({ stream, fromMs, timeMs, good, total }: Booking): void {
    const width = this.#bucketMs;
    const end = Math.ceil(timeMs / width) * width;
    if (timeMs - fromMs <= 120_000) {
      this.#add(stream, end, toQuanta(good), toQuanta(total));
      return;
    }
    const start = Math.floor(fromMs / width) * width;
    const n = (end - start) / width;
    const goodQuanta = toQuanta(good);
    const bad = toQuanta(total) - goodQuanta;
    const goods = shared(goodQuanta, n);
    const isApart = goodQuanta * bad >= 0n;
    const others = shared(isApart ? bad : toQuanta(total), n);
    for (let k = 0; k < n; k++) {
      const totalPart = isApart ? goods[k]! + others[k]! : others[k]!;
      this.#add(stream, start + (k + 1) * width, goods[k]!, totalPart);
    }
  }

  #add(stream: number, end: number, good: bigint, total: bigint): void {
    const buckets = this.#buckets.get(stream) ?? new Map<number, [bigint, bigint]>();
    this.#buckets.set(stream, buckets);
    const [oldGood, oldTotal] = buckets.get(end) ?? [0n, 0n];
    buckets.set(end, [oldGood + good, oldTotal + total]);
  }

  /**
   * [good, total] of a window that ends at a tick. A rolling one's old edge is moved back to a bucket's edge; a calendar
   * one begins where it begins.
   */
  window(stream: number, window: SloWindow, endMs: number): [number, number] {
    const start = this.#startOf(window, endMs);
    let good = 0n;
    let total = 0n;
    for (const [end, [goodPart, totalPart]] of this.#buckets.get(stream) ?? []) {
      if (end <= start || end > endMs) continue;
      good += goodPart;
      total += totalPart;
    }
    return [Number(good) / QUANTA, Number(total) / QUANTA];
  }

  #startOf(window: SloWindow, endMs: number): number {
    if (window.kind === "calendar") return calendarSpan(window, endMs).startMs;
    const width = factorFor(window.lengthMs, this.#bucketMs) * this.#bucketMs;
    return Math.floor((endMs - window.lengthMs) / width) * width;
  }
}
