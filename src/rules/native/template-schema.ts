/** `templates:`, and `use:` of them: fields, text for editors, and what to say when one is wrong. */
import { z } from "zod";
import * as checks from "./checks.ts";
import { argument, text } from "./leaf-schemas.ts";
import { API_VERSION, sloSchema } from "./schema.ts";
import { explained, kindOf, readApart, type Explanation, type ObjectSchema } from "./shape.ts";
import { PARAMETER_NAME, TEMPLATE_KEY } from "./template-name.ts";

export const PARAMETER_TYPES = [
  "string",
  "number",
  "percentage",
  "duration",
  "boolean",
  "strings",
  "metric",
] as const;
export type ParameterType = (typeof PARAMETER_TYPES)[number];

export interface ParameterConfig {
  readonly type: ParameterType;
  readonly description?: string | undefined;
  readonly default?: unknown;
  readonly example?: unknown;
  readonly optional?: boolean | undefined;
  readonly enum?: unknown;
  readonly pattern?: string | undefined;
  readonly min?: unknown;
  readonly max?: unknown;
}

function explainType(value: unknown): Explanation {
  const nearest = checks.nearestText(value, PARAMETER_TYPES);
  const hint =
    nearest === undefined
      ? `one of: ${PARAMETER_TYPES.join(", ")}`
      : `did you mean \`${nearest}\`?`;
  return { code: "wrong-type", message: `${kindOf(value)} is no type of parameter`, hint };
}

const description = z
  .string()
  .max(4_000)
  .meta({ title: "a text", description: "What it is for, for those who use it." })
  .optional();

const bound = z.union([z.string(), z.number()]);

export const parameterSchema: ObjectSchema<ParameterConfig> = z
  .strictObject({
    type: explained(
      z.enum(PARAMETER_TYPES).meta({
        description:
          "What an argument is: `percentage` is written 99.9%, `duration` 250ms, `strings` is a list of texts, `metric` a metric's name.",
      }),
      explainType,
    ),
    description,
    default: readApart(
      argument.meta({ description: "Taken where no argument is given." }),
    ).optional(),
    example: readApart(
      argument.meta({
        description:
          "Of a parameter without a default: an argument that makes sense. The template is checked with it.",
      }),
    ).optional(),
    optional: z
      .boolean()
      .meta({
        title: "true or false",
        description:
          "Without an argument the field that the parameter stands at is left out, and a mapping that is left empty with it.",
      })
      .optional(),
    enum: readApart(
      z
        .array(bound)
        .min(1)
        .max(100)
        .meta({ description: "The only arguments that are taken; of `strings`, the only items." }),
    ).optional(),
    pattern: explained(
      z.string().min(1).refine(checks.isRegex).meta({
        description: "RE2 expression over the whole text; of `strings`, over each item.",
      }),
      checks.explainRegex,
    ).optional(),
    min: readApart(
      bound.meta({ description: "Least number, percentage or duration; of `strings`, of items." }),
    ).optional(),
    max: readApart(
      bound.meta({
        description: "Largest number, percentage or duration; of `strings`, of items.",
      }),
    ).optional(),
  })
  .meta({ id: "parameter" });

export interface TemplateConfig {
  readonly description?: string | undefined;
  readonly deprecated?: string | undefined;
  readonly parameters?: unknown;
  readonly slos: unknown;
}

export const templateSchema: ObjectSchema<TemplateConfig> = z
  .strictObject({
    description,
    deprecated: text("a text")
      .meta({
        title: "a text",
        description: "What to use instead; said to all who still use the template.",
        examples: ["use http-server@2: it leaves out health checks"],
      })
      .optional(),
    parameters: readApart(
      z.record(z.string().regex(PARAMETER_NAME), parameterSchema).meta({
        description: "By name. One stands in an SLO as a whole value: `{ param: name }`.",
      }),
    ).optional(),
    slos: readApart(
      z.record(z.string().regex(checks.SLO_NAME), sloSchema).meta({
        description:
          "SLOs by name, with `{ param: name }` in place of any value. They have no `owner`: that is their service's.",
        minProperties: 1,
      }),
    ),
  })
  .meta({ id: "template" });

export interface TemplateFileConfig {
  readonly apiVersion: string;
  readonly owner?: string | undefined;
  readonly templates: unknown;
}

export const templateFileSchema: ObjectSchema<TemplateFileConfig> = z
  .strictObject({
    apiVersion: z.literal(API_VERSION),
    owner: text("a text").meta({ description: "Who publishes the templates." }).optional(),
    templates: readApart(
      z.record(z.string().regex(TEMPLATE_KEY), templateSchema).meta({
        description:
          "Templates by name and version: `http-server@1`. A version is never changed: add the next.",
        minProperties: 1,
      }),
    ),
  })
  .meta({
    id: "templateFile",
    title: "slowburn templates",
    description: "SLOs to be used by many services.",
  });
