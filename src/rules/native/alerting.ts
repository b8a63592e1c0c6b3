/** `alerting:` → what alerts are called and say. When they fire is the policy's. */
import type { AbsentTexts, Alerting, AlertTexts } from "../../slo/index.ts";
import { alertTexts, type AlertOwner } from "../alert-texts.ts";
import {
  absentTextsSchema,
  alertingSchema,
  alertTextsSchema,
  type AlertTextsConfig,
} from "./alerting-schema.ts";
import { LABEL_NAME } from "./checks.ts";
import { readScalarText } from "./matchers.ts";
import { fieldIn, isMapping, kindOf, readShape, report, type Field } from "./shape.ts";

/** `undefined` when nothing is said. What is not sound is reported and left out. */
export function readAlerting(
  value: unknown,
  field: Field,
  owner: AlertOwner,
): Alerting | undefined {
  if (value === undefined) return undefined;
  const shape = readShape(alertingSchema, value, field, "`alerting`");
  if (shape === undefined) return undefined;
  const { name, page, ticket, absent } = shape;
  const severityOf = (texts: unknown, of: "page" | "ticket") => {
    const severityField = fieldIn(field, of);
    const said = readShape(alertTextsSchema, texts, severityField, "texts of alerts") ?? {};
    return { [of]: readTexts(said, severityField, owner) };
  };
  return {
    ...(name === undefined ? {} : { alertName: name }),
    ...readTexts(shape, field, owner),
    bySeverity: {
      ...(page === undefined ? {} : severityOf(page, "page")),
      ...(ticket === undefined ? {} : severityOf(ticket, "ticket")),
    },
    ...(absent === undefined
      ? {}
      : { absent: readAbsentTexts(absent, fieldIn(field, "absent"), owner) }),
  };
}

function readAbsentTexts(value: unknown, field: Field, owner: AlertOwner): AbsentTexts {
  const shape = readShape(absentTextsSchema, value, field, "texts of the alert on absent data");
  const { name, severity, labels } = shape ?? {};
  return {
    ...(labels === undefined ? {} : { labels: readTexts({ labels }, field, owner).labels }),
    ...(name === undefined ? {} : { alertName: name }),
    ...(severity === undefined ? {} : { severity }),
  };
}

function readTexts(shape: AlertTextsConfig, field: Field, owner: AlertOwner): AlertTexts {
  const said = {
    labels: readNamed(shape.labels, fieldIn(field, "labels"), LABELS),
    annotations: readNamed(shape.annotations, fieldIn(field, "annotations"), ANNOTATIONS),
  };
  return alertTexts(said, field, owner);
}

const LABELS = { plural: "labels", one: "a label", example: "{ team: shop }" } as const;
const ANNOTATIONS = {
  plural: "annotations",
  one: "an annotation",
  example: "{ summary: … }",
} as const;

/** Names as Alertmanager before 0.27 takes them too; what is not sound is reported. */
function readNamed(
  value: unknown,
  field: Field,
  { plural, one, example }: typeof LABELS | typeof ANNOTATIONS,
): Readonly<Record<string, string>> {
  if (value === undefined) return {};
  if (!isMapping(value)) {
    const message = `${plural} are a mapping, not ${kindOf(value)}`;
    report(field, { code: "wrong-type", message, hint: `write ${example}` });
    return {};
  }
  const texts: Record<string, string> = {};
  for (const [name, item] of Object.entries(value)) {
    const text = readScalarText(item, fieldIn(field, name));
    if (text === undefined) continue;
    if (LABEL_NAME.test(name) && !name.startsWith("__")) texts[name] = text;
    else {
      const message = `${JSON.stringify(name)} is no name of ${one}`;
      const hint = "letters, digits and _, not starting with a digit or __";
      report(fieldIn(field, name), { code: "invalid-label", message, hint }, "key");
    }
  }
  return texts;
}
