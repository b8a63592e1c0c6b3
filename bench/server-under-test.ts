/** The server that is measured: `slowburn serve` in a process of its own, or, for tests, the same parts in this one. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { loadConfig } from "../src/config/index.ts";
import { startServer } from "../src/server/index.ts";
import { createEventLog } from "../src/telemetry/index.ts";
import type { BenchSettings } from "./bench-settings.ts";
import { cpuSecondsOf, residentBytesOf } from "./process-usage.ts";

export interface ServerSettings {
  /** Rule files by name. */
  readonly rules: Readonly<Record<string, string>>;
  /** `evaluationInterval` and such, as flags. */
  readonly flags?: Readonly<Record<string, string>>;
  /** Where data and rules are; a temporary folder by default, removed at the end. */
  readonly directory?: string;
  readonly isInProcess: boolean;
  readonly nodeOptions?: readonly string[];
}

/** A receiver of OTLP whose use of the machine can be read. */
export interface MeasuredServer {
  readonly otlpUrl: string;
  /** From start to ready, ms. */
  readonly startMs: number;
  cpuSeconds(): number;
  residentBytes(): number;
  /** Ends it and removes its temporary files. `kill` gives it no chance to save anything. */
  stop(how?: "kill"): Promise<void>;
}

export interface SlowburnServer extends MeasuredServer {
  readonly processId: number;
  readonly apiUrl: string;
}

const START_WITHIN_MS = 300_000;
const MAIN = fileURLToPath(new URL("../src/cli/main.js", import.meta.url));

export async function startSlowburn(settings: ServerSettings): Promise<SlowburnServer> {
  const directory = settings.directory ?? mkdtempSync(join(tmpdir(), "slowburn-bench-"));
  const rulesDirectory = join(directory, "rules");
  mkdirSync(rulesDirectory, { recursive: true });
  for (const [name, text] of Object.entries(settings.rules))
    writeFileSync(join(rulesDirectory, name), text);
  const flags = {
    dataDirectory: join(directory, "data"),
    rulesDirectory,
    otlpHttpPort: "0",
    otlpGrpcPort: "0",
    apiPort: "0",
    logFormat: "json",
    ...settings.flags,
  };
  const remove = (): void => {
    if (settings.directory === undefined) rmSync(directory, { recursive: true, force: true });
  };
  return settings.isInProcess ? startHere(flags, remove) : startProcess(flags, settings, remove);
}

/** With `--profile`: the server writes what its threads did. */
export function profileOptions({ profileDirectory }: BenchSettings): {
  readonly nodeOptions?: readonly string[];
} {
  if (profileDirectory === undefined) return {};
  return { nodeOptions: ["--cpu-prof", `--cpu-prof-dir=${profileDirectory}`] };
}

type Flags = Readonly<Record<string, string>>;

async function startProcess(
  flags: Flags,
  settings: ServerSettings,
  remove: () => void,
): Promise<SlowburnServer> {
  const startedAt = performance.now();
  const options = Object.entries(flags).flatMap(([name, value]) => [
    `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    value,
  ]);
  const child = spawn(
    process.execPath,
    [...(settings.nodeOptions ?? []), MAIN, "serve", ...options],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  endWithUs(child);
  const { otlpUrl, apiUrl } = await listenersOf(child);
  const startMs = performance.now() - startedAt;
  const pid = child.pid ?? 0;
  return {
    otlpUrl: `${otlpUrl}/v1/metrics`,
    apiUrl,
    processId: pid,
    startMs,
    cpuSeconds: () => cpuSecondsOf(pid),
    residentBytes: () => residentBytesOf(pid),
    stop: async (how) => {
      await end(child, how === "kill" ? "SIGKILL" : "SIGTERM");
      remove();
    },
  };
}

/** A bench that fails leaves nothing running. */
export function endWithUs(child: ChildProcess): void {
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
}

/** Ends a process that the bench started. */
export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await exited;
}

interface LogLine {
  readonly event?: string;
  readonly listeners?: readonly { readonly name: string; readonly url: string }[];
}

/** Waits for the log line that says where the server listens. */
function listenersOf(child: ChildProcess): Promise<{ otlpUrl: string; apiUrl: string }> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    const fail = (why: string): void => reject(new Error(`${why}:\n${lines.join("\n")}`));
    const timer = setTimeout(() => fail("the server did not start in time"), START_WITHIN_MS);
    child.once("exit", () => fail("the server ended"));
    if (child.stderr === null) return fail("the server has no log");
    createInterface(child.stderr).on("line", (line) => {
      if (lines.length < 50) lines.push(line);
      if (!line.startsWith("{")) return;
      const { event, listeners = [] } = JSON.parse(line) as LogLine; // slowburn's own log
      if (event !== "server.started") return;
      clearTimeout(timer);
      resolve(urlsOf(listeners));
    });
  });
}

function urlsOf(listeners: NonNullable<LogLine["listeners"]>): { otlpUrl: string; apiUrl: string } {
  const urlOf = (name: string) => listeners.find((it) => it.name === name)?.url ?? "";
  return { otlpUrl: urlOf("OTLP/HTTP"), apiUrl: urlOf("API") };
}

async function startHere(flags: Flags, remove: () => void): Promise<SlowburnServer> {
  const startedAt = performance.now();
  const { config, problems } = loadConfig({ flags });
  if (config === undefined) throw new Error(JSON.stringify(problems));
  const log = createEventLog({ format: "json", level: "silent" });
  const onFatal = (error: unknown): never => {
    throw error;
  };
  const running = await startServer(config, { log, version: "bench", now: Date.now, onFatal });
  const { otlpUrl, apiUrl } = urlsOf(running.listeners);
  return {
    otlpUrl: `${otlpUrl}/v1/metrics`,
    apiUrl,
    processId: process.pid,
    startMs: performance.now() - startedAt,
    cpuSeconds: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
    residentBytes: () => process.memoryUsage.rss(),
    stop: async () => {
      await running.close();
      remove();
    },
  };
}
