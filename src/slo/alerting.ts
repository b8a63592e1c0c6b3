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
  /** Of the alert on absent data: its name, and what its `severity` label says. */
  readonly absent?: { readonly alertName?: string; readonly severity?: string };
}

/** One name for all: routing goes by `severity`, `service` and the user's labels. */
export const alertNameOf = (alerting: Alerting | undefined): string =>
  alerting?.alertName ?? "SlowburnErrorBudgetBurn";

/** Of the alert on absent data: never the other's, else both could be one alert to receivers. */
export function absentNameOf(alerting: Alerting | undefined): string {
  const name = alerting?.absent?.alertName ?? "SlowburnDataAbsent";
  return name === alerting?.alertName ? `${name}Absent` : name;
}
