/**
 * What slowburn says about itself: counters and durations through the OpenTelemetry SDK (sent to its own receiver, so that
 * a fresh start has a live SLO, and shown in `/metrics`), and a structured log of named events. In: plain calls of the
 * other rooms. Promised: recording a request costs well under 2 µs, a secret never reaches a log line, and a broken
 * telemetry path never disturbs the work it reports on.
 */
export {
  type EventLog,
  type LogFields,
  createEventLog,
  type LogFormat,
  type LogLevel,
  type LogSettings,
} from "./event-log.ts";
export { EVENTS, type EventName } from "./events.ts";
export { INSTRUMENTS } from "./instruments.ts";
export { type Encoding, Recorder, type RequestCount, type Transport } from "./recorder.ts";
export { REQUEST_OUTCOMES, requestOutcome, type RequestOutcome } from "./request-outcome.ts";
export {
  type ArchiveState,
  type JournalCounts,
  type PointCounts,
  type ReceiverState,
  startTelemetry,
  type Telemetry,
  type TelemetrySettings,
  type TelemetrySources,
} from "./telemetry.ts";
