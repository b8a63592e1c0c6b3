/** One line of the table that `npm run bench` prints. */
export interface BenchRow {
  readonly name: string;
  /** Of `value`, `target` and the peer's value: `M points/s`, `B/point`, `ms`. More is better where it is per second. */
  readonly unit: string;
  readonly value: number;
  readonly target?: number;
  /** What comes after the target (DESIGN section 9, "then beat"). */
  readonly beat?: number;
  /** The same work done by somebody else in the same run. */
  readonly peer?: { readonly name: string; readonly value: number };
}

/** Rates are to be high, everything else (times, bytes) low. */
export const isRate = (unit: string): boolean => /\/(CPU )?s$/.test(unit);

/** How many times better `value` is than `other`; 1 and more: as good or better. */
export const timesBetter = (unit: string, value: number, other: number): number =>
  isRate(unit) ? value / other : other / value;
