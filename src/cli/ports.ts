/** Everything a command touches outside itself. `main.ts` gives the real ones, tests give fakes. */
import type { SlowburnConfig } from "../config/index.ts";
import type { RuleSet } from "../rules/index.ts";
import type { EventLog } from "../telemetry/index.ts";
import type { StopSignal } from "./exit-codes.ts";

export interface CliPorts {
  /** Standard output: the command's answer. */
  readonly out: (text: string) => void;
  /** Standard error: what went wrong, and the log. */
  readonly err: (text: string) => void;
  /** Whether standard output is a terminal. */
  readonly isTerminal: boolean;
  /** Whether standard error is one. */
  readonly isErrorTerminal: boolean;
  /** `process.env`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** Wall clock, ms. */
  readonly now: () => number;
  readonly fetch: typeof fetch;
  readonly wait: (ms: number) => Promise<void>;
  /** Calls back on each signal until the returned function is called. */
  readonly onSignal: (heard: (signal: StopSignal) => void) => () => void;
  /** The same for exceptions and rejections that nobody caught. */
  readonly onUncaught: (heard: (error: unknown) => void) => () => void;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
  readonly startServer: StartServer;
}

/** `startServer` of server.ts. Rejects with `OperationError`, `ProblemError`, or a bug. */
export type StartServer = (config: SlowburnConfig, ports: ServerPorts) => Promise<RunningServer>;

export interface ServerPorts {
  readonly log: EventLog;
  readonly version: string;
  /** The server cannot go on: a broken invariant, a disk that refuses writes for good. */
  readonly onFatal: (error: unknown) => void;
}

export interface RunningServer {
  /** With the ports that were really taken. */
  readonly otlpHttpUrl: string;
  readonly otlpGrpcUrl: string;
  readonly apiUrl: string;
  /** As loaded at the start. */
  readonly rules: RuleSet;
  /** Where alerts go, as people may see it. */
  readonly receivers: readonly { readonly receiver: string; readonly url: string }[];
  /** Finishes what is under way, writes everything, closes. */
  close(): Promise<void>;
}
