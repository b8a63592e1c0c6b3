/** `alerting:`: what alerts are called and say, beside slowburn's own. */
import { z } from "zod";
import { LABEL_NAME } from "./checks.ts";
import { scalar, text } from "./leaf-schemas.ts";
import { readApart, type ObjectSchema } from "./shape.ts";

export interface AlertTextsConfig {
  readonly labels?: unknown;
  readonly annotations?: unknown;
}

export interface AlertingConfig extends AlertTextsConfig {
  readonly name?: string | undefined;
  readonly page?: unknown;
  readonly ticket?: unknown;
  readonly absent?: unknown;
}

export interface AbsentTextsConfig extends Pick<AlertTextsConfig, "labels"> {
  readonly name?: string | undefined;
  readonly severity?: string | undefined;
}

const labels = z.record(z.string().regex(LABEL_NAME), scalar).meta({
  description: "Labels of the alerts; they win over those of the SLO, and over slowburn's own.",
  examples: [{ severity: "critical", team: "shop" }],
});
const annotations = z
  .record(z.string().min(1).max(255), scalar)
  .meta({ description: "Free texts, by name.", examples: [{ dashboard: "https://…" }] });

const texts = {
  labels: readApart(labels).optional(),
  annotations: readApart(annotations).optional(),
} as const;

export const alertTextsSchema: ObjectSchema<AlertTextsConfig> = z.strictObject(texts);
const ofSeverity = (severity: string) =>
  readApart(
    (alertTextsSchema as unknown as z.ZodType).meta({
      description: `Of ${severity}s only; they win over those of all alerts.`,
    }),
  ).optional();

export const absentTextsSchema: ObjectSchema<AbsentTextsConfig> = z.strictObject({
  name: text("a name")
    .meta({ description: "What Alertmanager calls it.", examples: ["CheckoutSilent"] })
    .optional(),
  severity: text("a word for receivers")
    .meta({
      description: "Its label `severity`; `page` or `ticket` by default.",
      examples: ["critical"],
    })
    .optional(),
  labels: texts.labels,
});

export const alertingSchema: ObjectSchema<AlertingConfig> = z.strictObject({
  name: text("a name")
    .meta({ description: "What Alertmanager calls the alert.", examples: ["CheckoutErrors"] })
    .optional(),
  ...texts,
  page: ofSeverity("page"),
  ticket: ofSeverity("ticket"),
  absent: readApart(
    (absentTextsSchema as unknown as z.ZodType).meta({
      description: "Of the alert on absent data (`alerts: { absent: 10m }`).",
    }),
  ).optional(),
});
