/** How events become a ratio (OpenSLO v1, `budgetingMethod`), and what silence counts as. */
import { WHOLE_PPB, type Millis, type Ppb } from "./units.ts";

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

/** What slices are cut into, apart from what makes one good. */
export type SliceKind = Pick<Exclude<Budgeting, { kind: "occurrences" }>, "kind" | "widthMs">;

export const sliceKindOf = (budgeting: Budgeting): SliceKind | undefined =>
  budgeting.kind === "occurrences"
    ? undefined
    : { kind: budgeting.kind, widthMs: budgeting.widthMs };

/** Whether at least `targetPpb` of the events are good (OpenSLO v1: `>=`): good x 1e9 >= targetPpb x total, on integers. */
export function meetsTarget(good: number, total: number, targetPpb: number): boolean {
  const have = good * WHOLE_PPB;
  const need = targetPpb * total;
  const areExact = have <= Number.MAX_SAFE_INTEGER && need <= Number.MAX_SAFE_INTEGER;
  if (areExact || Math.abs(have - need) > 2e-15 * have) return have >= need;
  if (!Number.isSafeInteger(good) || !Number.isSafeInteger(total)) return have >= need;
  return BigInt(good) * BigInt(WHOLE_PPB) >= BigInt(targetPpb) * BigInt(total);
}
