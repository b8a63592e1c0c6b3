/** A fake terminal and world for the commands: what they print and what they end with. */
import { type CliPorts, type RunningServer } from "../../src/cli/ports.ts";
import type { StopSignal } from "../../src/cli/exit-codes.ts";
import { run } from "../../src/cli/program.ts";
import { createApi } from "../../src/api/index.ts";
import { NOW, world } from "../api/world.ts";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Terminal {
  readonly ports: CliPorts;
  readonly run: (...args: string[]) => Promise<Ran>;
  readonly signal: (signal: StopSignal) => void;
  readonly uncaught: (error: unknown) => void;
  /** Codes that `exit` was called with: the process would have ended at once. */
  readonly exits: number[];
  readonly listenerCount: () => number;
}

/** Answers from the API of test/api/world.ts, without a socket. */
const apiFetch: typeof fetch = async (url, init) =>
  createApi(world().sources, { bearerTokens: ["right-token"] }).request(url as string, {
    ...(init as RequestInit),
    headers: { authorization: "Bearer right-token", ...(init?.headers as Record<string, string>) },
  });

export const RUNNING: RunningServer = {
  otlpHttpUrl: "http://127.0.0.1:4318",
  otlpGrpcUrl: "http://127.0.0.1:4317",
  apiUrl: "http://127.0.0.1:4319",
  rules: { slos: [], files: [], problems: [] },
  receivers: [],
  close: () => Promise.resolve(),
};

export function terminal(more: Partial<CliPorts> = {}): Terminal {
  let out = "";
  let err = "";
  const signals = new Set<(signal: StopSignal) => void>();
  const uncaught = new Set<(error: unknown) => void>();
  const exits: number[] = [];
  const hear =
    <T>(listeners: Set<T>) =>
    (heard: T) => {
      listeners.add(heard);
      return () => void listeners.delete(heard);
    };
  const ports: CliPorts = {
    out: (text) => (out += text),
    err: (text) => (err += text),
    isTerminal: false,
    isErrorTerminal: false,
    environment: {},
    version: "1.2.3",
    now: () => NOW,
    fetch: apiFetch,
    wait: () => new Promise(() => undefined),
    onSignal: hear(signals),
    onUncaught: hear(uncaught),
    exit: (code) => exits.push(code),
    startServer: () => Promise.resolve(RUNNING),
    ...more,
  };
  return {
    ports,
    run: async (...args) => {
      const code = await run(args, ports);
      return { code, out, err };
    },
    signal: (signal) => signals.forEach((heard) => heard(signal)),
    uncaught: (error) => uncaught.forEach((heard) => heard(error)),
    exits,
    listenerCount: () => signals.size + uncaught.size,
  };
}
