/** `alerts:`: fields, text for editors, and what to say when one is wrong. */
import { z } from "zod";
import * as checks from "./checks.ts";
import { duration, text } from "./leaf-schemas.ts";
import { explained, readApart, type ObjectSchema } from "./shape.ts";

export interface TierConfig {
  readonly severity: "page" | "ticket";
  readonly factor?: number | undefined;
  readonly budget?: string | undefined;
  readonly long?: string | undefined;
  readonly short?: string | undefined;
  readonly lookbacks?: unknown;
  readonly match?: "all" | "any" | undefined;
  readonly for?: string | undefined;
  readonly keepFiringFor?: string | undefined;
  readonly minBadEvents?: number | undefined;
  readonly significance?: unknown;
}

const holdFields = {
  for: duration("The condition must hold so long before the alert fires.", ["0s", "2m"]).optional(),
  keepFiringFor: duration("The alert goes on so long after the condition last held.", [
    "5m",
  ]).optional(),
  minBadEvents: explained(
    z
      .int()
      .min(0)
      .max(1e15)
      .meta({ description: "Fewer bad events in the long lookback never alert." }),
    checks.explainCount,
  ).optional(),
  significance: readApart(
    z.union([z.number().gt(0).lt(1), z.literal("off")]).meta({
      description:
        "Upper bound of the probability that so many errors are chance at exactly one budget. Pages: 0.0001; tickets: off.",
      examples: [0.0001, "off"],
    }),
  ).optional(),
} as const;

export const tierSchema: ObjectSchema<TierConfig> = z.strictObject({
  severity: explained(z.enum(["page", "ticket"]), checks.explainSeverity),
  factor: explained(
    z
      .number()
      .gt(0)
      .meta({ description: "The burn rate to exceed; at most 3 decimals.", examples: [14.4] }),
    checks.explainFactor,
  ).optional(),
  budget: explained(
    z
      .string()
      .refine(checks.isBudgetShare)
      .meta({
        description:
          "Instead of `factor`: the share of the error budget spent within the long lookback.",
        pattern: checks.BUDGET_PATTERN,
        examples: ["2%"],
      }),
    checks.explainBudgetShare,
  ).optional(),
  long: duration("The long lookback.", ["1h", "6h"]).optional(),
  short: duration("The short lookback: makes the alert end soon after the trouble.", [
    "5m",
    "30m",
  ]).optional(),
  lookbacks: readApart(
    z
      .array(duration("A lookback.", ["1h"]))
      .min(1)
      .max(4)
      .meta({
        description: "Instead of `long` and `short`: one lookback, or up to four.",
        examples: [["1h"], ["6h", "1h", "5m"]],
      }),
  ).optional(),
  match: explained(
    z.enum(["all", "any"]).meta({
      description: "Whether all `lookbacks` must burn (the default), or any of them is enough.",
    }),
    checks.explainMatch,
  ).optional(),
  ...holdFields,
});

const noDataHold = duration(
  "An alert is held through silence for so long, then it ends; without end by default.",
  ["1h"],
).optional();

export interface AbsentConfig {
  readonly after: string;
  readonly severity?: "page" | "ticket" | undefined;
}
export const absentSchema: ObjectSchema<AbsentConfig> = z.strictObject({
  after: duration("No data point came for so long.", ["10m"]),
  severity: explained(z.enum(["page", "ticket"]), checks.explainSeverity).optional(),
});

/** A reader of its own checks it (absent.ts). */
const beside = {
  absent: readApart(
    z.union([duration("No data point came for so long: pages.", ["10m"]), absentSchema]).meta({
      description: "Alerts when no data point of the SLO came for so long; `page` by default.",
      examples: ["10m", { after: "1h", severity: "ticket" }],
    }),
  ).optional(),
} as const;
export interface BesideConfig {
  readonly absent?: unknown;
}

export interface FullPolicyConfig extends BesideConfig {
  readonly name?: string | undefined;
  readonly noDataHold?: string | undefined;
  readonly tiers: unknown;
}
export const fullPolicySchema: ObjectSchema<FullPolicyConfig> = z.strictObject({
  name: text("a name").optional(),
  noDataHold,
  tiers: readApart(z.array(tierSchema).min(1).max(16).meta({ description: "Most urgent first." })),
  ...beside,
});

export interface OverridesConfig extends BesideConfig {
  readonly page?: "on" | "off" | undefined;
  readonly ticket?: "on" | "off" | undefined;
  readonly for?: string | undefined;
  readonly keepFiringFor?: string | undefined;
  readonly minBadEvents?: number | undefined;
  readonly significance?: unknown;
  readonly noDataHold?: string | undefined;
}
const onOff = (what: string) =>
  explained(
    z.enum(["on", "off"]).meta({ description: `Whether ${what} tiers alert.` }),
    checks.explainOnOff,
  );
export const overridesSchema: ObjectSchema<OverridesConfig> = z.strictObject({
  page: onOff("page").optional(),
  ticket: onOff("ticket").optional(),
  ...holdFields,
  noDataHold,
  ...beside,
});

/** `alerts:`, in any of its forms. */
export const alertsSchema: z.ZodType = z
  .union([z.enum(["workbook", "none"]), fullPolicySchema, overridesSchema])
  .meta({
    id: "alerts",
    description:
      "`workbook` (the default): multi-window multi-burn-rate tiers of the SRE Workbook, scaled to the window. `none`: never alert. Or overrides of the default, or all `tiers`.",
    examples: ["workbook", "none", { keepFiringFor: "5m" }],
  });
