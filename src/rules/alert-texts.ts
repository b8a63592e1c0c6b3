/** Labels and annotations that files of any format give their alerts: what of them cannot be as it is written is told at load. */
import {
  ALERT_IDENTITY_LABELS,
  distinctLabelNames,
  EXPANDED_LENGTH_MAX,
  labelName,
  unknownActions,
  type AlertTexts,
  type Slo,
} from "../slo/index.ts";
import { fieldIn, report, type Field } from "./native/shape.ts";

type Texts = Readonly<Record<string, string>>;

const MAX_TEXTS = 32;
const MAX_LABEL_LENGTH = 1_024;

/** Whose alerts they are: a label that says the same as one of these is no other label. */
export type AlertOwner = Partial<Pick<Slo, "id" | "service" | "per">>;

/** Names as Alertmanager before 0.27 takes them too. `field` holds `labels` and `annotations`. */
export function alertTexts(texts: AlertTexts, field: Field, owner: AlertOwner): AlertTexts {
  const [labels, annotations] = [fieldIn(field, "labels"), fieldIn(field, "annotations")];
  checkSizes(texts.labels, labels, MAX_LABEL_LENGTH);
  checkSizes(texts.annotations, annotations, EXPANDED_LENGTH_MAX);
  warnOfIdentity(texts.labels, labels, owner);
  warnOfTemplates(texts.labels, labels, false);
  warnOfTemplates(texts.annotations, annotations, true);
  return { labels: named(texts.labels), annotations: named(texts.annotations) };
}

const named = (texts: Texts): Texts =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [labelName(name), text]));

function checkSizes(texts: Texts, field: Field, most: number): void {
  for (const [index, [name, text]] of Object.entries(texts).entries()) {
    if (index < MAX_TEXTS && text.length <= most) continue;
    const message = index < MAX_TEXTS ? `longer than ${most} characters` : `more than ${MAX_TEXTS}`;
    report(fieldIn(field, name), { code: "invalid-label", message });
  }
}

function warnOfIdentity(labels: Texts, field: Field, { id, service, per = [] }: AlertOwner): void {
  const identity = new Set([...ALERT_IDENTITY_LABELS, ...distinctLabelNames(per)]);
  const own: Readonly<Record<string, string | undefined>> = { slo: id, service };
  for (const [key, text] of Object.entries(labels)) {
    const name = labelName(key);
    if (!identity.has(name) || own[name] === text) continue;
    const message = `the label \`${key}\` says which alert it is: what the file gives is \`exported_${name}\` here`;
    const { document, path, findings } = field;
    findings.add("reserved-label", document, [...path, key], message, {
      severity: "warning",
      at: "key",
      hint: "give it another name if receivers route by it",
    });
  }
}

/** What of the templates in a text is not expanded. `takesValue`: annotations may say `$value`, labels not. */
export function warnOfTemplates(
  texts: Texts,
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
