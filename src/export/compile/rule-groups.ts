/**
 * An SLO as Prometheus rule groups with the names and labels that Sloth gives them, so that what reads Sloth's rules
 * (dashboards 14348 and 14643, alert routing) reads these (research/peers.md section 6.4).
 */
import { WHOLE_PPB, type Slo } from "../../slo/index.ts";
import { alertRules } from "./alert-rules.ts";
import type { AlertingRule, CompileSettings, RecordingRule, RuleGroup } from "./rule.ts";
import {
  percentOf,
  rangeText,
  recordedSpans,
  slothFilter,
  slothId,
  slothLabels,
} from "./sloth-names.ts";

const DAY_MS = 86_400_000;

interface SloRules {
  /** The error ratio over a range (`5m`). */
  readonly ratioOver: (range: string) => string;
  /** Alerts beside those of the tiers. */
  readonly further: readonly AlertingRule[];
}

/** Recordings of the SLI, of the budget, and alerts. Throws `NotCompilable`. */
export function ruleGroups(
  slo: Slo,
  settings: CompileSettings,
  { ratioOver, further }: SloRules,
): readonly RuleGroup[] {
  const id = slothId(slo);
  const alerts = [...alertRules(slo, settings), ...further];
  return [
    { name: `sloth-slo-sli-recordings-${id}`, rules: sliRecordings(slo, settings, ratioOver) },
    { name: `sloth-slo-meta-recordings-${id}`, rules: metaRecordings(slo, settings) },
    ...(alerts.length === 0 ? [] : [{ name: `sloth-slo-alerts-${id}`, rules: alerts }]),
  ];
}

function sliRecordings(
  slo: Slo,
  settings: CompileSettings,
  ratioOver: SloRules["ratioOver"],
): readonly RecordingRule[] {
  const windowMs = slo.window.lengthMs;
  return recordedSpans(slo).map((spanMs): RecordingRule => {
    const range = rangeText(spanMs);
    const isMean = settings.isSlothCompatible && spanMs === windowMs;
    return {
      record: `slo:sli_error:ratio_rate${range}`,
      expr: isMean ? meanRatio(slo, range) : ratioOver(range),
      labels: { ...slothLabels(slo), sloth_window: range },
    };
  });
}

/** Sloth's "optimized" ratio: every 5 minutes weigh alike, whatever their traffic. */
function meanRatio(slo: Slo, range: string): string {
  const series = `slo:sli_error:ratio_rate${shortestRange(slo)}${slothFilter(slo)}[${range}]`;
  return `sum_over_time(${series})\n/ ignoring (sloth_window)\ncount_over_time(${series})\n`;
}

function metaRecordings(slo: Slo, settings: CompileSettings): readonly RecordingRule[] {
  const labels = slothLabels(slo);
  const filter = slothFilter(slo);
  const shortest = shortestRange(slo);
  const window = rangeText(slo.window.lengthMs);
  const objective = objectiveNumber(slo, settings);
  const perBudget = (span: string) =>
    `slo:sli_error:ratio_rate${span}${filter}\n/ on(sloth_id, sloth_slo, sloth_service) group_left\nslo:error_budget:ratio${filter}\n`;
  const budget = settings.isSlothCompatible
    ? `vector(1-${objective})`
    : `vector(${slo.objective.budgetPpb / WHOLE_PPB})`;
  const record = (name: string, expr: string): RecordingRule => ({ record: name, expr, labels });
  return [
    record("slo:objective:ratio", `vector(${objective})`),
    record("slo:error_budget:ratio", budget),
    record("slo:time_period:days", `vector(${slo.window.lengthMs / DAY_MS})`),
    record("slo:current_burn_rate:ratio", perBudget(shortest)),
    record("slo:period_burn_rate:ratio", perBudget(window)),
    record("slo:period_error_budget_remaining:ratio", `1 - slo:period_burn_rate:ratio${filter}`),
    {
      record: "sloth_slo_info",
      expr: "vector(1)",
      labels: {
        ...labels,
        sloth_mode: "cli-gen-prom",
        sloth_objective: slo.objective.text.replace(/\s*%$/, ""),
        sloth_spec: SPEC_OF_FORMAT[slo.source.format],
        sloth_version: `slowburn-${settings.version}`,
      },
    },
  ];
}

const SPEC_OF_FORMAT: Readonly<Record<Slo["source"]["format"], string>> = {
  slowburn: "slowburn/v1",
  openslo: "openslo/v1",
  sloth: "prometheus/v1",
  pyrra: "pyrra.dev/v1alpha1",
};

/** Sloth divides the percentage by 100 in binary, and so says 0.9990000000000001; otherwise the decimal, rounded once. */
function objectiveNumber(slo: Slo, { isSlothCompatible }: CompileSettings): number {
  return isSlothCompatible ? percentOf(slo) / 100 : slo.objective.goodPpb / WHOLE_PPB;
}

/** Of its own: what composites read may be shorter. */
const shortestRange = (slo: Slo): string =>
  rangeText(recordedSpans({ ...slo, readOver: [] })[0] ?? slo.window.lengthMs);
