/**
 * The composition root: builds the rooms and wires them; nothing else knows everybody.
 *
 *   OTLP → receivers → intake → store ─> core (series → engine) ─ tick ─> alerts → dispatcher
 *                                          ^ rules (watched)         `─> api, /metrics, dashboards
 */
export { listenOtlp, type Listener } from "./otlp-listeners.ts";
export type { RecoveryReport } from "./recovery.ts";
export { startServer, type RunningServer, type ServerPorts } from "./start-server.ts";
