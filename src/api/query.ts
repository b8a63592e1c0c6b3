/** Query parameters: known ones only, so that a mistyped filter never silently answers everything. */
import { ApiFailure } from "./failure.ts";

export interface Parameter {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of one value. */
  readonly schema: object;
  /** May be given several times. */
  readonly repeats?: boolean;
  /** Without it the path answers 400. */
  readonly isRequired?: true;
}

export type Query = (name: string) => readonly string[];

/** Reads the query of `url`; throws `ApiFailure` 400 for a parameter that is unknown, or given twice but does not repeat. */
export function readQuery(url: string, parameters: readonly Parameter[]): Query {
  const { searchParams } = new URL(url);
  for (const name of new Set(searchParams.keys())) {
    const parameter = parameters.find((known) => known.name === name);
    if (parameter === undefined) {
      const known = parameters.map((each) => each.name).join(", ");
      const hint = known === "" ? "this path takes none" : `this path takes ${known}`;
      throw new ApiFailure(400, `unknown query parameter ${JSON.stringify(name)}`, { hint });
    }
    if (parameter.repeats !== true && searchParams.getAll(name).length > 1)
      throw new ApiFailure(400, `query parameter ${JSON.stringify(name)} is given more than once`);
  }
  return (name) => searchParams.getAll(name);
}

/** One of a few words, or `undefined` when it was not asked for. */
export function oneOf<T extends string>(
  query: Query,
  name: string,
  words: readonly T[],
): T | undefined {
  const [value] = query(name);
  if (value === undefined) return undefined;
  const word = words.find((known) => known === value);
  if (word === undefined)
    throw new ApiFailure(400, `${name} is ${JSON.stringify(value)}`, {
      hint: `one of ${words.join(", ")}`,
    });
  return word;
}

/** A whole number of `from` to `to`. */
export function wholeNumber(
  query: Query,
  name: string,
  bounds: { readonly from: number; readonly to: number; readonly absent: number },
): number {
  const [value] = query(name);
  if (value === undefined) return bounds.absent;
  const number = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
  if (number >= bounds.from && number <= bounds.to) return number;
  throw new ApiFailure(400, `${name} is ${JSON.stringify(value)}`, {
    hint: `a whole number of ${bounds.from} to ${bounds.to}`,
  });
}
