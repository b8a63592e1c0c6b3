/** Which labels tell the elements of a result apart: none after `sum(…)`, all of its series' before it. */

export type ResultLabels =
  | { readonly kind: "only"; readonly names: readonly string[] }
  /** All that the series have, but these: which ones is not known from the query. */
  | { readonly kind: "allBut"; readonly names: readonly string[] };

export const ALL_LABELS: ResultLabels = { kind: "allBut", names: [] };
export const NO_LABELS: ResultLabels = { kind: "only", names: [] };

/** What an aggregation's `by (…)` or `without (…)` leaves; without one it leaves nothing. */
export function labelsLeft(labels: ResultLabels, modifier: ResultLabels): ResultLabels {
  const { names } = modifier;
  const isListed = (name: string) => labels.names.includes(name);
  if (modifier.kind === "only") {
    const isLeft = (name: string) => isListed(name) === (labels.kind === "only");
    return { kind: "only", names: names.filter(isLeft) };
  }
  return labels.kind === "only"
    ? { kind: "only", names: labels.names.filter((name) => !names.includes(name)) }
    : { kind: "allBut", names: [...labels.names, ...names.filter((name) => !isListed(name))] };
}

export const isSingle = (labels: ResultLabels): boolean =>
  labels.kind === "only" && labels.names.length === 0;

export const areSameLabels = (a: ResultLabels, b: ResultLabels): boolean =>
  a.kind === b.kind &&
  a.names.length === b.names.length &&
  a.names.every((name) => b.names.includes(name));

/** For messages: "by (job)", "of single series". */
export function describeLabels({ kind, names }: ResultLabels): string {
  if (kind === "only") return names.length === 0 ? "summed up whole" : `by (${names.join(", ")})`;
  return names.length === 0 ? "not summed up" : `without (${names.join(", ")})`;
}
