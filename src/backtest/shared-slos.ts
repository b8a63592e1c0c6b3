/**
 * Rule sets that count the same events, on one engine: a change of objectives, windows or alerts then costs little more than
 * one rule set. An SLO that differs stands there once for each set, under an id of its own; one that does not, once.
 */
import { isComposite, type Slo } from "../slo/index.ts";

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

/** The sets with ids that are unique among all of them, also where composites name their members. */
export function withOwnIds(ruleSets: readonly (readonly Slo[])[]): readonly (readonly Slo[])[] {
  const known = new Map((ruleSets[0] ?? []).map((slo) => [slo.id, slo]));
  return ruleSets.map((slos, index) => {
    if (index === 0) return slos;
    const changed = new Set(
      slos.filter((slo) => !isSame(known.get(slo.id), slo)).map(({ id }) => id),
    );
    const isOther = (slo: Slo) =>
      changed.has(slo.id) ||
      (isComposite(slo) && slo.indicator.members.some(({ sloId }) => changed.has(sloId)));
    const idOf = (id: string) => (changed.has(id) ? MARK.repeat(index) + id : id);
    return slos.map((slo) => {
      if (!isOther(slo)) return known.get(slo.id) ?? slo;
      const own = { ...slo, id: MARK.repeat(index) + slo.id };
      if (!isComposite(slo)) return own;
      const members = slo.indicator.members.map((each) => ({ ...each, sloId: idOf(each.sloId) }));
      return { ...own, indicator: { ...slo.indicator, members } };
    });
  });
}

const isSame = (one: Slo | undefined, other: Slo): boolean =>
  one !== undefined && textOf(one) === textOf(other);

/** An id, or the key of a stream, as the rule file has it. */
export const plain = (idOrKey: string): string => idOrKey.slice(idOrKey.lastIndexOf(MARK) + 1);

/** Where it is written makes no difference. */
const textOf = (slo: Slo): string => JSON.stringify({ ...slo, source: undefined });
