/**
 * Labels of an alert: its identity at Alertmanager, so nothing in them may change while it fires (no values, no tier;
 * research/grafana.md section 5). Names fit Alertmanager before 0.27, which refuses anything but [a-zA-Z_][a-zA-Z0-9_]*.
 */
import type { StreamView } from "../engine/index.ts";
import { distinctLabelNames, freeLabelName, type AlertSeverity } from "../slo/index.ts";
import type { AlertLabels } from "./alert.ts";

/** One name for all: routing goes by `severity`, `service` and the user's labels. */
const ALERT_NAME = "SlowburnErrorBudgetBurn";

/**
 * slowburn's own labels, then the group's attributes under the names they have in `/metrics`, then the SLO's labels. A name
 * that is taken gets `exported_` in front, as Prometheus does it, and a number if need be. Empty values are left out: to
 * Alertmanager they are absent labels.
 */
export function alertLabels({ slo, group }: StreamView, severity: AlertSeverity): AlertLabels {
  const labels = new Map<string, string>([
    ["alertname", ALERT_NAME],
    ["severity", severity],
    ["slo", slo.id],
    ["service", slo.service],
    ["owner", slo.owner ?? ""],
  ]);
  for (const [position, name] of distinctLabelNames(slo.per).entries())
    labels.set(name, group[position] ?? "");
  for (const key of Object.keys(slo.labels).sort())
    labels.set(
      freeLabelName(key, (name) => labels.has(name)),
      slo.labels[key] ?? "",
    );
  return Object.fromEntries([...labels].filter(([, value]) => value !== ""));
}
