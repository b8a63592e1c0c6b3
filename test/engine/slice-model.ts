/**
 * SLOs of slices in the plainest form: every event that was taken is kept, cut into slices, and for each question every
 * slice of the window is judged anew.
 */
import { isExcludedWithin, type Slo, type SloWindow } from "../../src/slo/index.ts";
import { partsOf, startOf, type Booking } from "./model.ts";

const RATIO_UNITS = 2 ** 30;
const SILENCE_AFTER_MS = 60_000;

export class SliceModel {
  readonly #bucketMs: number;
  readonly #widthMs: number;
  readonly #sinceMs: number;
  /** By slice: [good, total]. */
  readonly #events = new Map<number, [bigint, bigint]>();

  constructor(bucketMs: number, widthMs: number, sinceMs: number) {
    this.#bucketMs = bucketMs;
    this.#widthMs = widthMs;
    this.#sinceMs = sinceMs;
  }

  /** Takes what falls into a slice from `oldest` on. */
  book(booking: Booking, oldest: number): void {
    for (const { end, good, total } of partsOf(booking, this.#bucketMs)) {
      const slice = Math.ceil(end / this.#widthMs) - 1;
      if (slice < oldest) continue;
      const [goodBefore, totalBefore] = this.#events.get(slice) ?? [0n, 0n];
      this.#events.set(slice, [goodBefore + good, totalBefore + total]);
    }
  }

  /** [good, all] slices that ended within each window. */
  windows(slo: Slo, windows: readonly SloWindow[], endMs: number): [number, number][] {
    const starts = windows.map((window) => startOf(window, endMs, this.#bucketMs));
    const width = this.#widthMs;
    const first = Math.floor(Math.min(...starts) / width);
    const until = Math.floor(endMs / width);
    let good = 0;
    let count = 0;
    const sums = starts.map((): [number, number] => [0, 0]);
    let held = this.#before(slo, first, endMs);
    const verdicts: (number | undefined)[] = [];
    for (let slice = first; slice < until; slice++) {
      held = this.#verdict(slo, slice, endMs, held);
      verdicts.push(held);
    }
    for (let slice = until - 1; slice >= first; slice--) {
      const verdict = verdicts[slice - first];
      if (verdict !== undefined && !this.#isExcluded(slo, slice)) {
        good += verdict;
        count++;
      }
      starts.forEach((start, k) => {
        if ((slice + 1) * width > start) sums[k] = [good, count];
      });
    }
    return sums;
  }

  /** Left out whole when any of it is; it is judged all the same, for those after it that hold its verdict. */
  #isExcluded({ exclusions }: Slo, slice: number): boolean {
    const width = this.#widthMs;
    return isExcludedWithin(exclusions, slice * width, (slice + 1) * width);
  }

  /** What the slice before one came to, found by the last one with events. */
  #before(slo: Slo, slice: number, endMs: number): number | undefined {
    if (slo.noData !== "hold") return undefined;
    const withEvents = [...this.#events]
      .filter(([each, [, total]]) => each < slice && total > 0n)
      .map(([each]) => each);
    const last = Math.max(...withEvents, -Infinity);
    if (last === -Infinity) return undefined;
    const isHeard = last + 1 >= Math.ceil(this.#sinceMs / this.#widthMs);
    return last === slice - 1 || isHeard ? this.#verdict(slo, last, endMs, undefined) : undefined;
  }

  /** The good part of a slice, or `undefined` when it is not counted. `before`: of the slice before. */
  #verdict(slo: Slo, slice: number, endMs: number, before: number | undefined): number | undefined {
    const [good, total] = this.#events.get(slice) ?? [0n, 0n];
    if (total > 0n) return judged(slo, good, total);
    const width = this.#widthMs;
    if (slice * width < this.#sinceMs || (slice + 1) * width + SILENCE_AFTER_MS > endMs)
      return undefined;
    switch (slo.noData) {
      case "ignore":
        return undefined;
      case "bad":
        return 0;
      case "good":
        return 1;
      case "hold":
        return before;
    }
  }
}

function judged({ budgeting }: Slo, good: bigint, total: bigint): number {
  if (budgeting.kind === "timeslices")
    return good * 1_000_000_000n >= BigInt(budgeting.targetPpb) * total ? 1 : 0;
  const ratio = Math.min(1, Math.max(0, Number(good) / Number(total)));
  return Math.round(ratio * RATIO_UNITS) / RATIO_UNITS;
}
