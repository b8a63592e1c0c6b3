/** Fields of `pyrra.dev/v1alpha1 ServiceLevelObjective` (Pyrra's CustomResourceDefinition), one level each. */
import { z } from "zod";
import { anyText, flag, part, someText } from "../foreign-shape.ts";
import { explained, kindOf, SLO_NAME, type ObjectSchema } from "../native/index.ts";

export const API_VERSION = "pyrra.dev/v1alpha1";
export const KIND = "ServiceLevelObjective";

export interface ObjectConfig {
  readonly apiVersion: unknown;
  readonly kind: unknown;
  readonly metadata: unknown;
  readonly spec: unknown;
  readonly status?: unknown;
}
export const objectSchema: ObjectSchema<ObjectConfig> = z.strictObject({
  apiVersion: part,
  kind: part,
  metadata: part,
  spec: part,
  status: part.optional(),
});

export interface MetadataConfig {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly labels?: unknown;
  readonly annotations?: unknown;
}
/** Kubernetes' ObjectMeta: what a cluster adds says nothing here. */
const CLUSTER_FIELDS =
  "generateName uid resourceVersion generation creationTimestamp deletionTimestamp deletionGracePeriodSeconds finalizers ownerReferences managedFields selfLink";
const clusterFields = Object.fromEntries(
  CLUSTER_FIELDS.split(" ").map((name) => [name, part.optional()]),
);
export const metadataSchema: ObjectSchema<MetadataConfig> = z.strictObject({
  ...clusterFields,
  name: explained(z.string().regex(SLO_NAME), (value) => ({
    code: typeof value === "string" ? "invalid-name" : "wrong-type",
    message: `${kindOf(value)} is no name of an object`,
    hint: "letters, digits, - _ .; starting with a letter or digit; at most 128",
  })),
  namespace: someText.optional(),
  labels: part.optional(),
  annotations: part.optional(),
});

export interface SpecConfig {
  readonly description?: string | undefined;
  readonly target: string;
  readonly window: string;
  readonly indicator: unknown;
  readonly alerting?: unknown;
  readonly partial_response_strategy?: unknown;
  readonly performanceOverAccuracy?: unknown;
  readonly ruleOutput?: unknown;
}
const quoted = (example: string) =>
  explained(z.string().min(1), (value) => ({
    code: "wrong-type",
    message: `expected a text, not ${kindOf(value)}`,
    hint: `write "${typeof value === "number" ? value : example}", in quotes`,
  }));
export const specSchema: ObjectSchema<SpecConfig> = z.strictObject({
  description: anyText.optional(),
  target: quoted("99.5"),
  window: quoted("4w"),
  indicator: part,
  alerting: part.optional(),
  // How Prometheus's rules are generated; there are none here.
  partial_response_strategy: part.optional(),
  performanceOverAccuracy: part.optional(),
  ruleOutput: part.optional(),
});

export interface IndicatorConfig {
  readonly ratio?: unknown;
  readonly latency?: unknown;
  readonly latencyNative?: unknown;
  readonly bool_gauge?: unknown;
}
export const indicatorSchema: ObjectSchema<IndicatorConfig> = z.strictObject({
  ratio: part.optional(),
  latency: part.optional(),
  latencyNative: part.optional(),
  bool_gauge: part.optional(),
});

const grouping = part.optional();
export interface RatioConfig {
  readonly errors: unknown;
  readonly total: unknown;
  readonly grouping?: unknown;
}
export const ratioSchema: ObjectSchema<RatioConfig> = z.strictObject({
  errors: part,
  total: part,
  grouping,
});
export interface LatencyConfig {
  readonly success: unknown;
  readonly total: unknown;
  readonly grouping?: unknown;
}
export const latencySchema: ObjectSchema<LatencyConfig> = z.strictObject({
  success: part,
  total: part,
  grouping,
});
export interface NativeLatencyConfig {
  readonly latency: string;
  readonly total: unknown;
  readonly grouping?: unknown;
}
export const nativeLatencySchema: ObjectSchema<NativeLatencyConfig> = z.strictObject({
  latency: someText,
  total: part,
  grouping,
});
export interface BoolGaugeConfig {
  readonly metric: string;
  readonly grouping?: unknown;
}
export const boolGaugeSchema: ObjectSchema<BoolGaugeConfig> = z.strictObject({
  metric: someText,
  grouping,
});
export interface QueryConfig {
  readonly metric: string;
}
export const querySchema: ObjectSchema<QueryConfig> = z.strictObject({ metric: someText });

export interface AlertingConfig {
  readonly disabled?: boolean | undefined;
  readonly burnrates?: boolean | undefined;
  readonly absent?: boolean | undefined;
  readonly name?: string | undefined;
  readonly absentName?: string | undefined;
  readonly severities?: unknown;
}
export const alertingSchema: ObjectSchema<AlertingConfig> = z.strictObject({
  disabled: flag.optional(),
  burnrates: flag.optional(),
  absent: flag.optional(),
  name: anyText.optional(),
  absentName: anyText.optional(),
  severities: part.optional(),
});

export interface SeveritiesConfig {
  readonly fastBurn?: string | undefined;
  readonly mediumBurn?: string | undefined;
  readonly slowBurn?: string | undefined;
  readonly longTermBurn?: string | undefined;
  readonly absent?: string | undefined;
}
export const severitiesSchema: ObjectSchema<SeveritiesConfig> = z.strictObject({
  fastBurn: anyText.optional(),
  mediumBurn: anyText.optional(),
  slowBurn: anyText.optional(),
  longTermBurn: anyText.optional(),
  absent: anyText.optional(),
});
