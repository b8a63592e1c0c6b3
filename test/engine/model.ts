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

/** What a booking adds to finest buckets, each named by its end. */
export interface Part {
  readonly end: number;
  readonly good: bigint;
  readonly total: bigint;
}

export function partsOf({ fromMs, timeMs, good, total }: Booking, bucketMs: number): Part[] {
  const end = Math.ceil(timeMs / bucketMs) * bucketMs;
  const goodQuanta = toQuanta(good);
  const totalQuanta = toQuanta(total);
  if (timeMs - fromMs <= 120_000) return [{ end, good: goodQuanta, total: totalQuanta }];
  const start = Math.floor(fromMs / bucketMs) * bucketMs;
  const n = (end - start) / bucketMs;
  const bad = totalQuanta - goodQuanta;
  const goods = shared(goodQuanta, n);
  const isApart = goodQuanta * bad >= 0n;
  const others = shared(isApart ? bad : totalQuanta, n);
  return goods.map((part, k) => ({
    end: start + (k + 1) * bucketMs,
    good: part,
    total: isApart ? part + others[k]! : others[k]!,
  }));
}

/** Excluded (startMs, endMs). */
export interface Excluded {
  readonly stream: number;
  readonly startMs: number;
  readonly endMs: number;
}

export class Model {
  /** What does not count: whole buckets that it touches. */
  excluded: readonly Excluded[] = [];
  readonly #bucketMs: number;
  /** Per stream: end of the finest bucket → [good, total] in it. */
  readonly #buckets = new Map<number, Map<number, [bigint, bigint]>>();

  constructor(bucketMs: number) {
    this.#bucketMs = bucketMs;
  }

  book(booking: Booking): void {
    for (const { end, good, total } of partsOf(booking, this.#bucketMs))
      this.#add(booking.stream, end, good, total);
  }

  #add(stream: number, end: number, good: bigint, total: bigint): void {
    const buckets = this.#buckets.get(stream) ?? new Map<number, [bigint, bigint]>();
    this.#buckets.set(stream, buckets);
    const [oldGood, oldTotal] = buckets.get(end) ?? [0n, 0n];
    buckets.set(end, [oldGood + good, oldTotal + total]);
  }

  #isExcluded(stream: number, end: number): boolean {
    return this.excluded.some(
      (each) => each.stream === stream && each.startMs < end && each.endMs > end - this.#bucketMs,
    );
  }

  /** [good, total] of a window that ends at a tick. */
  window(stream: number, window: SloWindow, endMs: number): [number, number] {
    const start = startOf(window, endMs, this.#bucketMs);
    let good = 0n;
    let total = 0n;
    for (const [end, [goodPart, totalPart]] of this.#buckets.get(stream) ?? []) {
      if (end <= start || end > endMs || this.#isExcluded(stream, end)) continue;
      good += goodPart;
      total += totalPart;
    }
    return [Number(good) / QUANTA, Number(total) / QUANTA];
  }
}

/** A rolling window's old edge, moved back to a bucket's edge; a calendar window's beginning as it is. */
export function startOf(window: SloWindow, endMs: number, bucketMs: number): number {
  if (window.kind === "calendar") return calendarSpan(window, endMs).startMs;
  const width = factorFor(window.lengthMs, bucketMs) * bucketMs;
  return Math.floor((endMs - window.lengthMs) / width) * width;
}
