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
