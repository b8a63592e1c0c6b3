/**
 * One level of a mapping at a time: zod decides what is right, this says what is wrong in an SRE's words and at its line.
 * A field that has forms of its own (an SLI, a policy) is marked `readApart`: here only its presence counts, its reader
 * looks inside. So one schema gives the JSON Schema whole, and diagnostics that never read "invalid input" of a union.
 */
import { z } from "zod";
import type { Findings } from "../findings.ts";
import { nearestName } from "../nearest-name.ts";
import type { RuleProblemCode } from "../problem-codes.ts";
import type { FieldPath, YamlDocument } from "../yaml-document.ts";

/** A mapping whose fields are those of `T`. */
export type ObjectSchema<T> = z.ZodType<T> & {
  readonly shape: Readonly<Record<string, z.ZodType>>;
};

export interface Explanation {
  readonly code: RuleProblemCode;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** Where a value stands, for readers and their problems. */
export interface Field {
  readonly document: YamlDocument;
  readonly path: FieldPath;
  readonly findings: Findings;
}

export const fieldIn = (field: Field, ...parts: FieldPath): Field => ({
  ...field,
  path: [...field.path, ...parts],
});

/** Adds a problem with the field. */
export function report(
  field: Field,
  { code, message, hint }: Explanation,
  at: "key" | "value" = "value",
): void {
  field.findings.add(code, field.document, field.path, message, { hint, at });
}

type Explain = (value: unknown) => Explanation;
const explanations = z.registry<{ readonly explain: Explain }>();
const apart = z.registry<{ readonly isReadApart: true }>();

/** Says what is wrong when `schema` refuses a value. */
export function explained<S extends z.ZodType>(schema: S, explain: Explain): S {
  explanations.add(schema, { explain });
  return schema;
}

/** The field's own reader checks its value. */
export function readApart(schema: z.ZodType): z.ZodType<unknown> {
  apart.add(schema, { isReadApart: true });
  return schema;
}

/**
 * The sound fields of a mapping; all others are reported. `undefined` when `value` is no mapping.
 * `what` names it in messages: "an SLO".
 */
export function readShape<T>(
  schema: ObjectSchema<T>,
  value: unknown,
  field: Field,
  what: string,
): Partial<T> | undefined {
  if (!isMapping(value)) {
    const message = `${what} is a mapping of fields, not ${kindOf(value)}`;
    report(field, { code: "wrong-type", message });
    return undefined;
  }
  const names = Object.keys(schema.shape);
  const sound: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const fieldSchema = Object.hasOwn(schema.shape, key) ? schema.shape[key] : undefined;
    if (fieldSchema === undefined) reportUnknown(fieldIn(field, key), key, names, what);
    else if (isSound(fieldSchema, value[key], fieldIn(field, key))) sound[key] = value[key];
  }
  for (const name of names) {
    if (name in value || schema.shape[name]?.safeParse(undefined).success !== false) continue;
    if (Object.keys(value).some((key) => nearestName(key, names) === name)) continue; // mistyped: said above
    report(field, { code: "missing-field", message: `${what} needs \`${name}\`` }, "key");
  }
  return sound as Partial<T>; // each field was parsed by the schema of its own
}

/** A key that does not exist, with the one that was probably meant. */
function reportUnknown(field: Field, key: string, names: readonly string[], what: string): void {
  const nearest = nearestName(key, names);
  const hint =
    key === "<<"
      ? "merge keys are not read: use an alias for the whole value"
      : nearest === undefined
        ? `${what} has: ${names.join(", ")}`
        : `did you mean \`${nearest}\`?`;
  report(field, { code: "unknown-key", message: `${what} has no field \`${key}\``, hint }, "key");
}

function isSound(schema: z.ZodType, value: unknown, field: Field): boolean {
  const inner = unwrap(schema);
  if (apart.has(inner)) return true;
  const parsed = inner.safeParse(value);
  if (parsed.success) return true;
  const explain = explanations.get(inner)?.explain ?? explainType(inner);
  report(field, explain(value));
  return false;
}

function unwrap(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema;
}

const explainType =
  (schema: z.ZodType): Explain =>
  (value) => ({
    code: "wrong-type",
    message: `expected ${schema.meta()?.title ?? schema.type}, not ${kindOf(value)}`,
  });

export const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** "a list", "the number 3", for messages. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value === "string") return value.length > 40 ? "a text" : JSON.stringify(value);
  return `the ${typeof value} ${String(value as number | boolean)}`;
}
