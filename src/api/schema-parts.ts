/** Shapes that the schemas of several answers share. */
import { z } from "zod";

export const moment: z.ZodISODateTime = z.iso.datetime().describe("RFC 3339, UTC.");
export const absentMoment: z.ZodNullable<z.ZodISODateTime> = moment.nullable();
export const count: z.ZodInt = z.int().min(0);
