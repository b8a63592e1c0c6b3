/** An alert on absent data as Pyrra writes it: `absent(metric{…}) == 1` of all events, held for as long as is asked. */
import {
  absentLabelsOf,
  absentNameOf,
  formatDuration,
  type MetricSelector,
  type Slo,
} from "../../slo/index.ts";
import { alertRuleLabels } from "./alert-rule-labels.ts";
import { NotCompilable } from "./not-compilable.ts";
import type { AlertingRule } from "./rule.ts";
import { selectorText, type SeriesKind } from "./selector.ts";

/** So long after its last sample Prometheus still answers with it; only then is a series absent. */
const PROMETHEUS_LOOKBACK_MS = 300_000;

/** `undefined` of an SLO without one. Throws `NotCompilable` where a metric has no name in PromQL. */
export function absentRule(slo: Slo): AlertingRule | undefined {
  if (slo.absent === undefined) return undefined;
  const { severity, afterMs } = slo.absent;
  const name = absentNameOf(slo.alerting);
  const isLong = afterMs > PROMETHEUS_LOOKBACK_MS;
  const after = formatDuration(afterMs);
  const absent = (selector: string) =>
    isLong ? `absent(${selector}) == 1` : `absent_over_time(${selector}[${after}]) == 1`;
  return {
    alert: name,
    expr: totalsOf(slo).map(absent).join(" and on() "),
    ...(isLong ? { for: formatDuration(afterMs - PROMETHEUS_LOOKBACK_MS) } : {}),
    labels: alertRuleLabels(slo, name, severity, absentLabelsOf(slo.alerting), []),
    annotations: {
      summary: `No data of ${slo.id} for ${after}`,
      ...(slo.runbook === undefined ? {} : { runbook_url: slo.runbook }),
      ...slo.alerting?.annotations,
    },
  };
}

/** Selectors of all events, each once. Queries name series as they are. */
function totalsOf({ indicator, source }: Slo): readonly string[] {
  const textOf = (selector: MetricSelector, kind: SeriesKind) =>
    selectorText(selector, source.promql === undefined ? kind : "samples");
  if (indicator.kind !== "sums" && indicator.kind !== "composite")
    return [textOf(indicator.total, indicator.kind === "latency" ? "observations" : "events")];
  if (indicator.kind === "composite")
    throw new NotCompilable("a composite has no series of its own", "alert on its members");
  const kinds = {
    increase: "events",
    atMost: "buckets",
    values: "samples",
    samples: "samples",
  } as const;
  return [...new Set(indicator.total.map((term) => textOf(term, kinds[term.measure.kind])))];
}
