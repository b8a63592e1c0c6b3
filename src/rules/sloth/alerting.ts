/**
 * `alerting:` → policy and texts. As in Sloth: a page when either of its two pairs of lookbacks burns, a ticket likewise,
 * without `for`, minimum of events or significance; each can be disabled, and each has labels and annotations of its own.
 */
import {
  millis,
  type Alerting,
  type AlertPolicy,
  type AlertSeverity,
  type AlertTexts,
  type Millis,
  type Objective,
  type Tier,
} from "../../slo/index.ts";
import { alertTexts, type AlertOwner } from "../alert-texts.ts";
import { readTexts, type Texts } from "../foreign-labels.ts";
import { judgeFactor } from "../foreign-tier.ts";
import { fieldIn, report, type Field } from "../native/index.ts";
import type { AlertWindow } from "./alert-windows.ts";
import { readSpelled, spelled, type Dialect } from "./dialect.ts";
import { alertingSchema, alertSchema, type AlertingConfig } from "./schemas.ts";

export interface ReadAlerting {
  readonly alerting: Alerting;
  readonly isEnabled: Readonly<Record<AlertSeverity, boolean>>;
}

/** `undefined` when it is no mapping (reported). */
export function readAlerting(
  value: unknown,
  field: Field,
  dialect: Dialect,
  owner: AlertOwner,
): ReadAlerting | undefined {
  const shape: Partial<AlertingConfig> | undefined =
    value === undefined ? {} : readSpelled(alertingSchema, value, field, "`alerting`", dialect);
  if (shape === undefined) return undefined;
  const alertOf = (name: "pageAlert" | "ticketAlert") =>
    readAlert(shape[name], fieldIn(field, spelled(name, dialect)), dialect, owner);
  const [page, ticket] = [alertOf("pageAlert"), alertOf("ticketAlert")];
  const name = shape.name ?? "";
  if (name === "" && (page.isEnabled || ticket.isEnabled)) {
    const message = "alerts need a name";
    const hint = `write name: …, or disable both: ${spelled("pageAlert", dialect)}: { disable: true }`;
    report(value === undefined ? field : fieldIn(field, "name"), {
      code: "missing-field",
      message,
      hint,
    });
  }
  return {
    isEnabled: { page: page.isEnabled, ticket: ticket.isEnabled },
    alerting: {
      ...(name === "" ? {} : { alertName: name }),
      ...readAlertTexts(shape, field, owner),
      bySeverity: { page: page.texts, ticket: ticket.texts },
    },
  };
}

function readAlert(
  value: unknown,
  field: Field,
  dialect: Dialect,
  owner: AlertOwner,
): { readonly isEnabled: boolean; readonly texts: AlertTexts } {
  const shape =
    value === undefined ? {} : readSpelled(alertSchema, value, field, "an alert", dialect);
  return {
    isEnabled: shape?.disable !== true,
    texts: readAlertTexts(shape ?? {}, field, owner),
  };
}

function readAlertTexts(
  { labels, annotations }: { readonly labels?: unknown; readonly annotations?: unknown },
  field: Field,
  owner: AlertOwner,
): AlertTexts {
  const said = {
    labels: readSaid(labels, fieldIn(field, "labels")),
    annotations: readSaid(annotations, fieldIn(field, "annotations")),
  };
  return alertTexts(said, field, owner);
}

/** As Sloth has it: a text that says nothing is refused. */
export function readSaid(value: unknown, field: Field): Texts {
  const texts = readTexts(value, field);
  for (const [name, text] of Object.entries(texts)) {
    if (text !== "") continue;
    const message = `\`${name}\` has no value`;
    report(fieldIn(field, name), { code: "invalid-label", message, hint: "remove it" });
  }
  return texts;
}

/** `field` is the objective's: a factor that it cannot reach is told there. */
export function policyOf(
  windows: readonly AlertWindow[],
  { isEnabled }: ReadAlerting,
  { budgetPpb }: Objective,
  windowMs: Millis,
  field: Field,
): AlertPolicy {
  const tiers = windows
    .filter(({ severity }) => isEnabled[severity])
    .map((each) => tierOf(each, windowMs))
    .filter(({ factorMilli }) => judgeFactor(factorMilli, budgetPpb, field));
  return { name: tiers.length === 0 ? "none" : "sloth", tiers };
}

/** What Sloth computes (internal/alert/window.go): factor = percent / 100 x period / long window. */
const tierOf = (
  { severity, budgetPercent, longMs, shortMs }: AlertWindow,
  windowMs: Millis,
): Tier => ({
  severity,
  factorMilli: Math.round((budgetPercent * 10 * windowMs) / longMs),
  longMs,
  shortMs,
  forMs: millis(0),
  keepFiringForMs: millis(0),
  minBadEvents: 0,
  significance: 1,
});
