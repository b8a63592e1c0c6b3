/** `budgeting:` and `noData:`: fields, text for editors, and what to say when one is wrong. */
import { z } from "zod";
import type { NoData } from "../../slo/index.ts";
import * as checks from "./checks.ts";
import { duration } from "./leaf-schemas.ts";
import { explained, type ObjectSchema } from "./shape.ts";

export interface SlicesConfig {
  readonly slices: string;
  readonly good?: string | undefined;
  readonly weigh?: "ratio" | undefined;
}

const slices = duration(
  "Every slice of time counts one, whatever its traffic: a multiple of the tick, and no wider than a lookback.",
  ["1m", "5m"],
);

export const judgedSlicesSchema: ObjectSchema<SlicesConfig> = z.strictObject({
  slices,
  good: explained(
    z
      .string()
      .refine(checks.isSliceTarget)
      .meta({
        description: "A slice is good when at least so many of its events are.",
        pattern: checks.SLICE_TARGET_PATTERN,
        examples: ["95%", "100%"],
      }),
    checks.explainSliceTarget,
  ),
});

export const weighedSlicesSchema: ObjectSchema<SlicesConfig> = z.strictObject({
  slices,
  weigh: explained(
    z.literal("ratio").meta({ description: "A slice is as good as the ratio of its events." }),
    checks.explainWeight,
  ),
});

/** `budgeting:`, in any of its forms. */
export const budgetingSchema: z.ZodType = z
  .union([z.literal("occurrences"), judgedSlicesSchema, weighedSlicesSchema])
  .meta({
    id: "budgeting",
    description:
      "What the budget is made of: `occurrences` (the default) counts events; slices of time count one each, good or bad (`good`), or by the ratio of their events (`weigh: ratio`).",
    default: "occurrences",
    examples: ["occurrences", { slices: "1m", good: "95%" }, { slices: "1m", weigh: "ratio" }],
  });

export const noDataSchema: z.ZodType<NoData> = explained(
  z.enum(["ignore", "bad", "good", "hold"]).meta({
    description:
      "What a slice without events is: left out (the default), bad, good, or as the one before it.",
    default: "ignore",
  }),
  checks.explainNoData,
);
