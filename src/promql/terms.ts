/** Arithmetic of weighted sums: like terms are one term, and a term of weight 0 is none. */
import type { Term } from "../slo/index.ts";

export type Terms = readonly Term[];

/** What a term is of, whatever its weight and the order of its conditions. */
function keyOf({ metric, where, measure }: Term): string {
  const conditions = where.map((matcher) => JSON.stringify(matcher)).toSorted();
  return JSON.stringify([metric, measure, conditions]);
}

export function added(...sums: readonly Terms[]): Terms {
  const byKey = new Map<string, Term>();
  for (const term of sums.flat()) {
    const key = keyOf(term);
    const known = byKey.get(key);
    byKey.set(key, known === undefined ? term : { ...known, weight: known.weight + term.weight });
  }
  return [...byKey.values()].filter(({ weight }) => weight !== 0);
}

/** `factor` is finite. */
export const scaled = (terms: Terms, factor: number): Terms =>
  terms
    .map((term) => ({ ...term, weight: term.weight * factor }))
    .filter(({ weight }) => weight !== 0);

export const subtracted = (terms: Terms, less: Terms): Terms => added(terms, scaled(less, -1));

/** k where `terms` = k x `base`; `undefined` when there is none. */
export function multipleOf(terms: Terms, base: Terms): number | undefined {
  const weights = new Map(base.map((term) => [keyOf(term), term.weight]));
  const factors = terms.map((term) => term.weight / (weights.get(keyOf(term)) ?? NaN));
  const [factor] = factors;
  const isMultiple = terms.length === base.length && factors.every((each) => each === factor);
  return isMultiple ? factor : undefined;
}
