/** One line of the table that `npm run bench` prints. */
export interface BenchRow {
  readonly name: string;
  /** Of `value`, `target` and the peer's value: `M points/s`, `B/point`, `ms`. */
  readonly unit: string;
  readonly value: number;
  readonly target?: number;
  /** The same work done by somebody else in the same run. */
  readonly peer?: { readonly name: string; readonly value: number };
}
