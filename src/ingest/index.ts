/**
 * From a request's bytes to a durable, applied and acknowledged record; and back again after a crash.
 * In: OTLP requests, alert transitions, rule changes. Out: journal entries, and a `Core` that holds what they add up to.
 * Promised: what was acknowledged is in the journal; the core is a function of the journal and the clock.
 */
export { Core, type CoreAlerts, type CoreSettings } from "./core.ts";
export type { CoreEngine } from "./core-engine.ts";
export { Heartbeat, type HeartbeatPorts, type HeartbeatSettings } from "./heartbeat.ts";
export { inlineThePointsWay } from "./inlining.ts";
export { Intake, type IntakePorts, type IntakeSettings } from "./intake.ts";
export type { IntakeCounters } from "./intake-counters.ts";
export { Snapshotter } from "./snapshotter.ts";
