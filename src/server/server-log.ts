/** What the server says of its own course: what it found at the start, every alert that changes, and who does not take them. */
import type { AlertTransition, DeliveryChange, TargetIdentity } from "../alerts/index.ts";
import type { EventLog } from "../telemetry/index.ts";
import type { RecoveryReport } from "./recovery.ts";

export function logRecovery({ outbox, ...report }: RecoveryReport, log: EventLog): void {
  log.info("store.recovered", { ...report, outbox: outbox.length });
  for (const detail of report.damage) log.error("store.damaged", { detail });
}

export function logTransitions(transitions: readonly AlertTransition[], log: EventLog): void {
  for (const transition of transitions) {
    if (transition.kind === "inactive") continue;
    const kind = loggedKind(transition);
    if (kind === undefined) continue;
    const { streamKey, severity, inhibited, notified, annotations } = transition.alert;
    log.info(`alert.${kind}`, {
      stream: streamKey,
      severity,
      ...(kind === "firing" && inhibited && !notified && { notice: "held back by the page" }),
      summary: annotations["summary"],
    });
  }
}

type StateChange = Exclude<AlertTransition, { readonly kind: "inactive" }>;

/** What changes within a state is not logged, but for a ticket that is announced when its page ends. */
function loggedKind({ kind, notify }: StateChange): "pending" | "firing" | "resolved" | undefined {
  return kind === "updated" ? notify : kind;
}

export function logDelivery(target: TargetIdentity, change: DeliveryChange, log: EventLog): void {
  switch (change.kind) {
    case "failed":
      return log.warn("outbox.failed", { ...target, error: change.error });
    case "recovered":
      return log.info("outbox.recovered", { ...target, failedForMs: change.failedForMs });
    case "given-up":
      return log.error("outbox.dropped", { ...target, count: change.count, error: change.error });
  }
}
