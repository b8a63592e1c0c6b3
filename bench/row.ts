/** What a bench says: figures, what they are to reach, and who else did the same work. */

/** A figure that is to be reached, known before it is measured. */
export interface Target {
  readonly name: string;
  /** Of `target`, `beat` and what is measured: `M points/s`, `B/point`, `ms`. More is better where it is per second. */
  readonly unit: string;
  readonly target: number;
  /** What comes after the target (DESIGN section 9, "then beat"). */
  readonly beat?: number;
}

/** The same work done by somebody else in the same run. */
export interface PeerFigure {
  readonly name: string;
  readonly value: number;
}

/** One line of the table that `npm run bench` prints. */
export interface BenchRow extends Omit<Target, "target"> {
  readonly value: number;
  readonly target?: number;
  readonly peers?: readonly PeerFigure[];
}

/** Rates are to be high, everything else (times, bytes) low. */
export const isRate = (unit: string): boolean => /\/(CPU )?s$/.test(unit);

/** How many times better `value` is than `other`; 1 and more: as good or better. */
export const timesBetter = (unit: string, value: number, other: number): number =>
  isRate(unit) ? value / other : other / value;
