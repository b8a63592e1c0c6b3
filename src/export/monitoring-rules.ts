/** Prometheus rules that watch slowburn itself: what it cannot tell once it is down has to be told by its scraper. */
import { stringify } from "yaml";
import { METRICS } from "./names.ts";

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly severity: "page" | "ticket";
  readonly summary: string;
  readonly description: string;
}

const RULES: readonly Rule[] = [
  {
    alert: "SlowburnDown",
    expr: 'absent(up{job="slowburn"} == 1)',
    for: "2m",
    severity: "page",
    summary: "slowburn cannot be scraped: SLO alerts may be missing.",
    description:
      "Check the process and its log; Alertmanager lets slowburn's alerts end by themselves after some minutes.",
  },
  {
    alert: "SlowburnEvaluationStalled",
    expr: `time() - ${METRICS.evaluationSeconds.name} > 60`,
    for: "1m",
    severity: "page",
    summary:
      "slowburn on {{ $labels.instance }} answers, but has not evaluated its SLOs for a minute.",
    description: "It ticks each 10 seconds. Check its CPU, its disk and its log.",
  },
  {
    alert: "SlowburnRuleFileBroken",
    expr: `${METRICS.ruleFileLoaded.name} == 0`,
    for: "5m",
    severity: "ticket",
    summary: "{{ $labels.file }} does not load; its last good version keeps running.",
    description: "Run `slowburn check` on it: it says file, line and what to write instead.",
  },
  {
    alert: "SlowburnDataStopped",
    expr: `time() - max by (slo, service) (${METRICS.newestPointSeconds.name}) > 900`,
    for: "5m",
    severity: "ticket",
    summary: "{{ $labels.slo }} has got no data for {{ $value | humanizeDuration }}.",
    description: "Its numbers are old. Check the service's exporter and the Collector between.",
  },
  {
    alert: "SlowburnDataPartial",
    expr: `${METRICS.integrity.name} == 0`,
    for: "15m",
    severity: "ticket",
    summary: "Data in the window of {{ $labels.slo }} is known to be missing.",
    description: "The API says why: GET /api/v1/slos/<id>.",
  },
];

/** The rule file, for `rule_files` of prometheus.yml. */
export function monitoringRules(): string {
  const rules = RULES.map(({ alert, expr, for: holds, severity, summary, description }) => ({
    alert,
    expr,
    for: holds,
    labels: { severity },
    annotations: { summary, description },
  }));
  return stringify({ groups: [{ name: "slowburn-monitoring", rules }] }, { lineWidth: 0 });
}
