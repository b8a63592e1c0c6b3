/** Fields of OpenSLO's alerting objects (go-sdk pkg/openslo/v1/alert_{policy,condition,notification_target}.go). */
import { z } from "zod";
import { anyText, flag, part, someText } from "../foreign-shape.ts";
import { explained, kindOf, type ObjectSchema } from "../native/index.ts";
import type { Operator } from "./schemas.ts";

export interface PolicyConfig {
  readonly description?: string | undefined;
  readonly alertWhenNoData?: boolean | undefined;
  readonly alertWhenBreaching?: boolean | undefined;
  readonly alertWhenResolved?: boolean | undefined;
  readonly conditions: unknown;
  readonly notificationTargets?: unknown;
}
export const policySchema: ObjectSchema<PolicyConfig> = z.strictObject({
  description: anyText.optional(),
  alertWhenNoData: flag.optional(),
  alertWhenBreaching: flag.optional(),
  alertWhenResolved: flag.optional(),
  conditions: part,
  notificationTargets: part.optional(),
});

/** A reference, or the object itself. */
export interface UseConfig {
  readonly alertPolicyRef?: string | undefined;
  readonly conditionRef?: string | undefined;
  readonly targetRef?: string | undefined;
  readonly kind?: string | undefined;
  readonly metadata?: unknown;
  readonly spec?: unknown;
}
export type UsedKind = "AlertPolicy" | "AlertCondition" | "AlertNotificationTarget";
const inlineFields = {
  kind: someText.optional(),
  metadata: part.optional(),
  spec: part.optional(),
};
export const useSchemas: Readonly<Record<UsedKind, ObjectSchema<UseConfig>>> = {
  AlertPolicy: z.strictObject({ alertPolicyRef: someText.optional(), ...inlineFields }),
  AlertCondition: z.strictObject({ conditionRef: someText.optional(), ...inlineFields }),
  AlertNotificationTarget: z.strictObject({ targetRef: someText.optional(), ...inlineFields }),
};

export interface ConditionConfig {
  readonly description?: string | undefined;
  readonly severity: string;
  readonly condition: unknown;
}
export const conditionSchema: ObjectSchema<ConditionConfig> = z.strictObject({
  description: anyText.optional(),
  severity: someText,
  condition: part,
});

export interface BurnRateConfig {
  readonly kind?: "burnrate" | undefined;
  readonly op: Operator;
  readonly threshold: number;
  readonly lookbackWindow: unknown;
  readonly alertAfter?: unknown;
}
export const burnRateSchema: ObjectSchema<BurnRateConfig> = z.strictObject({
  kind: z.literal("burnrate").meta({ title: "burnrate" }).optional(),
  op: z.enum(["lte", "gte", "lt", "gt"]).meta({ title: "lte, gte, lt or gt" }),
  threshold: explained(z.number().gt(0).max(1e9), (value) => ({
    code: typeof value === "number" ? "invalid-number" : "wrong-type",
    message: `expected a burn rate above 0, not ${kindOf(value)}`,
    hint: "write 14.4",
  })),
  lookbackWindow: part,
  alertAfter: part.optional(),
});

export interface TargetConfig {
  readonly description?: string | undefined;
  readonly target: string;
}
export const targetSchema: ObjectSchema<TargetConfig> = z.strictObject({
  description: anyText.optional(),
  target: someText,
});
