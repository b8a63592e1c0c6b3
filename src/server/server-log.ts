/** What the server says of its own course: what it found at the start, and every alert that changes. */
import type { AlertTransition } from "../alerts/index.ts";
import type { EventLog } from "../telemetry/index.ts";
import type { RecoveryReport } from "./recovery.ts";

export function logRecovery({ outbox, ...report }: RecoveryReport, log: EventLog): void {
  log.info("store.recovered", { ...report, outbox: outbox.length });
  for (const detail of report.damage) log.error("store.damaged", { detail });
}

export function logTransitions(transitions: readonly AlertTransition[], log: EventLog): void {
  for (const transition of transitions) {
    if (transition.kind === "inactive" || transition.kind === "updated") continue;
    const { streamKey, severity, annotations } = transition.alert;
    log.info(`alert.${transition.kind}`, {
      stream: streamKey,
      severity,
      summary: annotations["summary"],
    });
  }
}
