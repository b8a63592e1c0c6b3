/** `alerting:` → what alerts are called and say. When they fire is the policy's. */
import type { Alerting, AlertSeverity, AlertTexts } from "../../slo/index.ts";
import { alertingSchema, alertTextsSchema, type AlertTextsConfig } from "./alerting-schema.ts";
import { LABEL_NAME } from "./checks.ts";
import { readScalarText } from "./matchers.ts";
import { fieldIn, isMapping, kindOf, readShape, report, type Field } from "./shape.ts";

const MAX_TEXTS = 64;
const MAX_NAME_LENGTH = 255;

/** `undefined` when nothing is said. What is not sound is reported and left out. */
export function readAlerting(value: unknown, field: Field): Alerting | undefined {
  if (value === undefined) return undefined;
  const shape = readShape(alertingSchema, value, field, "`alerting`");
  if (shape === undefined) return undefined;
  const { name, page, ticket } = shape;
  return {
    ...(name === undefined ? {} : { alertName: name }),
    ...readTexts(shape, field),
    bySeverity: {
      ...(page === undefined ? {} : { page: readSeverity(page, "page", field) }),
      ...(ticket === undefined ? {} : { ticket: readSeverity(ticket, "ticket", field) }),
    },
  };
}

function readSeverity(value: unknown, severity: AlertSeverity, field: Field): AlertTexts {
  const own = fieldIn(field, severity);
  return readTexts(readShape(alertTextsSchema, value, own, `\`${severity}\``) ?? {}, own);
}

function readTexts({ labels, annotations }: AlertTextsConfig, field: Field): AlertTexts {
  return {
    labels: readNamedTexts(labels, fieldIn(field, "labels"), LABEL_NAME),
    annotations: readNamedTexts(annotations, fieldIn(field, "annotations")),
  };
}

/** A mapping of texts; the sound ones, all others are reported. */
function readNamedTexts(
  value: unknown,
  field: Field,
  names?: RegExp,
): Readonly<Record<string, string>> {
  if (value === undefined) return {};
  if (!isMapping(value)) {
    report(field, { code: "wrong-type", message: `expected a mapping, not ${kindOf(value)}` });
    return {};
  }
  const texts: Record<string, string> = {};
  for (const [index, [name, each]] of Object.entries(value).entries()) {
    const textField = fieldIn(field, name);
    const isName = names?.test(name) ?? (name !== "" && name.length <= MAX_NAME_LENGTH);
    const text = readScalarText(each, textField);
    if (!isName || index >= MAX_TEXTS) {
      const what = names === undefined ? "name of an annotation" : "label name";
      const message = isName ? `more than ${MAX_TEXTS}` : `${JSON.stringify(name)} is no ${what}`;
      report(textField, { code: "invalid-label", message }, "key");
    } else if (text !== undefined) texts[name] = text;
  }
  return texts;
}
