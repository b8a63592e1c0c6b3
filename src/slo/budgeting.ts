/** How events become a ratio (OpenSLO v1, `budgetingMethod`), and what silence counts as. */
import type { Millis, Ppb } from "./units.ts";

export type Budgeting =
  /** Every event counts one. */
  | { readonly kind: "occurrences" }
  /** Every slice of time counts one: it is good when at least `targetPpb` of its events are. */
  | { readonly kind: "timeslices"; readonly widthMs: Millis; readonly targetPpb: Ppb }
  /** Every slice of time counts one, and is as good as the ratio of its events. */
  | { readonly kind: "ratioTimeslices"; readonly widthMs: Millis };

/**
 * A slice without events is left out, bad, good, or as the one before it. Without slices there is nothing that could be
 * counted: events that did not happen are `ignore`d.
 */
export type NoData = "ignore" | "bad" | "good" | "hold";

export const OCCURRENCES: Budgeting = { kind: "occurrences" };
