/**
 * The native format, `slowburn/v1` (DESIGN section 8): every field with its type, text for editors, and what to say when
 * it is wrong. The JSON Schema of rules/schema is made of it.
 */
import { z } from "zod";
import type { NoData } from "../../slo/index.ts";
import { budgetingSchema, noDataSchema } from "./budgeting-schema.ts";
import * as checks from "./checks.ts";
import { exclusionsSchema, scopedExclusionsSchema } from "./exclusion-schema.ts";
import { scalar, text } from "./leaf-schemas.ts";
import { alertsSchema } from "./policy-schema.ts";
import { explained, readApart, type ObjectSchema } from "./shape.ts";
import { sliSchema } from "./sli-schema.ts";
import { windowSchema } from "./window-schema.ts";

export const API_VERSION = "slowburn/v1";
export const DEFAULT_GROUP_LIMIT = 200;
export const DEFAULT_GROUP_LIMIT_MAX = 10_000;

export interface FileConfig {
  readonly apiVersion: string;
  readonly service: string;
  readonly owner?: string | undefined;
  readonly labels?: unknown;
  readonly exclude?: unknown;
  readonly slos: unknown;
}

/** A file that only says what does not count. */
export interface ExclusionFileConfig {
  readonly apiVersion: string;
  readonly exclude: unknown;
}

export interface SloConfig {
  readonly description?: string | undefined;
  readonly objective: string;
  readonly window?: unknown;
  readonly sli: unknown;
  readonly budgeting?: unknown;
  readonly noData?: NoData | undefined;
  readonly per?: unknown;
  readonly groupLimit?: number | undefined;
  readonly alerts?: unknown;
  readonly exclude?: unknown;
  readonly runbook?: string | undefined;
  readonly owner?: string | undefined;
  readonly labels?: unknown;
}

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

export const sloSchema: ObjectSchema<SloConfig> = z.strictObject({
  description: z
    .string()
    .max(4_000)
    .meta({ title: "a text", description: "One sentence for the one who is paged." })
    .optional(),
  objective,
  window: readApart(windowSchema).optional(),
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
  groupLimit: explained(
    z.int().min(1).max(DEFAULT_GROUP_LIMIT_MAX).meta({
      description: "Groups beyond this many are folded into one overflow group.",
      default: DEFAULT_GROUP_LIMIT,
    }),
    checks.explainGroupLimit,
  ).optional(),
  alerts: readApart(alertsSchema).optional(),
  exclude: readApart(exclusionsSchema).optional(),
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
    exclude: readApart(exclusionsSchema).optional(),
    slos: readApart(
      z
        .record(z.string().regex(checks.SLO_NAME), sloSchema)
        .meta({ description: "SLOs by name.", minProperties: 1 }),
    ),
  })
  .meta({ title: "slowburn SLO file", description: "SLOs of one service." });

export const exclusionFileSchema: ObjectSchema<ExclusionFileConfig> = z
  .strictObject({
    apiVersion: z.literal(API_VERSION),
    exclude: readApart(scopedExclusionsSchema),
  })
  .meta({
    title: "slowburn exclusions",
    description: "Maintenance of the SLOs that each entry matches.",
  });
