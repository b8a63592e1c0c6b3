/** SLIs made of other SLOs: fields, text for editors, and what to say when one is wrong. */
import { z } from "zod";
import { duration } from "./leaf-schemas.ts";
import { explained, kindOf, readApart, type Explanation, type ObjectSchema } from "./shape.ts";

/** Fewer are no composite; more are more than anyone reads on a page. */
export const LEAST_MEMBERS = 2;
export const MOST_MEMBERS = 50;
/** Beyond these a sum of products with error ratios loses what the lighter members say. */
const LEAST_WEIGHT = 1e-6;
const MOST_WEIGHT = 1e6;

/** `service/name`, or `name` of the same service. */
export const MEMBER: RegExp =
  /^([\p{L}\p{N}][\p{L}\p{N}_.:-]{0,127}\/)?[\p{L}\p{N}][\p{L}\p{N}_.-]{0,127}$/u;

const member = z
  .string()
  .regex(MEMBER)
  .meta({
    description: "An SLO: `service/name`, or `name` of the same service. No composite.",
    examples: ["checkout/availability", "latency"],
  });

const members = z.array(member).min(LEAST_MEMBERS).max(MOST_MEMBERS).meta({ uniqueItems: true });

export const weightSchema: z.ZodType<number> = explained(
  z.number().min(LEAST_WEIGHT).max(MOST_WEIGHT).meta({
    description: "How much of the mean it makes, in proportion to the others.",
  }),
  explainWeight,
);

export function explainWeight(value: unknown): Explanation {
  const isNumber = typeof value === "number";
  const message = `expected a weight from 0.000001 to 1000000, not ${kindOf(value)}`;
  const hint = isNumber && value === 0 ? "leave the member out" : "write 1, 2.5 or 10";
  return { code: isNumber ? "invalid-number" : "wrong-type", message, hint };
}

export type CompositeForm = "weighted" | "worstOf" | "allOf";

export interface CompositeConfig {
  readonly weighted?: unknown;
  readonly worstOf?: unknown;
  readonly allOf?: unknown;
  readonly slices?: string | undefined;
}

/** Form by form, so that each problem is said in terms of one. */
export const compositeSchemas: Readonly<Record<CompositeForm, ObjectSchema<CompositeConfig>>> = {
  weighted: z.strictObject({
    weighted: readApart(
      z.record(z.string().regex(MEMBER), weightSchema).meta({
        description:
          "Members and their weights: the weighted mean of their error ratios, whatever their traffic.",
        minProperties: LEAST_MEMBERS,
        maxProperties: MOST_MEMBERS,
        examples: [{ "frontend/availability": 2, "checkout/availability": 3 }],
      }),
    ),
  }),
  worstOf: z.strictObject({
    worstOf: readApart(
      members.meta({
        description: "What the member comes to that has the highest error ratio.",
        examples: [["frontend/availability", "checkout/availability"]],
      }),
    ),
  }),
  allOf: z.strictObject({
    allOf: readApart(
      members.meta({
        description: "A slice of time is good when all of these SLOs hold in it.",
        examples: [["frontend/availability", "checkout/latency"]],
      }),
    ),
    slices: duration("How wide the slices are: a multiple of the tick; 1m unless said.", [
      "1m",
      "5m",
    ]).optional(),
  }),
};
