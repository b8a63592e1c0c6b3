/** Alerts in Alertmanager's own formats: API v2 postableAlerts, and the body of webhook version 4 (notify/webhook). */
import type { AlertLabels, AlertView } from "./alert.ts";
import { sortedLabels } from "./fingerprint.ts";

/** One element of `POST /api/v2/alerts`. */
export interface PostableAlert {
  readonly labels: AlertLabels;
  readonly annotations: AlertLabels;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
}

const iso = (momentMs: number): string => new Date(momentMs).toISOString();

/** `startsAt` is when it fired, not when it became pending (Prometheus, rules/alerting.go). */
export const postableAlert = (alert: AlertView, endsAtMs: number): PostableAlert => ({
  labels: alert.labels,
  annotations: alert.annotations,
  startsAt: iso(alert.firedAt ?? alert.activeAt),
  endsAt: iso(endsAtMs),
  generatorURL: alert.generatorURL,
});

/** Go's zero time, which Alertmanager sends as `endsAt` while an alert fires. */
const NOT_ENDED = "0001-01-01T00:00:00Z";

/** Body of a webhook: a group of this one alert, as Alertmanager makes it with `group_by: ['...']`. */
export function webhookBody(
  alert: AlertView,
  status: "firing" | "resolved",
  receiver: string,
  externalUrl: string,
): object {
  const { labels, annotations, generatorURL, fingerprint } = alert;
  const startsAt = iso(alert.firedAt ?? alert.activeAt);
  const endsAt = status === "resolved" ? iso(alert.resolvedAt ?? alert.activeAt) : NOT_ENDED;
  const matchers = sortedLabels(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return {
    receiver,
    status,
    alerts: [{ status, labels, annotations, startsAt, endsAt, generatorURL, fingerprint }],
    groupLabels: labels,
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: externalUrl,
    version: "4",
    groupKey: `{}:{${matchers.join(", ")}}`,
    truncatedAlerts: 0,
  };
}
