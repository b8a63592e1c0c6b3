/** What an edit does to composites through their members. */
import type { Fate } from "../engine/index.ts";
import { isComposite, type Slo } from "../slo/index.ts";

export interface EditedSlos {
  /** By id, as edited. */
  readonly edited: ReadonlyMap<string, Slo>;
  /** By id, as counted now. */
  readonly inForce: ReadonlyMap<string, Slo>;
  readonly fates: ReadonlyMap<Slo, Fate>;
}

const memberIds = (slo: Slo): readonly string[] =>
  isComposite(slo) ? slo.indicator.members.map(({ sloId }) => sloId) : [];

/** Members as they are right after the edit: one that is rebuilt is counted by its present definition until that is done. */
export function membersAfter(slo: Slo, { edited, inForce, fates }: EditedSlos): readonly Slo[] {
  return memberIds(slo).flatMap((id) => {
    const next = edited.get(id);
    const isWaiting = next !== undefined && fates.get(next)?.kind === "rebuilt";
    return (isWaiting ? undefined : next) ?? inForce.get(id) ?? [];
  });
}

/** Why a composite comes to something else although it says the same, in sentences. */
export function memberNotes(slo: Slo, { edited, fates }: EditedSlos): readonly string[] {
  return memberIds(slo).flatMap((id) => {
    const next = edited.get(id);
    const fate = next && fates.get(next)?.kind;
    const what = fate && CHANGES[fate];
    return what === undefined ? [] : [`its member ${id} ${what}`];
  });
}

const CHANGES: Readonly<Record<Fate["kind"], string | undefined>> = {
  kept: undefined,
  ready: "has another history from now on",
  rebuilt: "has another history once that is rebuilt",
  added: "begins",
  restarted: "starts anew",
};
