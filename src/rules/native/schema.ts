/**
 * The native format, `slowburn/v1` (DESIGN section 8): every field with its type, text for editors, and what to say when
 * it is wrong. The JSON Schema of rules/schema is made of it.
 */
import { z } from "zod";
import type { NoData } from "../../slo/index.ts";
import { alertingSchema } from "./alerting-schema.ts";
import { budgetingSchema, noDataSchema } from "./budgeting-schema.ts";
import * as checks from "./checks.ts";
import { exclusionsSchema, scopedExclusionsSchema } from "./exclusion-schema.ts";
import { argument, scalar, text } from "./leaf-schemas.ts";
import { alertsSchema } from "./policy-schema.ts";
import { explained, readApart, type ObjectSchema } from "./shape.ts";
import { sliSchema } from "./sli-schema.ts";
import { PARAMETER_NAME, TEMPLATE_REFERENCE } from "./template-name.ts";
import { windowSchema } from "./window-schema.ts";

export const API_VERSION = "slowburn/v1";
export const DEFAULT_GROUP_LIMIT = 200;
export const DEFAULT_GROUP_LIMIT_MAX = 10_000;

export interface UseConfig {
  readonly use?: unknown;
  readonly with?: unknown;
}

export interface FileConfig extends UseConfig {
  readonly apiVersion: string;
  readonly service: string;
  readonly owner?: string | undefined;
  readonly labels?: unknown;
  readonly exclude?: unknown;
  readonly slos?: unknown;
}

/** A file that only says what does not count. */
export interface ExclusionFileConfig {
  readonly apiVersion: string;
  readonly exclude: unknown;
}

export interface SloConfig {
  readonly links?: unknown;
  readonly annotations?: unknown;
  readonly description?: string | undefined;
  readonly objective: string;
  readonly window?: unknown;
  readonly sli: unknown;
  readonly budgeting?: unknown;
  readonly noData?: NoData | undefined;
  readonly per?: unknown;
  readonly groupLimit?: number | undefined;
  readonly alerts?: unknown;
  readonly alerting?: unknown;
  readonly exclude?: unknown;
  readonly runbook?: string | undefined;
  readonly owner?: string | undefined;
  readonly labels?: unknown;
}

type UsedSloConfig = Omit<SloConfig, "objective" | "sli"> & UseConfig;

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

const labels = z.record(z.string().regex(checks.LABEL_NAME), scalar).meta({
  description: "Labels on alerts and metrics.",
  examples: [{ tier: "1", origin: "platform" }],
});

const owner = text("a text").meta({
  description: "Who owns it; on alerts and metrics.",
  examples: ["shop-team"],
});

const useFields = {
  use: readApart(
    z
      .string()
      .regex(TEMPLATE_REFERENCE)
      .meta({
        description: "A template and its version; or one SLO of it.",
        examples: ["http-server@1", "http-server/latency@1"],
      }),
  ).optional(),
  with: readApart(
    z.record(z.string().regex(PARAMETER_NAME), argument).meta({
      description: "Arguments for the template's parameters.",
      examples: [{ threshold: "500ms" }],
    }),
  ).optional(),
} as const;

/** What an SLO says for itself, also one that is a template's. */
const ownFields = {
  description: z
    .string()
    .max(4_000)
    .meta({ title: "a text", description: "One sentence for the one who is paged." })
    .optional(),
  window: readApart(windowSchema).optional(),
  groupLimit: explained(
    z.int().min(1).max(DEFAULT_GROUP_LIMIT_MAX).meta({
      description: "Groups beyond this many are folded into one overflow group.",
      default: DEFAULT_GROUP_LIMIT,
    }),
    checks.explainGroupLimit,
  ).optional(),
  alerts: readApart(alertsSchema).optional(),
  alerting: readApart(
    (alertingSchema as unknown as z.ZodType).meta({
      description: "What alerts are called and say, beside slowburn's own labels and texts.",
    }),
  ).optional(),
  exclude: readApart(exclusionsSchema).optional(),
  runbook: explained(
    z
      .string()
      .refine(checks.isWebLink)
      .meta({ description: "Link to the runbook: http or https.", format: "uri" }),
    checks.explainLink,
  ).optional(),
  links: readApart(
    z.record(z.string().min(1).max(255), z.url({ protocol: /^https?$/ })).meta({
      description: "Named links for the one who is paged: http or https.",
      examples: [{ dashboard: "https://grafana.example/d/checkout" }],
    }),
  ).optional(),
  annotations: readApart(
    z.record(z.string().min(1).max(255), scalar).meta({
      description: "Free texts, for people and other tools; not on metrics.",
      examples: [{ "example.com/ticket": "SHOP-1234" }],
    }),
  ).optional(),
  owner: owner.optional(),
  labels: readApart(labels).optional(),
} as const;

export const sloSchema: ObjectSchema<SloConfig> = z
  .strictObject({
    objective,
    sli: readApart(sliSchema),
    budgeting: readApart(budgetingSchema).optional(),
    noData: noDataSchema.optional(),
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
    ...ownFields,
  })
  .meta({ id: "slo" });

/** An SLO of a template: what is good is said there. */
export const usedSloSchema: ObjectSchema<UsedSloConfig> = z
  .strictObject({
    ...useFields,
    objective: objective.optional(),
    ...ownFields,
  })
  .meta({ id: "usedSlo" });

/** What OpenSLO has no word for, under the same names. */
export type ExtraConfig = Pick<
  SloConfig,
  "noData" | "per" | "groupLimit" | "alerting" | "exclude" | "runbook" | "links"
>;
const { noData, per, groupLimit, alerting, exclude, runbook, links } = sloSchema.shape as Required<
  Record<keyof ExtraConfig, z.ZodType>
>;
export const extraSchema: ObjectSchema<ExtraConfig> = z.strictObject({
  noData,
  per,
  groupLimit,
  alerting,
  exclude,
  runbook,
  links,
}) as unknown as ObjectSchema<ExtraConfig>; // the fields of `sloSchema`, whose types it was declared with

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
    exclude: readApart(exclusionsSchema).optional(),
    ...useFields,
    slos: readApart(
      z
        .record(
          z.string().regex(checks.SLO_NAME),
          z.union([sloSchema as z.ZodType, usedSloSchema as z.ZodType]),
        )
        .meta({ description: "SLOs by name.", minProperties: 1 }),
    ).optional(),
  })
  .meta({ id: "file", title: "slowburn SLO file", description: "SLOs of one service." });

export const exclusionFileSchema: ObjectSchema<ExclusionFileConfig> = z
  .strictObject({
    apiVersion: z.literal(API_VERSION),
    exclude: readApart(scopedExclusionsSchema),
  })
  .meta({
    id: "exclusionFile",
    title: "slowburn exclusions",
    description: "Maintenance of the SLOs that each entry matches.",
  });
