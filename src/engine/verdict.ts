/**
 * What a slice of time comes to, as one integer: 0 is not counted, else 1 and its good part in units. A timeslice is one
 * unit or none; a ratio is counted in 2^-30, of which sums are exact up to 8 million slices, and finer than any budget.
 */
import { meetsTarget, type SliceKind } from "../slo/index.ts";

export type Verdicts = Int8Array | Int32Array;
export const UNCOUNTED = 0;
const RATIO_UNITS = 2 ** 30;

export class VerdictCode {
  /** Units of a wholly good slice. */
  readonly #units: number;

  constructor(kind: SliceKind["kind"]) {
    this.#units = kind === "timeslices" ? 1 : RATIO_UNITS;
  }

  column(length: number): Verdicts {
    return this.#units === 1 ? new Int8Array(length) : new Int32Array(length);
  }

  get bad(): number {
    return 1;
  }
  get good(): number {
    return 1 + this.#units;
  }

  /** Of a slice with events: `total` is more than zero. */
  of(good: number, total: number, targetPpb: number): number {
    if (this.#units === 1) return meetsTarget(good, total, targetPpb) ? this.good : this.bad;
    return 1 + Math.round(Math.min(1, Math.max(0, good / total)) * RATIO_UNITS);
  }

  /** Good slices, or the part of one. */
  goodOf(verdict: number): number {
    return verdict === UNCOUNTED ? 0 : (verdict - 1) / this.#units;
  }

  /** Slices: none or one. */
  countOf(verdict: number): number {
    return verdict === UNCOUNTED ? 0 : 1;
  }
}
