/** The alerts' snapshot part: JSON, `{"version":1,"alerts":[…AlertView]}`. Storage checks the bytes; this checks the version. */
import { OperationError } from "../slo/index.ts";
import type { AlertView } from "./alert.ts";

const VERSION = 1;

export function encodeAlerts(alerts: readonly AlertView[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ version: VERSION, alerts }));
}

/** Throws `OperationError` (`alerts-snapshot`) when the bytes are no snapshot of this version. */
export function decodeAlerts(bytes: Uint8Array): readonly AlertView[] {
  const snapshot = parse(bytes);
  if (snapshot?.version === VERSION && Array.isArray(snapshot.alerts)) return snapshot.alerts;
  throw new OperationError("alerts-snapshot", "the alerts' snapshot is not of version 1", {
    retryable: false,
  });
}

function parse(bytes: Uint8Array): { version?: unknown; alerts?: AlertView[] } | undefined {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as ReturnType<
      typeof parse
    >; // written by encodeAlerts
  } catch (cause) {
    throw new OperationError("alerts-snapshot", "the alerts' snapshot cannot be read", {
      cause,
      retryable: false,
    });
  }
}
