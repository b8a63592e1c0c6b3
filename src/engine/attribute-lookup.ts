/**
 * Attributes as rules name them: by OpenTelemetry key (`http.route`) or by Prometheus spelling (`http_route`), and `job`
 * and `instance` as Prometheus derives them from the resource. Built once per series, at binding.
 */
import { prometheusLabel, type Attributes } from "../slo/index.ts";

/** The text of the attribute that a rule calls `key`; `undefined` when the series has none. */
export type LookUpAttribute = (key: string) => string | undefined;

export function attributeLookup(attributes: Attributes): LookUpAttribute {
  let byLabel: ReadonlyMap<string, string> | undefined;
  return (key) => {
    const value = attributes.get(key);
    if (value !== undefined) return String(value);
    byLabel ??= labelsOf(attributes);
    return byLabel.get(labelOf(key));
  };
}

const MAX_KNOWN_LABELS = 10_000;
const knownLabels = new Map<string, string>();

/** `prometheusLabel`, remembered: the series of a fleet share few keys, and a start binds a million of them. */
function labelOf(key: string): string {
  let label = knownLabels.get(key);
  if (label === undefined) {
    label = prometheusLabel(key);
    if (knownLabels.size >= MAX_KNOWN_LABELS) knownLabels.clear();
    knownLabels.set(key, label);
  }
  return label;
}

/** Keys that share a label are joined by `;` in the order of the keys, as the specification says. */
function labelsOf(attributes: Attributes): Map<string, string> {
  const labels = new Map<string, string>();
  for (const key of [...attributes.keys()].sort()) {
    const label = labelOf(key);
    const text = String(attributes.get(key));
    const sibling = labels.get(label);
    labels.set(label, sibling === undefined ? text : `${sibling};${text}`);
  }
  const service = attributes.get("service.name");
  const namespace = attributes.get("service.namespace");
  const instance = attributes.get("service.instance.id");
  if (service !== undefined && !labels.has("job")) {
    labels.set("job", namespace === undefined ? String(service) : `${namespace}/${service}`);
  }
  if (instance !== undefined && !labels.has("instance")) labels.set("instance", String(instance));
  return labels;
}
