/** What became of the streams when the rules changed, as the engine tells it. */
import type { Millis } from "../slo/index.ts";

export interface Rebuilt {
  readonly id: string;
  /** From when on its counts are whole. */
  readonly sinceMs: Millis;
}

export interface RuleChange {
  /** SLO ids, each in exactly one list but `pending`. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** All history kept. */
  readonly kept: readonly string[];
  /** The indicator or the grouping changed: counts start anew. */
  readonly restarted: readonly string[];
  /** New, or changed, and in force from now on with counts made of what the archive holds. */
  readonly rebuilt: readonly Rebuilt[];
  /** Being rebuilt; in `kept` too while an older definition answers. */
  readonly pending: readonly Rebuilt[];
  /** What could not be kept or rebuilt, in sentences. */
  readonly notes: readonly string[];
}
