/** Prometheus rules that watch slowburn itself: what it cannot tell once it is down has to be told by its scraper. */
import { stringify } from "yaml";
import { prometheusName } from "../slo/index.ts";
import { INSTRUMENTS } from "../telemetry/index.ts";
import { METRICS } from "./names.ts";

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly severity: "page" | "ticket";
  readonly summary: string;
  readonly description: string;
}

const { notifications, receiverOutage } = INSTRUMENTS;
const OUTAGE = prometheusName(receiverOutage.name, receiverOutage.unit, "gauge");
const NOTIFICATIONS = prometheusName(notifications.name, notifications.unit, "counter");

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
    alert: "SlowburnNotificationsWait",
    expr: `${OUTAGE} > 120`,
    for: "0s",
    severity: "page",
    summary:
      "{{ $labels.receiver }} ({{ $labels.url }}) has taken no alerts for {{ $value | humanizeDuration }}: pages wait.",
    description:
      "slowburn goes on trying, and its log says why it fails (outbox.failed). If this alert comes by the same Alertmanager, another one of its cluster took it.",
  },
  {
    alert: "SlowburnNotificationsGivenUp",
    expr: `increase(${NOTIFICATIONS}{outcome="given_up"}[15m]) > 0`,
    for: "0s",
    severity: "page",
    summary:
      "{{ $labels.receiver }} ({{ $labels.url }}) will never hear of some alerts: they were refused for good, too old or too many.",
    description:
      "slowburn's log says what was refused and why (outbox.dropped); `slowburn status` shows what fires.",
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
