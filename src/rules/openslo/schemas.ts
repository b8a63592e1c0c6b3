/** Fields of OpenSLO's objects, one level each (go-sdk pkg/openslo/{v1,v1alpha,v2alpha}). */
import { z } from "zod";
import { anyText, flag, part, someText } from "../foreign-shape.ts";
import {
  explained,
  kindOf,
  SLO_NAME,
  type Explanation,
  type ObjectSchema,
} from "../native/index.ts";
import type { DialectName } from "./dialect.ts";

const number = z.number().meta({ title: "a number" });

/** The SDK wants DNS labels, the README's own examples have capitals: what ids and URLs can carry is taken. */
const objectName = explained(z.string().regex(SLO_NAME), (value) => explainName(value));

function explainName(value: unknown): Explanation {
  return {
    code: typeof value === "string" ? "invalid-name" : "wrong-type",
    message: `${kindOf(value)} is no name of an object`,
    hint: "letters, digits, - _ .; starting with a letter or digit; at most 128",
  };
}

export interface ObjectConfig {
  readonly apiVersion?: unknown;
  readonly kind: unknown;
  readonly metadata: unknown;
  readonly spec?: unknown;
}
export const objectSchema: ObjectSchema<ObjectConfig> = z.strictObject({
  apiVersion: part.optional(),
  kind: part,
  metadata: part,
  spec: part.optional(),
});

export interface InlineConfig {
  readonly metadata?: unknown;
  readonly spec: unknown;
}
/** An SLI written where it is used. */
export const inlineSliSchema: ObjectSchema<InlineConfig> = z.strictObject({
  metadata: part.optional(),
  spec: part,
});

export interface MetadataConfig {
  readonly name: string;
  readonly displayName?: string | undefined;
  readonly labels?: unknown;
  readonly annotations?: unknown;
}
export const metadataSchema: ObjectSchema<MetadataConfig> = z.strictObject({
  name: objectName,
  displayName: anyText.optional(),
  labels: part.optional(),
  annotations: part.optional(),
});

/** All versions' fields; each has some of them. */
export interface SloConfig {
  readonly description?: string | undefined;
  readonly service?: string | undefined;
  readonly serviceRef?: string | undefined;
  readonly indicator?: unknown;
  readonly indicatorRef?: string | undefined;
  readonly sli?: unknown;
  readonly sliRef?: string | undefined;
  readonly timeWindow?: unknown;
  readonly timeWindows?: unknown;
  readonly budgetingMethod: "Occurrences" | "Timeslices" | "RatioTimeslices";
  readonly objectives: unknown;
  readonly alertPolicies?: unknown;
}
const budgetingMethod = z
  .enum(["Occurrences", "Timeslices", "RatioTimeslices"])
  .meta({ title: "Occurrences, Timeslices or RatioTimeslices" });
const sloFields = { description: anyText.optional(), budgetingMethod, objectives: part } as const;
export const sloSchemas: Readonly<Record<DialectName, ObjectSchema<SloConfig>>> = {
  v1: z.strictObject({
    ...sloFields,
    service: someText,
    indicator: part.optional(),
    indicatorRef: someText.optional(),
    timeWindow: part.optional(),
    alertPolicies: part.optional(),
  }),
  v2alpha: z.strictObject({
    ...sloFields,
    service: someText.optional(),
    serviceRef: someText.optional(),
    sli: part.optional(),
    sliRef: someText.optional(),
    timeWindow: part.optional(),
    alertPolicies: part.optional(),
  }),
  v1alpha: z.strictObject({
    ...sloFields,
    service: someText,
    indicator: part.optional(),
    timeWindows: part,
  }),
};

export interface ObjectiveConfig {
  readonly displayName?: string | undefined;
  readonly labels?: unknown;
  readonly op?: Operator | undefined;
  readonly value?: number | undefined;
  readonly target?: number | undefined;
  readonly targetPercent?: number | undefined;
  readonly timeSliceTarget?: number | undefined;
  readonly timeSliceWindow?: unknown;
  readonly indicator?: unknown;
  readonly indicatorRef?: string | undefined;
  readonly sli?: unknown;
  readonly sliRef?: string | undefined;
  readonly compositeWeight?: number | undefined;
  readonly ratioMetrics?: unknown;
}
export type Operator = "lte" | "gte" | "lt" | "gt";
const operator = z.enum(["lte", "gte", "lt", "gt"]).meta({ title: "lte, gte, lt or gt" });
const objectiveFields = {
  displayName: anyText.optional(),
  op: operator.optional(),
  value: number.optional(),
  target: number.optional(),
  timeSliceTarget: number.optional(),
} as const;
const laterObjectiveFields = {
  ...objectiveFields,
  targetPercent: number.optional(),
  timeSliceWindow: part.optional(),
  compositeWeight: number.optional(),
} as const;
export const objectiveSchemas: Readonly<Record<DialectName, ObjectSchema<ObjectiveConfig>>> = {
  v1: z.strictObject({
    ...laterObjectiveFields,
    indicator: part.optional(),
    indicatorRef: someText.optional(),
  }),
  v2alpha: z.strictObject({
    ...laterObjectiveFields,
    labels: part.optional(),
    sli: part.optional(),
    sliRef: someText.optional(),
  }),
  v1alpha: z.strictObject({ ...objectiveFields, ratioMetrics: part.optional() }),
};

