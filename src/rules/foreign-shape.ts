/** Fields of other tools' files: read as native ones are, but with `null` as absent, as those tools have it. */
import { z } from "zod";
import { isMapping, readApart, readShape, type Field, type ObjectSchema } from "./native/index.ts";

/** As `readShape`. */
export function readForeignShape<T>(
  schema: ObjectSchema<T>,
  value: unknown,
  field: Field,
  what: string,
): Partial<T> | undefined {
  if (!isMapping(value)) return readShape(schema, value, field, what);
  const isSaid = ([key, each]: [string, unknown]) =>
    each !== null || !Object.hasOwn(schema.shape, key);
  return readShape(schema, Object.fromEntries(Object.entries(value).filter(isSaid)), field, what);
}

/** A text of any length that a file has room for. */
export const anyText: z.ZodString = z.string().meta({ title: "a text" });
export const someText: z.ZodString = z.string().min(1).meta({ title: "a text" });
export const flag: z.ZodBoolean = z.boolean().meta({ title: "true or false" });
/** A mapping or list that a reader of its own looks into; it must be there. */
export const part: z.ZodType<unknown> = readApart(
  z.union([z.looseObject({}), z.array(z.unknown()), z.string(), z.number(), z.boolean()]),
);
