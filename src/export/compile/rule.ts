/** What compilation makes, field by field as Prometheus reads it (Prometheus documentation, "Recording rules", "Alerting rules"). */

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly (RecordingRule | AlertingRule)[];
}

export interface CompileSettings {
  /** Sloth's own expressions: the ratio over the window is the mean of the ratios of 5 minutes. */
  readonly isSlothCompatible: boolean;
  readonly version: string;
}