export interface WindowConfig {
  readonly duration: unknown;
  readonly unit?: string | undefined;
  readonly count?: number | undefined;
  readonly isRolling?: boolean | undefined;
  readonly calendar?: unknown;
}
const windowFields = { isRolling: flag.optional(), calendar: part.optional() } as const;
export const windowSchema: ObjectSchema<WindowConfig> = z.strictObject({
  ...windowFields,
  duration: part,
});
export const earlyWindowSchema: ObjectSchema<Omit<WindowConfig, "duration">> = z.strictObject({
  ...windowFields,
  unit: someText,
  count: z.int().min(1).max(1_000_000).meta({ title: "a whole number from 1" }),
});

export interface CalendarConfig {
  readonly startTime: string;
  readonly timeZone: string;
}
export const calendarSchema: ObjectSchema<CalendarConfig> = z.strictObject({
  startTime: someText,
  timeZone: someText,
});

export interface SliConfig {
  readonly description?: string | undefined;
  readonly thresholdMetric?: unknown;
  readonly ratioMetric?: unknown;
}
export const sliSchema: ObjectSchema<SliConfig> = z.strictObject({
  description: anyText.optional(),
  thresholdMetric: part.optional(),
  ratioMetric: part.optional(),
});

export interface RatioConfig {
  /** v1alpha calls it `incremental`. */
  readonly counter?: boolean | undefined;
  readonly incremental?: boolean | undefined;
  readonly good?: unknown;
  readonly bad?: unknown;
  readonly total?: unknown;
  readonly raw?: unknown;
  readonly rawType?: "success" | "failure" | undefined;
}
const ratioFields = { good: part.optional(), total: part.optional() } as const;
export const ratioSchema: ObjectSchema<RatioConfig> = z.strictObject({
  ...ratioFields,
  counter: flag.optional(),
  bad: part.optional(),
  raw: part.optional(),
  rawType: z.enum(["success", "failure"]).meta({ title: "success or failure" }).optional(),
});
export const earlyRatioSchema: ObjectSchema<RatioConfig> = z.strictObject({
  ...ratioFields,
  incremental: flag.optional(),
});

export interface MetricConfig {
  readonly metricSource: unknown;
}
export const metricSchema: ObjectSchema<MetricConfig> = z.strictObject({ metricSource: part });

export interface SourceConfig {
  readonly metricSourceRef?: string | undefined;
  readonly type?: string | undefined;
  readonly spec: unknown;
}
export const sourceSchema: ObjectSchema<SourceConfig> = z.strictObject({
  metricSourceRef: someText.optional(),
  type: someText.optional(),
  spec: part,
});

export interface LaterSourceConfig {
  readonly dataSourceRef?: string | undefined;
  readonly dataSourceSpec?: unknown;
  readonly spec: unknown;
}
export const laterSourceSchema: ObjectSchema<LaterSourceConfig> = z.strictObject({
  dataSourceRef: someText.optional(),
  dataSourceSpec: part.optional(),
  spec: part,
});

export interface EarlySourceConfig {
  readonly source: string;
  readonly queryType: string;
  readonly query: string;
}
export const earlySourceSchema: ObjectSchema<EarlySourceConfig> = z.strictObject({
  source: someText,
  queryType: someText,
  query: someText,
});

export interface DataSourceConfig {
  readonly description?: string | undefined;
  readonly type: string;
  readonly connectionDetails?: unknown;
}
export const dataSourceSchema: ObjectSchema<DataSourceConfig> = z.strictObject({
  description: anyText.optional(),
  type: someText,
  connectionDetails: part.optional(),
});

export interface ServiceConfig {
  readonly description?: string | undefined;
}
export const serviceSchema: ObjectSchema<ServiceConfig> = z.strictObject({
  description: anyText.optional(),
});
