/**
 * Labels of an alert: its identity at Alertmanager, so nothing in them may change while it fires (no values, no tier;
 * research/grafana.md section 5). Names fit Alertmanager before 0.27, which refuses anything but [a-zA-Z_][a-zA-Z0-9_]*.
 */
import type { StreamView } from "../engine/index.ts";
import {
  ALERT_IDENTITY_LABELS,
  distinctLabelNames,
  expandTemplate,
  freeLabelName,
  labelName,
  type AlertSeverity,
  type Slo,
} from "../slo/index.ts";
import type { AlertLabels } from "./alert.ts";

/** One name for all: routing goes by `severity`, `service` and the user's labels. */
const ALERT_NAME = "SlowburnErrorBudgetBurn";

/**
 * slowburn's own labels, then the group's attributes under the names they have in `/metrics`, then the SLO's labels, then
 * what the file gives its alerts. A name that is taken gets `exported_` in front, as Prometheus does it, and a number if
 * need be; but as a rule's labels win over its series' at Prometheus, the alerts' labels win over all that do not say
 * which alert it is. Empty values are left out: to Alertmanager they are absent labels.
 */
export function alertLabels({ slo, group }: StreamView, severity: AlertSeverity): AlertLabels {
  const labels = new Map<string, string>([
    ["alertname", slo.alerting?.alertName ?? ALERT_NAME],
    ["severity", severity],
    ["slo", slo.id],
    ["service", slo.service],
    ["owner", slo.owner ?? ""],
    ...(slo.source.format === "sloth" ? slothLabels(slo, severity) : []),
  ]);
  const groupNames = distinctLabelNames(slo.per);
  for (const [position, name] of groupNames.entries()) labels.set(name, group[position] ?? "");
  for (const key of Object.keys(slo.labels).sort())
    labels.set(
      freeLabelName(key, (name) => labels.has(name)),
      slo.labels[key] ?? "",
    );
  addAlertLabels(labels, slo, severity, new Set([...ALERT_IDENTITY_LABELS, ...groupNames]));
  return Object.fromEntries([...labels].filter(([, value]) => value !== ""));
}

/** What routes and templates of Sloth's users ask for (slok/sloth pkg/common/model, `PromSLO…LabelName`). */
const slothLabels = (slo: Slo, severity: AlertSeverity): readonly [string, string][] => [
  ["sloth_id", `${slo.service}-${slo.name}`],
  ["sloth_service", slo.service],
  ["sloth_slo", slo.name],
  ["sloth_severity", severity],
];

/** Templates see the labels so far, as at Prometheus those of the series that alerts; never a value. */
function addAlertLabels(
  labels: Map<string, string>,
  { alerting }: Slo,
  severity: AlertSeverity,
  identity: ReadonlySet<string>,
): void {
  if (alerting === undefined) return;
  const said = { ...alerting.labels, ...alerting.bySeverity[severity]?.labels };
  const values = { labels: Object.fromEntries(labels) };
  for (const key of Object.keys(said).sort()) {
    const plain = labelName(key);
    const value = expandTemplate(said[key] ?? "", values);
    if (!identity.has(plain)) labels.set(plain, value);
    else if (labels.get(plain) !== value)
      labels.set(
        freeLabelName(key, (name) => labels.has(name)),
        value,
      );
  }
}
