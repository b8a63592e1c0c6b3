/** Labels of an alerting rule: those that slowburn gives the same alert, or in Sloth's files exactly Sloth's. */
import { withAlertLabels, type AlertSeverity, type Slo } from "../../slo/index.ts";

type Labels = Readonly<Record<string, string>>;

/**
 * `said`: what the file gives the alert. `groups`: labels of the series that it is split by, which come with the series.
 * Of Sloth's files the series say whose alert it is (`sloth_id`), and any other label is the file's, as it is there.
 */
export function alertRuleLabels(
  slo: Slo,
  alertName: string,
  severity: AlertSeverity,
  said: Labels,
  groups: readonly string[],
): Labels {
  if (slo.source.format === "sloth") return { ...said, sloth_severity: severity };
  const own = {
    ...slo.labels,
    alertname: alertName,
    severity,
    service: slo.service,
    slo: slo.id,
    sloth_severity: severity,
  };
  const { alertname: _itsName, ...labels } = withAlertLabels(own, said, groups);
  return labels;
}
