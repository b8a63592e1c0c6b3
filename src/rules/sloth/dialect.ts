/** Sloth's two formats have the same fields: one spells them with underscores, the Kubernetes object in camel case. */
import { nearestName } from "../nearest-name.ts";
import { fieldIn, isMapping, type Field, type ObjectSchema } from "../native/index.ts";
import { readForeignShape } from "../foreign-shape.ts";
import { z } from "zod";

export type Dialect = "file" | "object";

/** As the object spells them → as the file does. All others are alike. */
const IN_FILES: ReadonlyMap<string, string> = new Map([
  ["errorQuery", "error_query"],
  ["totalQuery", "total_query"],
  ["errorRatioQuery", "error_ratio_query"],
  ["pageAlert", "page_alert"],
  ["ticketAlert", "ticket_alert"],
  ["sloPlugins", "slo_plugins"],
]);
const IN_OBJECTS: ReadonlyMap<string, string> = new Map(
  [...IN_FILES].map(([object, file]) => [file, object]),
);

/** A field as the dialect spells it. */
export const spelled = (name: string, dialect: Dialect): string =>
  dialect === "file" ? (IN_FILES.get(name) ?? name) : name;

/**
 * As `readShape`, with the schema's fields spelled as the dialect does. A field that does not exist is a warning: Sloth
 * does not look at it, so what the rest of the file means does not depend on it.
 */
export function readSpelled<T>(
  schema: ObjectSchema<T>,
  value: unknown,
  field: Field,
  what: string,
  dialect: Dialect,
): Partial<T> | undefined {
  const own = dialect === "file" ? inFiles(schema) : schema;
  const names = Object.keys(own.shape);
  const known = isMapping(value) ? withoutUnknown(value, names, field, what) : value;
  const shape = readForeignShape(own as ObjectSchema<object>, known, field, what);
  if (shape === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(shape).map(([name, each]) => [
      dialect === "file" ? (IN_OBJECTS.get(name) ?? name) : name,
      each,
    ]),
  ) as Partial<T>; // each field was parsed by its own schema
}

/** The same fields under the names they have in files; made once of each schema. */
function inFiles<T>(schema: ObjectSchema<T>): ObjectSchema<unknown> {
  const known = schemasInFiles.get(schema);
  if (known !== undefined) return known;
  const fields = Object.entries(schema.shape).map(
    ([name, each]) => [spelled(name, "file"), each] as const,
  );
  const made = z.strictObject(Object.fromEntries(fields));
  schemasInFiles.set(schema, made);
  return made;
}

const schemasInFiles = new WeakMap<object, ObjectSchema<unknown>>();

function withoutUnknown(
  value: Readonly<Record<string, unknown>>,
  names: readonly string[],
  field: Field,
  what: string,
): Readonly<Record<string, unknown>> {
  const isKnown = (key: string) => names.includes(key);
  for (const key of Object.keys(value).filter((name) => !isKnown(name))) {
    const { document, path, findings } = fieldIn(field, key);
    const twin = IN_FILES.get(key) ?? IN_OBJECTS.get(key);
    const meant = twin !== undefined && isKnown(twin) ? twin : nearestName(key, names);
    const message = `${what} has no field \`${key}\`: Sloth does not look at it, nor is it looked at here`;
    const hint = meant === undefined ? "remove it" : `did you mean \`${meant}\`?`;
    findings.add("unknown-key", document, path, message, { severity: "warning", at: "key", hint });
  }
  return Object.fromEntries(Object.entries(value).filter(([key]) => isKnown(key)));
}
