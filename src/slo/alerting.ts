/** What a rule file says of how its alerts look; when they fire is the policy's. */
import type { AlertSeverity } from "./alert-policy.ts";

export interface AlertTexts {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Alerting extends AlertTexts {
  /** The alert's name at Alertmanager, where the file gives one. */
  readonly alertName?: string;
  /** On alerts of that severity only; they win over those for all. */
  readonly bySeverity: Readonly<Partial<Record<AlertSeverity, AlertTexts>>>;
  readonly absent?: AbsentTexts;
}

/** Of the alert on absent data: its name, what its `severity` label says, and labels that win over those for all. */
export interface AbsentTexts {
  readonly alertName?: string;
  readonly severity?: string;
  readonly labels?: AlertTexts["labels"];
}

/** What the file labels the alert on absent data with. */
export function absentLabelsOf(alerting: Alerting | undefined): AlertTexts["labels"] {
  const { severity, labels } = alerting?.absent ?? {};
  return { ...alerting?.labels, ...labels, ...(severity === undefined ? {} : { severity }) };
}

/** One name for all: routing goes by `severity`, `service` and the user's labels. */
export const alertNameOf = (alerting: Alerting | undefined): string =>
  alerting?.alertName ?? "SlowburnErrorBudgetBurn";

/** Of the alert on absent data: never the other's, else both could be one alert to receivers. */
export function absentNameOf(alerting: Alerting | undefined): string {
  const name = alerting?.absent?.alertName ?? "SlowburnDataAbsent";
  return name === alerting?.alertName ? `${name}Absent` : name;
}
