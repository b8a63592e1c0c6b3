/**
 * replay: the counting parts on a clock of the caller's. OTLP requests, rules and moments come in; alert transitions and
 * readings come out. No socket, no disk, no clock of its own: what `slowburn test` and `slowburn backtest` run on, and
 * bit for bit what a server would have counted had the same requests come at the same moments.
 */
export { Replay, type ReplaySettings, type SendOutcome } from "./replay.ts";
