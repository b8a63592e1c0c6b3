/** Labels and annotations as other tools' objects have them → names and values that Prometheus and Alertmanager take. */
import { freeLabelName, OWN_LABELS } from "../slo/index.ts";
import { fieldIn, isMapping, kindOf, readScalarText, report, type Field } from "./native/index.ts";

const MAX_LABELS = 32;
const MAX_VALUE_LENGTH = 1_024;
/** What `kubectl apply` leaves behind: the whole object, as text. */
const KUBECTL_COPY = "kubectl.kubernetes.io/last-applied-configuration";

export type Texts = Readonly<Record<string, string>>;

/** The values of `labels:` or `annotations:` as text; of a list its items, with commas between. */
export function readTexts(value: unknown, field: Field): Texts {
  if (value === undefined || value === null) return {};
  if (!isMapping(value)) {
    report(field, { code: "wrong-type", message: `expected a mapping, not ${kindOf(value)}` });
    return {};
  }
  const texts: Record<string, string> = {};
  for (const [name, item] of Object.entries(value)) {
    if (name === KUBECTL_COPY) continue;
    const text = readText(item, fieldIn(field, name));
    if (text !== undefined) texts[name] = text;
  }
  return texts;
}

function readText(value: unknown, field: Field): string | undefined {
  if (!Array.isArray(value)) return readScalarText(value, field);
  const texts = value.map((item: unknown, index) => readScalarText(item, fieldIn(field, index)));
  return texts.includes(undefined) ? undefined : texts.join(",");
}

export interface ForeignLabels {
  readonly labels: Texts;
  /** What a label of that name says. */
  readonly owner?: string;
}

/**
 * `cost-centre` becomes `cost_centre`; a name that slowburn sets itself, or that is taken, gets Prometheus's `exported_`
 * in front, with a warning.
 */
export function foreignLabels(texts: Texts, field: Field): ForeignLabels {
  const { owner, ...others } = texts;
  const labels: Record<string, string> = {};
  const isTaken = (name: string) => OWN_LABELS.has(name) || Object.hasOwn(labels, name);
  for (const [index, [key, value]] of Object.entries(others).entries()) {
    if (index >= MAX_LABELS || value.length > MAX_VALUE_LENGTH) {
      const message =
        index >= MAX_LABELS ? `more than ${MAX_LABELS} labels` : `longer than ${MAX_VALUE_LENGTH}`;
      report(fieldIn(field, key), { code: "invalid-label", message });
      continue;
    }
    const name = freeLabelName(key, isTaken);
    if (name.startsWith("exported_") && !key.startsWith("exported_")) warnOfName(key, name, field);
    labels[name] = value;
  }
  return owner === undefined ? { labels } : { labels, owner };
}

function warnOfName(key: string, name: string, field: Field): void {
  const { document, path, findings } = field;
  const message = `the label \`${key}\` is set by slowburn itself, or there already: here it is \`${name}\``;
  findings.add("reserved-label", document, [...path, key], message, {
    severity: "warning",
    at: "key",
  });
}
