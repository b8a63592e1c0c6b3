/** Fields that several parts of the native format share. */
import { z } from "zod";
import * as checks from "./checks.ts";
import { explained } from "./shape.ts";

/** Named so in messages: expected a name, not … */
export const text = (title: string): z.ZodString => z.string().min(1).max(1_000).meta({ title });

/** A span of whole milliseconds, unless told otherwise. */
export const duration = (
  description: string,
  examples: readonly string[],
  isRight: (text: string) => boolean = checks.isDuration,
  explain: typeof checks.explainDuration = checks.explainDuration,
): z.ZodString =>
  explained(
    z
      .string()
      .refine(isRight)
      .meta({
        description,
        pattern: checks.DURATION_PATTERN,
        examples: [...examples],
      }),
    explain,
  );

/** What compares by its text. */
export const scalar: z.ZodType<string | number | boolean> = z.union([
  z.string(),
  z.number(),
  z.boolean(),
]);

/** What a template's parameter takes. */
export const argument: z.ZodType = z.union([scalar, z.array(z.string()).min(1).max(1_000)]);
