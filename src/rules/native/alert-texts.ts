/** `labels` and `annotations` of `alerts:` → what the alerts carry beside slowburn's own. */
import { EXPANDED_LENGTH_MAX, unknownActions, type Alerting } from "../../slo/index.ts";
import { LABEL_NAME } from "./checks.ts";
import { readLabels } from "./labels.ts";
import { readScalarText } from "./matchers.ts";
import { fieldIn, isMapping, kindOf, report, type Field } from "./shape.ts";

const MAX_ANNOTATIONS = 32;

/** `undefined` when `alerts:` gives none. What is not sound is reported. `field` is that of `alerts:`. */
export function readAlerting(value: unknown, field: Field): Alerting | undefined {
  if (!isMapping(value)) return undefined;
  const labels = readLabels(value["labels"], fieldIn(field, "labels"));
  const annotations = readAnnotations(value["annotations"], fieldIn(field, "annotations"));
  warnOfTemplates(labels, fieldIn(field, "labels"), false);
  warnOfTemplates(annotations, fieldIn(field, "annotations"), true);
  if (Object.keys(labels).length + Object.keys(annotations).length === 0) return undefined;
  return { labels, annotations, bySeverity: {} };
}

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

/** `takesValue`: annotations may say `$value`, labels not. */
export function warnOfTemplates(
  texts: Readonly<Record<string, string>>,
  { document, path, findings }: Field,
  takesValue: boolean,
): void {
  for (const [name, text] of Object.entries(texts))
    for (const action of unknownActions(text, takesValue)) {
      const why = takesValue
        ? "is not expanded"
        : "is not expanded in a label: labels are the alert's identity and hold no values";
      const message = `\`${action}\` ${why}; it stays as it is written`;
      findings.add("alert-template", document, [...path, name], message, {
        severity: "warning",
        hint: takesValue
          ? "$labels.<name>, $value, humanize, humanizePercentage, printf, toUpper and toLower are"
          : "$labels.<name> is",
      });
    }
}
