/** Where the members of a composite are named: the model has no places, and problems between files need them. */
import type { CompositeIndicator } from "../slo/index.ts";
import type { Place } from "./yaml-document.ts";

/** By the indicator that a reading made: an SLO is copied on its way, its indicator is not. */
const placesOf = new WeakMap<CompositeIndicator, readonly Place[]>();

/** One place for each member, in their order. */
export function placeMembers(indicator: CompositeIndicator, places: readonly Place[]): void {
  placesOf.set(indicator, places);
}

/** `undefined` of an SLO that was not read in this process: from a snapshot. */
export const placeOfMember = (indicator: CompositeIndicator, index: number): Place | undefined =>
  placesOf.get(indicator)?.[index];
