/** What becomes of an SLO's counts when its definition changes: asked by whoever puts rules in force, and by `plan`. */
import { isPending, pendingId, type Millis, type Slo } from "../slo/index.ts";
import { countsAlike } from "./edit-rules.ts";

export type Fate =
  /** What is counted is the same. */
  | { readonly kind: "kept" }
  /** Counted unseen for it already, and whole. */
  | { readonly kind: "ready"; readonly sinceMs: Millis }
  /** Made of the archive, since a moment; until that is done, what is in force answers. */
  | { readonly kind: "rebuilt"; readonly sinceMs: Millis }
  /** New, and the archive holds nothing of it. */
  | { readonly kind: "added" }
  /** Changed, and the archive holds too little: counts start anew. */
  | { readonly kind: "restarted" };

export interface FateParts {
  /** What is counted now, hidden SLOs included. */
  readonly inForce: readonly Slo[];
  /** From when on the archive holds all that the SLO is counted from; `undefined` when it does not. */
  readonly heldSince: (slo: Slo) => Millis | undefined;
  /** Whether the SLO that is pending under this id of its own has all its counts. */
  readonly isRebuilt: (id: string) => boolean;
}

/** Pure: the same rules and the same archive have the same fates. */
export function fatesOf(
  next: readonly Slo[],
  { inForce, heldSince, isRebuilt }: FateParts,
): ReadonlyMap<Slo, Fate> {
  const byId = new Map(inForce.map((slo) => [slo.id, slo]));
  return new Map(
    next.map((slo): [Slo, Fate] => {
      const before = byId.get(slo.id);
      if (before !== undefined && countsAlike(before, slo)) return [slo, { kind: "kept" }];
      const pending = byId.get(pendingId(slo.id));
      const isKnown = pending !== undefined && isPending(pending) && countsAlike(pending, slo);
      const sinceMs = isKnown ? pending.rebuiltFrom : heldSince(slo);
      if (sinceMs === undefined)
        return [slo, { kind: before === undefined ? "added" : "restarted" }];
      const kind = isKnown && isRebuilt(pending.id) ? "ready" : "rebuilt";
      return [slo, { kind, sinceMs }];
    }),
  );
}
