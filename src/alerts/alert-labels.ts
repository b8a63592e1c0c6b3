/**
 * Labels of an alert: its identity at Alertmanager, so nothing in them may change while it fires (no values, no tier;
 * research/grafana.md section 5). Names fit Alertmanager before 0.27, which refuses anything but [a-zA-Z_][a-zA-Z0-9_]*.
 */
import type { StreamView } from "../engine/index.ts";
import {
  absentLabelsOf,
  absentNameOf,
  alertNameOf,
  distinctLabelNames,
  expandTemplate,
  freeLabelName,
  withAlertLabels,
  type AlertSeverity,
  type Slo,
} from "../slo/index.ts";
import type { AlertLabels } from "./alert.ts";

/**
 * slowburn's own labels, then the group's attributes under the names they have in `/metrics`, then the SLO's labels, then
 * what the file gives its alerts. A name that is taken gets `exported_` in front, as Prometheus does it, and a number if
 * need be; but as a rule's labels win over its series' at Prometheus, the alerts' labels win over all that do not say
 * which alert it is. Empty values are left out: to Alertmanager they are absent labels.
 */
export function alertLabels({ slo, group }: StreamView, severity: AlertSeverity): AlertLabels {
  const said = { ...slo.alerting?.labels, ...slo.alerting?.bySeverity[severity]?.labels };
  const groupNames = distinctLabelNames(slo.per).map(
    (each, at) => [each, group[at] ?? ""] as const,
  );
  return labelsOf(slo, alertNameOf(slo.alerting), severity, groupNames, said);
}

/** Of the alert on an SLO's absent data, whatever its groups. */
export function absentLabels(slo: Slo, severity: AlertSeverity): AlertLabels {
  const said = { severity, ...absentLabelsOf(slo.alerting) };
  return labelsOf(slo, absentNameOf(slo.alerting), severity, [], said);
}

function labelsOf(
  slo: Slo,
  alertName: string,
  severity: AlertSeverity,
  group: readonly (readonly [string, string])[],
  said: AlertLabels,
): AlertLabels {
  const labels = new Map<string, string>([
    ["alertname", alertName],
    ["severity", severity],
    ["slo", slo.id],
    ["service", slo.service],
    ["owner", slo.owner ?? ""],
    ...(slo.source.format === "sloth" ? slothLabels(slo, severity) : []),
  ]);
  for (const [name, value] of group) labels.set(name, value);
  for (const key of Object.keys(slo.labels).sort())
    labels.set(
      freeLabelName(key, (name) => labels.has(name)),
      slo.labels[key] ?? "",
    );
  const own = Object.fromEntries(labels);
  const groupNames = group.map(([name]) => name);
  const all = withAlertLabels(own, expanded(said, own), groupNames);
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
}

/** What routes and templates of Sloth's users ask for (slok/sloth pkg/common/model, `PromSLO…LabelName`). */
const slothLabels = (slo: Slo, severity: AlertSeverity): readonly [string, string][] => [
  ["sloth_id", `${slo.service}-${slo.name}`],
  ["sloth_service", slo.service],
  ["sloth_slo", slo.name],
  ["sloth_severity", severity],
];

/** Templates see the labels so far, as at Prometheus those of the series that alerts; never a value. */
const expanded = (said: AlertLabels, labels: AlertLabels): AlertLabels =>
  Object.fromEntries(
    Object.entries(said).map(([name, text]) => [name, expandTemplate(text, { labels })]),
  );
