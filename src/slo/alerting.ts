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
