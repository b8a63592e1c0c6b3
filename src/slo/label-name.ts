/** Attributes as label names of what slowburn itself exposes: one spelling for `/metrics` and for alerts. */

/**
 * `http.route` → `http_route`: letters, digits and `_`, as Prometheus 2 and Alertmanager before 0.27 want it. Names
 * Prometheus keeps for itself (`__…`) and leading digits get a `key_` in front.
 */
export function labelName(attribute: string): string {
  const name = attribute.replaceAll(/[^a-zA-Z0-9_]/g, "_");
  return name === "" || name.startsWith("__") || /^\d/.test(name) ? `key_${name}` : name;
}

/** The attribute's name; one that is taken gets Prometheus' own prefix for that, `exported_`, and then a number. */
export function freeLabelName(attribute: string, isTaken: (name: string) => boolean): string {
  const plain = labelName(attribute);
  const exported = `exported_${plain}`;
  let name = isTaken(plain) ? exported : plain;
  for (let number = 2; isTaken(name); number++) name = `${exported}_${number}`;
  return name;
}

/**
 * Labels that slowburn sets itself on metrics of SLOs or on alerts, and those that Prometheus and Alertmanager give a meaning
 * (a `le` on a gauge reads as a broken histogram). A rule file's labels must not take them; a group's attributes of that name
 * are renamed.
 */
export const OWN_LABELS: ReadonlySet<string> = new Set([
  ..."alertname alertstate severity slo service group name owner window objective budgeting runbook".split(
    " ",
  ),
  ..."file lookback kind bound long short le quantile job instance".split(" "),
]);

/** Labels that say which alert it is: what a rule file gives its alerts must not take them (the groups' labels neither). */
export const ALERT_IDENTITY_LABELS: ReadonlySet<string> = new Set([
  "alertname",
  "slo",
  "service",
  "sloth_severity",
]);

/**
 * Label names for attributes, in their order, none of them slowburn's own nor another's (`a.b`, `a_b` → `a_b`,
 * `exported_a_b`): the same on every metric and every alert of a group.
 */
export function distinctLabelNames(attributes: readonly string[]): readonly string[] {
  const taken = new Set(OWN_LABELS);
  return attributes.map((attribute) => {
    const name = freeLabelName(attribute, (each) => taken.has(each));
    taken.add(name);
    return name;
  });
}

/**
 * Labels of an alert with those that its file gives it, which win, as a rule's win over its series' at Prometheus; but what
 * says which alert it is stays, and the file's is `exported_<name>`. `groups`: names of the labels of the alert's group.
 */
export function withAlertLabels(
  own: Readonly<Record<string, string>>,
  said: Readonly<Record<string, string>>,
  groups: readonly string[],
): Readonly<Record<string, string>> {
  const identity = new Set([...ALERT_IDENTITY_LABELS, ...groups]);
  const labels = new Map(Object.entries(own));
  const isTaken = (name: string) => identity.has(name) || labels.has(name);
  for (const key of Object.keys(said).sort()) {
    const plain = labelName(key);
    const value = said[key] ?? "";
    if (!identity.has(plain)) labels.set(plain, value);
    else if (labels.get(plain) !== value) labels.set(freeLabelName(key, isTaken), value);
  }
  return Object.fromEntries(labels);
}
