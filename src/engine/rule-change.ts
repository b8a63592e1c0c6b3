/** What became of the streams when the rules changed. */
export interface RuleChange {
  /** SLO ids, each in exactly one list. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** All history kept. */
  readonly kept: readonly string[];
  /** The indicator or the grouping changed: counts start anew. */
  readonly restarted: readonly string[];
  /** What could not be kept or rebuilt, in sentences. */
  readonly notes: readonly string[];
}
