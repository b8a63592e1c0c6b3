/**
 * The program's door. In: arguments and the outside world as `CliPorts`. Out: text and an exit code. Promised: an expected
 * failure is a sentence with what to do, never a stack trace; exit codes mean the same for every command.
 */
export { STOP_SIGNALS, type StopSignal } from "./exit-codes.ts";
export type { CliPorts, RunningServer, ServerPorts, StartServer } from "./ports.ts";
export { run } from "./program.ts";
export { packageVersion } from "./version.ts";
