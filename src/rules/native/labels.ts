/** `labels:` → names that Prometheus and Alertmanager take, and that take none of slowburn's own. */
import { LABEL_NAME } from "./checks.ts";
import { readScalarText } from "./matchers.ts";
import { fieldIn, isMapping, kindOf, report, type Field } from "./shape.ts";

const MAX_LABELS = 32;
const MAX_VALUE_LENGTH = 1_024;

/** Set by slowburn on metrics and alerts, or by Prometheus and Alertmanager on what they take. */
const RESERVED_LABELS: ReadonlySet<string> = new Set([
  ..."alertname alertstate severity slo service group name owner window objective budgeting runbook".split(
    " ",
  ),
  ..."file lookback kind bound long short le quantile job instance".split(" "),
]);

/** The sound ones; all others are reported. */
export function readLabels(value: unknown, field: Field): Readonly<Record<string, string>> {
  if (value === undefined) return {};
  if (!isMapping(value)) {
    const message = `labels are a mapping, not ${kindOf(value)}`;
    report(field, { code: "wrong-type", message, hint: 'write { tier: "1" }' });
    return {};
  }
  const labels: Record<string, string> = {};
  for (const [index, [name, labelValue]] of Object.entries(value).entries()) {
    const labelField = fieldIn(field, name);
    const text = readScalarText(labelValue, labelField);
    if (!isName(name, labelField) || text === undefined) continue;
    if (index >= MAX_LABELS || text.length > MAX_VALUE_LENGTH) {
      const message =
        index >= MAX_LABELS ? `more than ${MAX_LABELS} labels` : `longer than ${MAX_VALUE_LENGTH}`;
      report(labelField, { code: "invalid-label", message });
    } else labels[name] = text;
  }
  return labels;
}

function isName(name: string, field: Field): boolean {
  if (!LABEL_NAME.test(name) || name.startsWith("__")) {
    const message = `${JSON.stringify(name)} is no label name`;
    const hint = "letters, digits and _, not starting with a digit or __";
    report(field, { code: "invalid-label", message, hint }, "key");
    return false;
  }
  if (RESERVED_LABELS.has(name)) {
    const message = `the label \`${name}\` is set by slowburn itself`;
    report(
      field,
      { code: "reserved-label", message, hint: `write slo_${name}, or another name` },
      "key",
    );
    return false;
  }
  return true;
}
