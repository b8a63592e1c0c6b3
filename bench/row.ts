/** One line of the bench table. */
export interface BenchRow {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** To reach, in the same unit. */
  readonly target?: number;
  /** The same work done by another program in the same run, in the same unit. */
  readonly peer?: { readonly name: string; readonly value: number };
}
