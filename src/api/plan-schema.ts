/** `/api/v1/plan` for machines; see schemas.ts. */
import { z } from "zod";
import type { PlanAnswer, PlanRequest } from "./plan-answer.ts";
import { absentMoment, count, moment, ruleProblem } from "./schema-parts.ts";

const number = z.number().nullable();

export const planRequest: z.ZodType<PlanRequest> = z.strictObject({
  files: z
    .array(z.strictObject({ file: z.string().min(1).max(4096), text: z.string() }))
    .max(100_000),
  isWhole: z
    .boolean()
    .describe("The files are all of the rules directory: what they do not hold is removed."),
});

const state = z.strictObject({
  groupCount: count,
  worst: z
    .strictObject({
      streamKey: z.string(),
      good: z.number(),
      bad: z.number(),
      total: z.number(),
      sli: number,
      budgetRemaining: number,
      budgetProjected: number,
      since: moment,
    })
    .nullable()
    .describe("The stream with the least budget left; null without streams."),
  alerts: z.array(
    z.strictObject({
      streamKey: z.string(),
      severity: z.enum(["page", "ticket"]),
      state: z.enum(["pending", "firing", "resolved"]),
      tier: z.string(),
    }),
  ),
});

export const plan: z.ZodType<PlanAnswer> = z.strictObject({
  at: absentMoment,
  problems: z
    .array(ruleProblem)
    .describe("Of the files, read under this server's limits. With an error nothing is planned."),
  changes: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.enum(["added", "changed", "removed"]),
      file: z.string(),
      line: count,
      objective: z.string(),
      window: z.string(),
      windowSeconds: z.number(),
      fields: z.array(
        z.strictObject({
          field: z.string(),
          before: z.string().nullable(),
          after: z.string().nullable(),
        }),
      ),
      history: z.strictObject({
        kind: z.enum(["kept", "rebuilt", "restarted", "begins", "members", "retired"]),
        since: absentMoment.describe("Of one that is rebuilt: since when its counts are whole."),
        notes: z.array(z.string()),
      }),
      series: z
        .strictObject({ total: count, part: count, groups: count, notes: z.array(z.string()) })
        .nullable(),
      before: state.nullable(),
      after: state
        .nullable()
        .describe("null when removed, and when a rebuild takes longer than a plan may."),
    }),
  ),
  unchangedCount: count,
});
