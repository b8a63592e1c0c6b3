/**
 * SLOs whose rule file is gone. A checkout that rewrites the folder, a volume that is not mounted yet, a rename in two steps:
 * a file that is away for a while must not cost a budget (DESIGN 4.13). So what was in force is counted on, unseen.
 */
import type { RuleProblemCode } from "../rules/index.ts";
import {
  formatMoment,
  isComposite,
  isPending,
  isRetired,
  millis,
  sloProblem,
  type CompositeSlo,
  type Problem,
  type Slo,
} from "../slo/index.ts";

/** How long a file may be away. */
export const RETIRED_FOR_MS: number = 24 * 3_600_000;

/**
 * What is counted: all that the files hold, and what they held until lately, or what one of theirs is made of. Sorted by id,
 * as rule sets are.
 */
export function withRetired(
  loaded: readonly Slo[],
  inForce: readonly Slo[],
  nowMs: number,
): readonly Slo[] {
  const ids = new Set(loaded.map((slo) => slo.id));
  const read = new Set(loaded.filter(isComposite).flatMap(memberIds));
  const retired = inForce
    .filter((slo) => !ids.has(slo.id) && !isPending(slo))
    .map((slo): Slo => (isRetired(slo) ? slo : { ...slo, retiredAt: millis(nowMs) }))
    .filter((slo) => endOf(slo) > nowMs || read.has(slo.id));
  return [...loaded, ...retired].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** The next moment at which a retired SLO is to be forgotten, ms; Infinity when there is none. */
export function nextRetirementEnd(inForce: readonly Slo[]): number {
  const read = new Set(
    inForce
      .filter((slo) => !isRetired(slo))
      .filter(isComposite)
      .flatMap(memberIds),
  );
  return inForce
    .filter(({ id }) => !read.has(id))
    .reduce((end, slo) => Math.min(end, endOf(slo)), Infinity);
}

/** What is said of each that is counted unseen, at the place where it was. */
export const retiredProblems = (inForce: readonly Slo[]): readonly Problem[] =>
  inForce.filter(isRetired).map((slo) => {
    const until = formatMoment(endOf(slo));
    return sloProblem(slo, {
      code: "slo-retired" satisfies RuleProblemCode,
      severity: "warning",
      message: `${slo.id} is in no file any more: its events are counted, unseen, until ${until}`,
      hint: "put it back by then, and it goes on with all its counts",
    });
  });

const memberIds = ({ indicator }: CompositeSlo): readonly string[] =>
  indicator.members.map(({ sloId }) => sloId);

const endOf = ({ retiredAt }: Slo): number =>
  retiredAt === undefined ? Infinity : retiredAt + RETIRED_FOR_MS;
