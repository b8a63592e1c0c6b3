/** `sli:` and its conditions: fields, text for editors, and what to say when one is wrong. */
import { z } from "zod";
import * as checks from "./checks.ts";
import { compositeSchemas } from "./composite-schema.ts";
import { duration, scalar } from "./leaf-schemas.ts";
import { promqlSchema } from "./promql-schema.ts";
import { explained, readApart, type ObjectSchema } from "./shape.ts";

const metric = explained(
  z
    .string()
    .min(1)
    .max(255)
    .meta({
      description:
        "A metric by its OpenTelemetry name (`http.server.request.duration`) or its Prometheus spelling (`http_server_request_duration_seconds_count`).",
      examples: ["http.server.request.duration", "slowburn.otlp.requests"],
    }),
  checks.explainMetric,
);

const scalars = z.union([scalar, z.array(scalar).min(1)]);
const regex = z.string().min(1).max(checks.MAX_PATTERN_BYTES);

/** The conditions a matcher can state; several of them must all hold. */
export const conditionSchema: ObjectSchema<ConditionConfig> = z.strictObject({
  not: readApart(
    scalars.meta({ description: "None of these; an absent attribute satisfies it." }),
  ).optional(),
  matches: explained(
    regex
      .refine(checks.isRegex)
      .meta({ description: "RE2 expression over the whole value.", examples: ["/api/.*"] }),
    checks.explainRegex,
  ).optional(),
  notMatches: explained(
    regex
      .refine(checks.isRegex)
      .meta({ description: "The opposite; an absent attribute satisfies it." }),
    checks.explainRegex,
  ).optional(),
  exists: z
    .boolean()
    .meta({ title: "true or false", description: "Whether the attribute is there." })
    .optional(),
  above: number("Greater than."),
  atLeast: number("Greater or equal."),
  below: number("Less than."),
  atMost: number("Less or equal."),
});

export interface ConditionConfig {
  readonly not?: unknown;
  readonly matches?: string | undefined;
  readonly notMatches?: string | undefined;
  readonly exists?: boolean | undefined;
  readonly above?: number | undefined;
  readonly atLeast?: number | undefined;
  readonly below?: number | undefined;
  readonly atMost?: number | undefined;
}

function number(description: string): z.ZodOptional<z.ZodNumber> {
  return z.number().meta({ title: "a number", description }).optional();
}

const matchers = z
  .record(z.string().min(1), z.union([scalars, conditionSchema]))
  .refine((conditions) => Object.keys(conditions).length > 0)
  .meta({
    id: "matchers",
    description:
      "Attribute → value, list of values, or condition. All must hold. Data point attributes come before scope before resource.",
    minProperties: 1,
    examples: [
      { "service.name": "checkout" },
      { "http.route": { not: ["/healthz", "/readyz"] } },
      { "http.response.status_code": { atLeast: 500 } },
    ],
  });

export interface SelectorConfig {
  readonly metric: string;
  readonly where?: unknown;
}
export const selectorSchema: ObjectSchema<SelectorConfig> = z.strictObject({
  metric,
  where: readApart(matchers).optional(),
});

export interface EventsConfig extends SelectorConfig {
  readonly good?: unknown;
  readonly bad?: unknown;
}
export const goodEventsSchema: ObjectSchema<EventsConfig> = z.strictObject({
  metric,
  where: readApart(matchers).optional(),
  good: readApart(matchers),
});
export const badEventsSchema: ObjectSchema<EventsConfig> = z.strictObject({
  metric,
  where: readApart(matchers).optional(),
  bad: readApart(matchers),
});

export interface LatencyConfig extends SelectorConfig {
  readonly faster: string;
}
export const latencySchema: ObjectSchema<LatencyConfig> = z.strictObject({
  metric,
  where: readApart(matchers).optional(),
  faster: duration(
    "Events that took at most this long are good. Exact on a bucket bound.",
    ["250ms", "1s"],
    checks.isLatency,
    checks.explainLatency,
  ),
});

/** What a sample of a gauge is compared with; one of them. */
export const SAMPLE_COMPARISONS = {
  above: ">",
  atLeast: ">=",
  below: "<",
  atMost: "<=",
  equals: "==",
} as const;
export type SampleComparison = keyof typeof SAMPLE_COMPARISONS;

export interface SamplesConfig extends SelectorConfig, Partial<Record<SampleComparison, number>> {}
const samples = (name: SampleComparison, what: string): ObjectSchema<SamplesConfig> =>
  z.strictObject({
    metric,
    where: readApart(matchers).optional(),
    [name]: explained(
      z.number().meta({
        description: `Samples of a gauge, or of a sum that can fall, are good when ${what}, in the metric's own unit.`,
        examples: [100, 0.9],
      }),
      checks.explainBound,
    ),
  }) as unknown as ObjectSchema<SamplesConfig>; // a computed field is lost on the compiler
export const samplesSchemas: Readonly<Record<SampleComparison, ObjectSchema<SamplesConfig>>> = {
  above: samples("above", "greater"),
  atLeast: samples("atLeast", "greater or equal"),
  below: samples("below", "less"),
  atMost: samples("atMost", "less or equal"),
  equals: samples("equals", "equal"),
};

/** Most metrics that are added up to one count. */
export const MAX_ADDENDS = 16;

export interface AddendConfig extends SelectorConfig {
  readonly values?: boolean | undefined;
}
export const addendSchema: ObjectSchema<AddendConfig> = z.strictObject({
  metric,
  where: readApart(matchers).optional(),
  values: z
    .boolean()
    .meta({
      title: "true or false",
      description:
        "Of a gauge, or a sum that can fall: each sample counts its value, as pods or workers do.",
    })
    .optional(),
});

export interface CountersConfig {
  readonly total: unknown;
  readonly good?: unknown;
  readonly bad?: unknown;
}
const addend = addendSchema as unknown as z.ZodType; // the same schema, as zod composes it
const addends = z.union([addend, z.array(addend).min(1).max(MAX_ADDENDS)]).meta({
  id: "count",
  description: "What a metric counts, or several metrics together.",
});
export const goodCountersSchema: ObjectSchema<CountersConfig> = z.strictObject({
  good: readApart(addends),
  total: readApart(addends),
});
export const badCountersSchema: ObjectSchema<CountersConfig> = z.strictObject({
  bad: readApart(addends),
  total: readApart(addends),
});

export interface QueriesConfig {
  readonly promql: unknown;
}
export const queriesSchema: ObjectSchema<QueriesConfig> = z.strictObject({
  promql: readApart(promqlSchema),
});

/** `sli:`, in any of its forms. */
export const sliSchema: z.ZodType = z
  .union([
    goodEventsSchema,
    badEventsSchema,
    latencySchema,
    ...Object.values(samplesSchemas),
    goodCountersSchema,
    badCountersSchema,
    queriesSchema,
    ...Object.values(compositeSchemas),
  ])
  .meta({
    id: "sli",
    description:
      "What counts as an event and which events are good: `metric` with `good`, `bad` or `faster`; a gauge with `above`, `atLeast`, `below`, `atMost` or `equals`; `good`/`bad` and `total` as metrics of their own; queries in `promql`; or other SLOs, in `weighted`, `worstOf` or `allOf`.",
  });
