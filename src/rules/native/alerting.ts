/** `alerting:` → what alerts are called and say. When they fire is the policy's. */
import { EXPANDED_LENGTH_MAX, type Alerting, type AlertTexts } from "../../slo/index.ts";
import { alertingSchema, alertTextsSchema, type AlertTextsConfig } from "./alerting-schema.ts";
import { warnOfTemplates } from "./alert-texts.ts";
import { LABEL_NAME } from "./checks.ts";
import { readLabels } from "./labels.ts";
import { readScalarText } from "./matchers.ts";
import { fieldIn, isMapping, kindOf, readShape, report, type Field } from "./shape.ts";

const MAX_ANNOTATIONS = 32;

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
      ...(page === undefined ? {} : { page: readSeverity(page, fieldIn(field, "page")) }),
      ...(ticket === undefined ? {} : { ticket: readSeverity(ticket, fieldIn(field, "ticket")) }),
    },
  };
}

function readSeverity(value: unknown, field: Field): AlertTexts {
  return readTexts(readShape(alertTextsSchema, value, field, "texts of alerts") ?? {}, field);
}

function readTexts(shape: AlertTextsConfig, field: Field): AlertTexts {
  const [labelsField, annotationsField] = [fieldIn(field, "labels"), fieldIn(field, "annotations")];
  const labels = readLabels(shape.labels, labelsField);
  const annotations = readAnnotations(shape.annotations, annotationsField);
  warnOfTemplates(labels, labelsField, false);
  warnOfTemplates(annotations, annotationsField, true);
  return { labels, annotations };
}

/** Names as Alertmanager before 0.27 takes them too; what is not sound is reported. */
function readAnnotations(value: unknown, field: Field): Readonly<Record<string, string>> {
  if (value === undefined) return {};
  if (!isMapping(value)) {
    const message = `annotations are a mapping, not ${kindOf(value)}`;
    report(field, { code: "wrong-type", message, hint: "write { summary: … }" });
    return {};
  }
  const annotations: Record<string, string> = {};
  for (const [index, [name, item]] of Object.entries(value).entries()) {
    const annotation = fieldIn(field, name);
    const text = readScalarText(item, annotation);
    if (text === undefined) continue;
    if (!LABEL_NAME.test(name)) {
      const message = `${JSON.stringify(name)} is no name of an annotation`;
      const hint = "letters, digits and _, not starting with a digit";
      report(annotation, { code: "invalid-label", message, hint }, "key");
    } else if (index >= MAX_ANNOTATIONS || text.length > EXPANDED_LENGTH_MAX) {
      const message =
        index >= MAX_ANNOTATIONS
          ? `more than ${MAX_ANNOTATIONS} annotations`
          : `longer than ${EXPANDED_LENGTH_MAX} characters`;
      report(annotation, { code: "invalid-label", message });
    } else annotations[name] = text;
  }
  return annotations;
}
