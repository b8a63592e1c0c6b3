/** Alerts as JSON, alone and beside their stream. */
import type { AlertView } from "../alerts/index.ts";
import type { AlertAnswer, StreamAlertAnswer } from "./answers.ts";
import { moment, momentOrNull } from "./moment.ts";

export const streamAlertAnswer = (alert: AlertView): StreamAlertAnswer => ({
  severity: alert.severity,
  state: alert.state,
  tier: alert.tier,
  activeAt: moment(alert.activeAt),
  firedAt: momentOrNull(alert.firedAt),
  inhibited: alert.inhibited,
  notified: alert.notified,
});

export const alertAnswer = (alert: AlertView): AlertAnswer => ({
  ...streamAlertAnswer(alert),
  kind: alert.kind ?? "burn",
  streamKey: alert.streamKey,
  sloId: alert.sloId,
  group: alert.group,
  resolvedAt: momentOrNull(alert.resolvedAt),
  resolveReason: alert.resolveReason ?? null,
  labels: alert.labels,
  annotations: alert.annotations,
  generatorURL: alert.generatorURL,
  fingerprint: alert.fingerprint,
});

/** Alerts of each stream, looked up by `StreamView.key`. */
export function alertsByStream(
  alerts: readonly AlertView[],
): (streamKey: string) => readonly AlertView[] {
  const byStream = new Map<string, AlertView[]>();
  for (const alert of alerts) {
    const list = byStream.get(alert.streamKey);
    if (list === undefined) byStream.set(alert.streamKey, [alert]);
    else list.push(alert);
  }
  return (streamKey) => byStream.get(streamKey) ?? [];
}
