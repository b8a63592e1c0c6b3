/** Shapes that the schemas of several answers share. */
import { z } from "zod";
import type { RuleProblemAnswer } from "./answers.ts";

export const moment: z.ZodISODateTime = z.iso.datetime().describe("RFC 3339, UTC.");
export const absentMoment: z.ZodNullable<z.ZodISODateTime> = moment.nullable();
export const count: z.ZodInt = z.int().min(0);

export const ruleProblem: z.ZodType<RuleProblemAnswer> = z.strictObject({
  code: z.string(),
  severity: z.enum(["error", "warning"]),
  message: z.string(),
  hint: z.string().nullable(),
  file: z.string().nullable(),
  line: count.nullable(),
  column: count.nullable(),
  endColumn: count.nullable(),
  path: z.string(),
});
