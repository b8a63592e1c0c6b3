/**
 * A policy as Prometheus alerts: one per severity with its tiers OR-ed, as Sloth has it; one per tier where they hold
 * differently, told apart by their lookbacks, as Pyrra does it: of two alerts with equal labels one would end the other.
 */
import {
  alertNameOf,
  formatDuration,
  lookbacksOf,
  WHOLE_PPB,
  type AlertSeverity,
  type AlertTexts,
  type Slo,
  type Tier,
} from "../../slo/index.ts";
import { alertRuleLabels } from "./alert-rule-labels.ts";
import { groupLabel } from "./selector.ts";
import type { AlertingRule, CompileSettings } from "./rule.ts";
import { percentOf, rangeText, slothFilter } from "./sloth-names.ts";

const NO_TEXTS: AlertTexts = { labels: {}, annotations: {} };
const SEVERITIES: readonly AlertSeverity[] = ["page", "ticket"];

export function alertRules(slo: Slo, settings: CompileSettings): readonly AlertingRule[] {
  return SEVERITIES.flatMap((severity) => {
    const tiers = slo.alerts.tiers.filter((tier) => tier.severity === severity);
    const rules = holdAlike(tiers);
    return rules.map((alike) => {
      const lookbacks = rules.length > 1 ? lookbackLabels(alike) : {};
      return alertRule(slo, severity, { tiers: alike, lookbacks }, settings);
    });
  });
}

/** Of several tiers those of all. */
function lookbackLabels(tiers: readonly Tier[]): Readonly<Record<string, string>> {
  const all = (ms: (tier: Tier) => number) =>
    tiers.map((tier) => formatDuration(ms(tier))).join(" ");
  return { long: all(({ longMs }) => longMs), short: all(({ shortMs }) => shortMs) };
}

/** Tiers with the same `for` and `keepFiringFor`, which Prometheus has per alert. */
function holdAlike(tiers: readonly Tier[]): readonly (readonly Tier[])[] {
  const groups = new Map<string, Tier[]>();
  for (const tier of tiers) {
    const key = `${tier.forMs},${tier.keepFiringForMs}`;
    groups.set(key, [...(groups.get(key) ?? []), tier]);
  }
  return [...groups.values()];
}

interface RuleTiers {
  readonly tiers: readonly Tier[];
  /** Labels that no other rule of the severity has so. */
  readonly lookbacks: Readonly<Record<string, string>>;
}

function alertRule(
  slo: Slo,
  severity: AlertSeverity,
  { tiers, lookbacks }: RuleTiers,
  settings: CompileSettings,
): AlertingRule {
  const { alerting } = slo;
  const name = alertNameOf(alerting);
  const texts = alerting?.bySeverity[severity] ?? NO_TEXTS;
  const { forMs = 0, keepFiringForMs = 0 } = tiers[0] ?? {};
  const said = { ...alerting?.labels, ...texts.labels, ...lookbacks };
  return {
    alert: name,
    expr: `${tiers.map((tier) => condition(slo, tier, settings)).join("or\n")}`,
    ...(forMs > 0 ? { for: formatDuration(forMs) } : {}),
    ...(keepFiringForMs > 0 ? { keep_firing_for: formatDuration(keepFiringForMs) } : {}),
    labels: alertRuleLabels(slo, name, severity, said, slo.per.map(groupLabel)),
    annotations: {
      summary:
        "{{$labels.sloth_service}} {{$labels.sloth_slo}} SLO error budget burn rate is over expected.",
      title: `(${severity}) {{$labels.sloth_service}} {{$labels.sloth_slo}} SLO error budget burn rate is too fast.`,
      ...(slo.runbook === undefined ? {} : { runbook_url: slo.runbook }),
      ...alerting?.annotations,
      ...texts.annotations,
    },
  };
}

function condition(slo: Slo, tier: Tier, { isSlothCompatible }: CompileSettings): string {
  const filter = slothFilter(slo);
  const budget = isSlothCompatible
    ? (100 - percentOf(slo)) / 100 // in binary, as Sloth does it
    : slo.objective.budgetPpb / WHOLE_PPB;
  const exceeds = (spanMs: number) =>
    `    max(slo:sli_error:ratio_rate${rangeText(spanMs)}${filter} > (${tier.factorMilli / 1000} * ${budget})) without (sloth_window)\n`;
  const all = lookbacksOf(tier).toReversed().map(exceeds).join("    and\n");
  return `(\n${all})\n`;
}
