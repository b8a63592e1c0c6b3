/**
 * An SLO of a template, put together: its body, arguments in place of parameters, fields that the user overrides.
 * Every part remembers where it was written, so that what is wrong is told at the line of whoever wrote it.
 */
import type { FieldPath, Place, YamlDocument } from "../yaml-document.ts";
import { isMapping, type Field } from "./shape.ts";

/** Where a part was written. */
export interface Origin {
  readonly document: YamlDocument;
  readonly path: FieldPath;
  readonly file: string | undefined;
}

export const originOf = ({ document, path, findings }: Field): Origin => ({
  document,
  path,
  file: findings.file,
});

export interface Placement {
  readonly value: unknown;
  readonly origin: Origin;
}

/** A field, or an entry of one, in place of the template's. */
export interface Override extends Placement {
  readonly path: readonly string[];
}

/** By parameter; one that is absent has none. */
export type Arguments = ReadonlyMap<string, Placement>;

/** The parameter that stands for a whole value: `{ param: threshold }`. */
export function parameterIn(value: unknown): string | undefined {
  if (!isMapping(value)) return undefined;
  const { param } = value;
  return typeof param === "string" && Object.keys(value).length === 1 ? param : undefined;
}

/** The body with arguments placed and fields overridden, as a document that has it at `at`. */
export function expandSlo(
  body: Placement,
  parameters: Arguments,
  overrides: readonly Override[],
  at: FieldPath,
): YamlDocument {
  const origins = new Map([[keyOf(at), body.origin]]);
  let slo: unknown = placed(body.value, at, parameters, origins) ?? {};
  for (const { path, value, origin } of overrides) {
    slo = withValue(slo, path, value);
    origins.set(keyOf([...at, ...path]), origin);
  }
  const value = at.reduceRight<unknown>((inner, part) => ({ [part]: inner }), slo);
  return new ExpandedDocument(value, origins);
}

type Origins = Map<string, Origin>;
type Mapping = Readonly<Record<string, unknown>>;
const keyOf = (path: FieldPath): string => JSON.stringify(path);

/** `undefined`: there is no argument, or nothing is left of a mapping whose fields have none. */
function placed(value: unknown, path: FieldPath, parameters: Arguments, origins: Origins): unknown {
  const parameter = parameterIn(value);
  if (parameter !== undefined) {
    const argument = parameters.get(parameter);
    if (argument !== undefined) origins.set(keyOf(path), argument.origin);
    return argument?.value;
  }
  if (Array.isArray(value))
    return value.map((item: unknown, index) => placed(item, [...path, index], parameters, origins));
  if (!isMapping(value)) return value;
  const entries = Object.entries(value).flatMap(([name, each]) => {
    const part = placed(each, [...path, name], parameters, origins);
    return part === undefined ? [] : [[name, part] as const];
  });
  const isLeftEmpty = entries.length === 0 && Object.keys(value).length > 0;
  return isLeftEmpty ? undefined : mappingOf(entries);
}

function withValue(value: unknown, [name, ...rest]: readonly string[], part: unknown): unknown {
  if (name === undefined) return part;
  const fields: Mapping = isMapping(value) ? value : {};
  return mappingOf([...Object.entries(fields), [name, withValue(fields[name], rest, part)]]);
}

/** Without prototype, as YAML's. */
const mappingOf = (entries: Iterable<readonly [string, unknown]>): Mapping =>
  Object.assign(Object.create(null) as object, Object.fromEntries(entries)) as Mapping;

class ExpandedDocument implements YamlDocument {
  readonly value: unknown;
  readonly #origins: ReadonlyMap<string, Origin>;

  constructor(value: unknown, origins: ReadonlyMap<string, Origin>) {
    this.value = value;
    this.#origins = origins;
  }

  placeOf(path: FieldPath, at?: "key" | "value"): Place {
    const origin = this.#originOf(path);
    return inFile(origin.document.placeOf(origin.path, at), origin);
  }

  placeInText(path: FieldPath, index: number, endIndex?: number): Place {
    const origin = this.#originOf(path);
    return inFile(origin.document.placeInText(origin.path, index, endIndex), origin);
  }

  textOf(path: FieldPath): string | undefined {
    const { document, path: written } = this.#originOf(path);
    return document.textOf(written);
  }

  /** What was written at the nearest place above that was put in, and from there the same way down. */
  #originOf(path: FieldPath): Origin {
    for (let length = path.length; length >= 0; length--) {
      const origin = this.#origins.get(keyOf(path.slice(0, length)));
      if (origin !== undefined) return { ...origin, path: [...origin.path, ...path.slice(length)] };
    }
    throw new Error("the whole SLO has an origin, and nothing outside it is asked for");
  }
}

const inFile = (place: Place, { file }: Origin): Place =>
  file === undefined ? place : { ...place, file };
