/**
 * Rule sets that count the same events, on one engine: a change of objectives, windows or alerts then costs little more than
 * one rule set. An SLO that differs stands there once for each set, under an id of its own; one that does not, once.
 */
import type { Slo } from "../slo/index.ts";

/** No id of a rule file begins with it. */
const MARK = "\u0001";

/**
 * Whether series, writers and bindings are the same under all of them, so that each counts on the shared engine what it would
 * count alone. Where an indicator differs, a series may be new to one that the other has followed.
 */
export function areShareable(ruleSets: readonly (readonly Slo[])[]): boolean {
  const [first, ...others] = ruleSets.map((slos) =>
    JSON.stringify([...new Set(slos.map(({ indicator }) => JSON.stringify(indicator)))].sort()),
  );
  return others.every((indicators) => indicators === first);
}

/** The sets with ids that are unique among all of them. */
export function withOwnIds(ruleSets: readonly (readonly Slo[])[]): readonly (readonly Slo[])[] {
  const known = new Map((ruleSets[0] ?? []).map((slo) => [slo.id, slo]));
  return ruleSets.map((slos, index) =>
    slos.map((slo) => {
      const same = known.get(slo.id);
      if (index === 0) return slo;
      return same !== undefined && textOf(same) === textOf(slo)
        ? same
        : { ...slo, id: MARK.repeat(index) + slo.id };
    }),
  );
}

/** An id, or the key of a stream, as the rule file has it. */
export const plain = (idOrKey: string): string => idOrKey.slice(idOrKey.lastIndexOf(MARK) + 1);

/** Where it is written makes no difference. */
const textOf = (slo: Slo): string => JSON.stringify({ ...slo, source: undefined });
