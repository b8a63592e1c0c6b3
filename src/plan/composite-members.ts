/** What an edit does to composites through their members. */
import type { Fate } from "../engine/index.ts";
import { fieldChanges } from "./field-changes.ts";
import { isComposite, type CompositeSlo, type Slo } from "../slo/index.ts";

export interface EditedSlos {
  /** By id, as edited. */
  readonly edited: ReadonlyMap<string, Slo>;
  /** By id, as counted now. */
  readonly inForce: ReadonlyMap<string, Slo>;
  readonly fates: ReadonlyMap<Slo, Fate>;
  /** Those that are counted after the edit, retired ones too. */
  readonly composites: readonly CompositeSlo[];
}

/** What is counted after the edit. */
export function compositesAfter(
  edited: ReadonlyMap<string, Slo>,
  inForce: Iterable<Slo>,
): readonly CompositeSlo[] {
  const left = [...inForce].filter(({ id }) => !edited.has(id));
  return [...edited.values(), ...left].filter(isComposite);
}

/**
 * What decides, beside the SLO itself, how it is counted after the edit: the members of a composite, and composites that read
 * it, or its members, over further windows.
 */
export function companionsOf(slo: Slo, rules: EditedSlos): readonly Slo[] {
  const members = membersAfter(slo, rules);
  const read = new Set([slo.id, ...members.map(({ id }) => id)]);
  const over = rules.composites.filter(
    ({ id, indicator }) => id !== slo.id && indicator.members.some(({ sloId }) => read.has(sloId)),
  );
  return [...members, ...over];
}

const memberIds = (slo: Slo): readonly string[] =>
  isComposite(slo) ? slo.indicator.members.map(({ sloId }) => sloId) : [];

/** Members as they are right after the edit: one that is rebuilt is counted by its present definition until that is done. */
function membersAfter(slo: Slo, { edited, inForce, fates }: EditedSlos): readonly Slo[] {
  return memberIds(slo).flatMap((id) => {
    const next = edited.get(id);
    const isWaiting = next !== undefined && fates.get(next)?.kind === "rebuilt";
    return (isWaiting ? undefined : next) ?? inForce.get(id) ?? [];
  });
}

/** What it comes to after the edit is not known before that of its members is. */
export const waitsForMembers = (slo: Slo, { edited, fates }: EditedSlos): boolean =>
  memberIds(slo).some((id) => {
    const next = edited.get(id);
    return next !== undefined && fates.get(next)?.kind === "rebuilt";
  });

/** Why a composite comes to something else although it says the same, in sentences. */
export function memberNotes(slo: Slo, { edited, inForce, fates }: EditedSlos): readonly string[] {
  const isJoint = isComposite(slo) && slo.indicator.rule === "all";
  return memberIds(slo).flatMap((id) => {
    const next = edited.get(id);
    const before = inForce.get(id);
    const fate = next && fates.get(next)?.kind;
    const what = fate && (isJoint ? JOINT_CHANGES : CHANGES)[fate];
    const isExcludedOtherwise =
      next !== undefined &&
      before !== undefined &&
      fieldChanges(before, next).some(({ field }) => field === "exclusions");
    return [
      ...(what === undefined ? [] : [`its member ${id} ${what}`]),
      ...(isExcludedOtherwise ? [`its member ${id} excludes something else`] : []),
    ];
  });
}

const CHANGES: Readonly<Record<Fate["kind"], string | undefined>> = {
  kept: undefined,
  ready: "has another history from now on",
  rebuilt: "has another history once that is rebuilt",
  added: "begins",
  restarted: "starts anew",
};

const UNTIL_THEN = "slices until then stay what they came to";
/** Slices are judged as they end. */
const JOINT_CHANGES: typeof CHANGES = {
  kept: undefined,
  ready: `is another from now on: ${UNTIL_THEN}`,
  rebuilt: `is another once that is rebuilt: ${UNTIL_THEN}`,
  added: `begins: ${UNTIL_THEN}`,
  restarted: `starts anew: ${UNTIL_THEN}`,
};
