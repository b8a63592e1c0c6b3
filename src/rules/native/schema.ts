/**
 * The native format, `slowburn/v1` (DESIGN section 8): every field with its type, text for editors, and what to say when
 * it is wrong. The JSON Schema of rules/schema is made of it.
 */
import { z } from "zod";
import * as checks from "./checks.ts";
import { explained, readApart, type ObjectSchema } from "./shape.ts";

export const API_VERSION = "slowburn/v1";
export const DEFAULT_WINDOW = "30d";
export const DEFAULT_GROUP_LIMIT = 200;
export const DEFAULT_GROUP_LIMIT_MAX = 10_000;

export interface FileConfig {
  readonly apiVersion: string;
  readonly service: string;
  readonly owner?: string | undefined;
  readonly labels?: unknown;
  readonly slos: unknown;
}

export interface SloConfig {
  readonly description?: string | undefined;
  readonly objective: string;
  readonly window?: unknown;
  readonly sli: unknown;
  readonly per?: unknown;
  readonly groupLimit?: number | undefined;
  readonly alerts?: unknown;
  readonly runbook?: string | undefined;
  readonly owner?: string | undefined;
  readonly labels?: unknown;
}

const text = (title: string): z.ZodString => z.string().min(1).max(1_000).meta({ title });

/** One line of text, 1 to 200 characters. */
const objective = explained(
  z
    .string()
    .refine(checks.isObjective)
    .meta({
      description:
        "The ratio of good events to reach, with its sign: below 100 %, at most 7 decimals.",
      pattern: checks.OBJECTIVE_PATTERN,
      examples: ["99.9%", "99.95%", "99%"],
    }),
  checks.explainObjective,
);

const duration = (
  description: string,
  examples: readonly string[],
  isRight: (text: string) => boolean = checks.isDuration,
  explain: typeof checks.explainDuration = checks.explainDuration,
) =>
  explained(
    z
      .string()
      .refine(isRight)
      .meta({
        description,
        pattern: checks.DURATION_PATTERN,
        examples: [...examples],
      }),
    explain,
  );

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

const scalar = z.union([z.string(), z.number(), z.boolean()]);
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

export interface CountersConfig {
  readonly total: unknown;
  readonly good?: unknown;
  readonly bad?: unknown;
}
const selector = selectorSchema as unknown as z.ZodType; // the same schema, as zod composes it
export const goodCountersSchema: ObjectSchema<CountersConfig> = z.strictObject({
  good: readApart(selector),
  total: readApart(selector),
});
export const badCountersSchema: ObjectSchema<CountersConfig> = z.strictObject({
  bad: readApart(selector),
  total: readApart(selector),
});

const sli = z
  .union([goodEventsSchema, badEventsSchema, latencySchema, goodCountersSchema, badCountersSchema])
  .meta({
    id: "sli",
    description:
      "What counts as an event and which events are good: `metric` with `good`, `bad` or `faster`; or `good`/`bad` and `total` as metrics of their own.",
  });

const labels = z.record(z.string().regex(checks.LABEL_NAME), scalar).meta({
  description: "Labels on alerts and metrics.",
  examples: [{ tier: "1", origin: "platform" }],
});

export interface TierConfig {
  readonly severity: "page" | "ticket";
  readonly factor?: number | undefined;
  readonly budget?: string | undefined;
  readonly long: string;
  readonly short: string;
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
  long: duration("The long lookback.", ["1h", "6h"]),
  short: duration("The short lookback: makes the alert end soon after the trouble.", ["5m", "30m"]),
  ...holdFields,
});

export interface FullPolicyConfig {
  readonly name?: string | undefined;
  readonly tiers: unknown;
}
export const fullPolicySchema: ObjectSchema<FullPolicyConfig> = z.strictObject({
  name: text("a name").optional(),
  tiers: readApart(z.array(tierSchema).min(1).max(16).meta({ description: "Most urgent first." })),
});

export interface OverridesConfig {
  readonly page?: "on" | "off" | undefined;
  readonly ticket?: "on" | "off" | undefined;
  readonly for?: string | undefined;
  readonly keepFiringFor?: string | undefined;
  readonly minBadEvents?: number | undefined;
  readonly significance?: unknown;
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
});

const alerts = z.union([z.enum(["workbook", "none"]), fullPolicySchema, overridesSchema]).meta({
  id: "alerts",
  description:
    "`workbook` (the default): multi-window multi-burn-rate tiers of the SRE Workbook, scaled to the window. `none`: never alert. Or overrides of the default, or all `tiers`.",
  examples: ["workbook", "none", { keepFiringFor: "5m" }],
});

const owner = text("a text").meta({
  description: "Who owns it; on alerts and metrics.",
  examples: ["shop-team"],
});

export const sloSchema: ObjectSchema<SloConfig> = z.strictObject({
  description: z
    .string()
    .max(4_000)
    .meta({ title: "a text", description: "One sentence for the one who is paged." })
    .optional(),
  objective,
  window: readApart(
    duration("The rolling window the SLO is judged over: 1d to 1y.", ["30d", "28d", "7d"]).meta({
      default: DEFAULT_WINDOW,
    }),
  ).optional(),
  sli: readApart(sli),
  per: readApart(
    z
      .array(z.string().min(1))
      .min(1)
      .max(8)
      .meta({
        description: "Attributes that split the SLO into groups, each with a budget of its own.",
        examples: [["http.route"]],
      }),
  ).optional(),
  groupLimit: explained(
    z.int().min(1).max(DEFAULT_GROUP_LIMIT_MAX).meta({
      description: "Groups beyond this many are folded into one overflow group.",
      default: DEFAULT_GROUP_LIMIT,
    }),
    checks.explainGroupLimit,
  ).optional(),
  alerts: readApart(alerts).optional(),
  runbook: explained(
    z
      .string()
      .refine(checks.isWebLink)
      .meta({ description: "Link to the runbook: http or https.", format: "uri" }),
    checks.explainLink,
  ).optional(),
  owner: owner.optional(),
  labels: readApart(labels).optional(),
});

export const fileSchema: ObjectSchema<FileConfig> = z
  .strictObject({
    apiVersion: z.literal(API_VERSION),
    service: explained(
      z
        .string()
        .regex(checks.SERVICE_NAME)
        .meta({ description: "The service (or platform component) the SLOs are of." }),
      checks.explainService,
    ),
    owner: owner.optional(),
    labels: readApart(labels).optional(),
    slos: readApart(
      z
        .record(z.string().regex(checks.SLO_NAME), sloSchema)
        .meta({ description: "SLOs by name.", minProperties: 1 }),
    ),
  })
  .meta({ title: "slowburn SLO file", description: "SLOs of one service." });
