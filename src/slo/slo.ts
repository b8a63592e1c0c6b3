/** The model every rule format is read into. Plain data: JSON round-trips it, snapshots store it. */
import type { AlertPolicy } from "./alert-policy.ts";
import type { Indicator } from "./indicator.ts";
import type { Objective } from "./objective.ts";
import type { Millis } from "./units.ts";

export interface RollingWindow {
  readonly kind: "rolling";
  readonly lengthMs: Millis;
}

export interface Slo {
  /** `<service>/<name>`, unique among the loaded rules; what URLs, alerts and streams are keyed by. */
  readonly id: string;
  readonly service: string;
  readonly name: string;
  readonly description: string;
  readonly owner?: string;
  readonly runbook?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly objective: Objective;
  readonly window: RollingWindow;
  readonly indicator: Indicator;
  /** Attributes that split the SLO into groups, each with a budget of its own; empty for none. */
  readonly per: readonly string[];
  /** Groups beyond this many are folded into one overflow group. */
  readonly groupLimit: number;
  readonly alerts: AlertPolicy;
  readonly source: { readonly file: string; readonly line: number };
}

/** Every lookback and window the SLO is read over, in ms, ascending, each once. */
export function windowsOf(slo: Slo): readonly number[] {
  const spans = new Set<number>([slo.window.lengthMs]);
  for (const tier of slo.alerts.tiers) spans.add(tier.longMs).add(tier.shortMs);
  return [...spans].sort((a, b) => a - b);
}
