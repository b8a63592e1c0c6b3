/** slowburn as tests run it: in this process, or in one of its own that can be killed. */
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach } from "vitest";
import { loadConfig } from "../../src/config/index.ts";
import { startServer, type ServerPorts } from "../../src/server/index.ts";
import { createEventLog } from "../../src/telemetry/index.ts";
import { ApiClient } from "./api-client.ts";
import { buildSlowburn } from "./built.ts";
import type { Flags, Home } from "./home.ts";

export interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly [field: string]: unknown;
}

interface Listeners {
  /** `http://127.0.0.1:4318` */
  readonly http: string;
  readonly grpc: string;
  readonly api: ApiClient;
}

export interface Slowburn extends Listeners {
  readonly log: readonly LogLine[];
  close(): Promise<void>;
}

export interface SlowburnProcess extends Listeners {
  readonly log: readonly LogLine[];
  readonly pid: number;
  /** Sends the signal and waits for the end. Returns the exit code, or the signal that ended it. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<number | NodeJS.Signals>;
}

const open = new Set<() => Promise<unknown>>();
/** What a failed test leaves running is ended here. */
afterEach(async () => {
  for (const close of open) await close().catch(() => undefined);
  open.clear();
});

/** In this process: for all but crashes. */
export async function startHere(
  home: Home,
  flags: Flags = {},
  ports: Partial<ServerPorts> = {},
): Promise<Slowburn> {
  const { config, problems } = loadConfig({ flags: home.flags(flags) });
  if (config === undefined) throw new Error(JSON.stringify(problems));
  const log: LogLine[] = [];
  const server = await startServer(config, {
    log: createEventLog({
      format: "json",
      level: "info",
      write: (line) => log.push(JSON.parse(line) as LogLine), // the log's own JSON
    }),
    version: "e2e",
    now: Date.now,
    onFatal: (error) => {
      throw error;
    },
    ...ports,
  });
  const close = async () => {
    if (!open.delete(close)) return;
    await server.close();
  };
  open.add(close);
  return { ...listenersOf(server.listeners), log, close };
}

/** In a process of its own, on the ports of `like` if given, so that senders find it again. */
export async function startProcess(
  home: Home,
  flags: Flags = {},
  { like, snapshotEveryMs = 0 }: { like?: Listeners; snapshotEveryMs?: number } = {},
): Promise<SlowburnProcess> {
  const built = await buildSlowburn();
  const child = spawn(
    process.execPath,
    [
      join(import.meta.dirname, "server-child.mjs"),
      built,
      JSON.stringify(home.flags({ ...flags, ...(like === undefined ? {} : portsOf(like)) })),
      String(snapshotEveryMs),
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  return running(child);
}

/** Waits until the process says where it listens. Rejects with all it said when it ends before. */
export async function running(child: ChildProcess): Promise<SlowburnProcess> {
  const log: LogLine[] = [];
  const said: string[] = [];
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once("close", (code, signal) => resolve(code ?? signal ?? 0));
  });
  const end = async (signal: "SIGTERM" | "SIGKILL") => {
    child.kill(signal);
    open.delete(kill);
    return ended;
  };
  const kill = () => end("SIGKILL");
  open.add(kill);
  const started = new Promise<LogLine>((resolve, reject) => {
    createInterface(child.stderr!).on("line", (line) => {
      said.push(line);
      if (!line.startsWith("{")) return;
      const entry = JSON.parse(line) as LogLine; // the log's own JSON
      log.push(entry);
      if (entry.event === "server.started") resolve(entry);
    });
    void ended.then((how) => reject(new Error(`slowburn ended (${how}):\n${said.join("\n")}`)));
  });
  const { listeners } = (await started) as unknown as { listeners: readonly Listener[] };
  return { ...listenersOf(listeners), log, pid: child.pid!, end };
}

interface Listener {
  readonly name: string;
  readonly url: string;
}

function listenersOf(listeners: readonly Listener[]): Listeners {
  const urlOf = (name: string) => listeners.find((each) => each.name === name)?.url ?? "";
  return { http: urlOf("OTLP/HTTP"), grpc: urlOf("OTLP/gRPC"), api: new ApiClient(urlOf("API")) };
}

const portsOf = ({ http, grpc, api }: Listeners): Flags => ({
  otlpHttpPort: new URL(http).port,
  otlpGrpcPort: new URL(grpc).port,
  apiPort: new URL(api.url).port,
});
