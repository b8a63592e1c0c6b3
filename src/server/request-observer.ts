/** Counts every OTLP request, and logs what is wrong with them: once per reason, sender and minute. */
import type { ReceivedRequest } from "../otlp/index.ts";
import {
  requestOutcome,
  type EventLog,
  type LogFields,
  type Recorder,
  type RequestOutcome,
} from "../telemetry/index.ts";

export interface RequestObserverPorts {
  readonly recorder: Pick<Recorder, "recordRequest">;
  readonly log: Pick<EventLog, "warn">;
  /** Monotonic, ms. */
  readonly now: () => number;
}

const QUIET_MS = 60_000;
/** Pairs of reason and sender a minute; of further ones the counters tell. */
const MAX_LINES = 200;

/** To be called with every request that was answered. */
export function createRequestObserver({
  recorder,
  log,
  now,
}: RequestObserverPorts): (request: ReceivedRequest) => void {
  /** In the order in which they were logged. */
  const loggedAt = new Map<string, number>();
  const isQuiet = (key: string): boolean => {
    const nowMs = now();
    for (const [logged, atMs] of loggedAt) {
      if (nowMs - atMs < QUIET_MS) break;
      loggedAt.delete(logged);
    }
    if (loggedAt.has(key) || loggedAt.size >= MAX_LINES) return true;
    loggedAt.set(key, nowMs);
    return false;
  };
  return (request) => {
    const { protocol, encoding, status, reason, peer, durationMs } = request;
    const outcome = requestOutcome(request);
    recorder.recordRequest(protocol, encoding, outcome, durationMs);
    if (outcome === "ok" || isQuiet(`${protocol} ${status} ${reason} ${peer}`)) return;
    warn(log, outcome, request);
  };
}

function warn(
  log: RequestObserverPorts["log"],
  outcome: Exclude<RequestOutcome, "ok">,
  { protocol, encoding, status, peer, reason, message, error }: ReceivedRequest,
): void {
  const cause: LogFields = error === undefined ? {} : { error };
  const fields = { protocol, encoding, status, peer, reason, message, ...cause };
  switch (outcome) {
    case "partial":
      log.warn("otlp.partial", fields);
      return;
    case "client_error":
    case "unavailable":
      log.warn("otlp.refused", fields);
      return;
  }
}
