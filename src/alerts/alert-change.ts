/** Transitions made of states: begin, go on, end, relabel. Pure; applying one is the same at run time and at recovery. */
import type { StreamView } from "../engine/index.ts";
import { alertLabels } from "./alert-labels.ts";
import type { AlertTransition, AlertView, ResolveReason } from "./alert.ts";
import { endAnnotationsWithout, type AlertEnd } from "./annotations.ts";
import { fingerprint } from "./fingerprint.ts";

/** Firing becomes resolved; a pending alert leaves nothing behind. `text`: what is said of the end, asked for when it is. */
export function ended(
  alert: AlertView,
  resolveReason: ResolveReason,
  text: (end: AlertEnd) => AlertView["annotations"],
  nowMs: number,
): AlertTransition {
  const { streamKey, severity } = alert;
  if (alert.state === "pending") return { kind: "inactive", at: nowMs, streamKey, severity };
  const resolved: AlertView = {
    ...alert,
    state: "resolved",
    resolvedAt: nowMs,
    resolveReason,
    annotations: text({ reason: resolveReason, firedForMs: nowMs - (alert.firedAt ?? nowMs) }),
    inhibited: false,
    tiers: [],
  };
  // Who was told of the beginning is told of the end, inhibited or not.
  return {
    kind: "resolved",
    at: nowMs,
    alert: resolved,
    ...(alert.notified && { notify: "resolved" }),
  };
}

/** What an alert that begins or goes on is made of. */
export type LivePart = Pick<AlertView, "severity" | "tiers" | "tier" | "inhibited">;
/** What it says of itself. */
export type AlertText = Pick<AlertView, "annotations" | "generatorURL">;

/**
 * `before` is the live alert so far, if any; `undefined` when nothing changed. The text is asked for only when
 * something did. Firing is announced once, unless inhibited; when the inhibition ends, then.
 */
export function continued(
  before: AlertView | undefined,
  stream: StreamView,
  part: LivePart,
  text: () => AlertText,
  nowMs: number,
): AlertTransition | undefined {
  const isFiring = part.tiers.some((tier) => tier.firedAt !== undefined);
  const notifies = isFiring && !part.inhibited && before?.notified !== true;
  if (before?.tiers === part.tiers && before.inhibited === part.inhibited && !notifies)
    return undefined;
  const labels = before?.labels ?? alertLabels(stream, part.severity);
  const { annotations, generatorURL } = text();
  // Spelled out, so that all alerts have one shape: bench/evaluation.ts, the tick that pages.
  const alert: AlertView = {
    streamKey: stream.key,
    sloId: stream.slo.id,
    group: stream.group,
    severity: part.severity,
    state: isFiring ? "firing" : "pending",
    activeAt: before?.activeAt ?? nowMs,
    firedAt: isFiring ? (before?.firedAt ?? nowMs) : undefined,
    resolvedAt: undefined,
    resolveReason: undefined,
    tier: part.tier,
    inhibited: part.inhibited,
    notified: notifies || before?.notified === true,
    labels,
    annotations,
    generatorURL,
    fingerprint: before?.fingerprint ?? fingerprint(labels),
    tiers: part.tiers,
  };
  const kind = before?.state === alert.state ? "updated" : alert.state;
  return { kind, at: nowMs, alert, ...(notifies && { notify: "firing" }) };
}

/** After a rule edit: under other labels the alert is another one to the receivers, so the old ends and the new begins. */
export function relabelled(
  alert: AlertView,
  stream: StreamView,
  nowMs: number,
): readonly AlertTransition[] {
  const labels = alertLabels(stream, alert.severity);
  const newFingerprint = fingerprint(labels);
  if (newFingerprint === alert.fingerprint) return [];
  const begun: AlertView = { ...alert, labels, fingerprint: newFingerprint, notified: false };
  const text = (how: AlertEnd) => endAnnotationsWithout(alert.streamKey, alert.annotations, how);
  const end = alert.notified ? [ended(alert, "labels-edited", text, nowMs)] : [];
  return [...end, { kind: "updated", at: nowMs, alert: begun }];
}
