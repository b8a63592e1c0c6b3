/** Other receivers of OTLP, as somebody would run them; bench/README.md says how they are built. */
import { spawn, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { cpuSecondsOf, residentBytesOf } from "./process-usage.ts";
import { end, endWithUs, type MeasuredServer } from "./server-under-test.ts";

export type PeerName = "VictoriaMetrics" | "Collector";

interface Peer {
  /** Names the binary; without it, it is looked for in PATH. */
  readonly variable: string;
  readonly command: string;
  readonly otlpPath: string;
  readonly healthPath: string;
  readonly args: (port: number, directory: string) => readonly string[];
  /** Of one that keeps what it takes: where it says how many points that were, and what stands before the number. */
  readonly counter?: { readonly path: string; readonly name: string };
}

export interface PeerServer extends MeasuredServer {
  /** Whether its memory can be compared. */
  readonly keepsSeries: boolean;
  /** Throws when it counts fewer points than were sent; one that does not count has only its answers to say it. */
  checkPoints(sent: number): Promise<void>;
}

/** Decode only: what comes in goes nowhere. */
const collectorConfig = (port: number): string =>
  JSON.stringify({
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    exporters: { nop: {} },
    service: {
      pipelines: { metrics: { receivers: ["otlp"], exporters: ["nop"] } },
      telemetry: { metrics: { level: "none" } },
    },
  });

const PEERS: Readonly<Record<PeerName, Peer>> = {
  VictoriaMetrics: {
    variable: "VICTORIA_METRICS",
    command: "victoria-metrics",
    otlpPath: "/opentelemetry/v1/metrics",
    healthPath: "/health",
    args: (port, directory) => [
      `-storageDataPath=${join(directory, "data")}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      "-retentionPeriod=1d",
      "-http.connTimeout=0", // or it closes connections after 2 min
    ],
    counter: { path: "/metrics", name: 'vm_rows_inserted_total{type="opentelemetry"}' },
  },
  Collector: {
    variable: "OTEL_COLLECTOR",
    command: "otelcol",
    otlpPath: "/v1/metrics",
    healthPath: "/",
    args: (port, directory) => {
      const file = join(directory, "config.json");
      writeFileSync(file, collectorConfig(port));
      return [`--config=${file}`];
    },
  },
};

/** Those that are here. */
export function installedPeers(): readonly PeerName[] {
  const names = Object.keys(PEERS) as PeerName[]; // the table's own keys
  return names.filter((name) => binaryOf(name) !== undefined);
}

function binaryOf(name: PeerName): string | undefined {
  const { variable, command } = PEERS[name];
  return process.env[variable] ?? commandPath(command);
}

/** Undefined when it is not in PATH. */
export function commandPath(command: string): string | undefined {
  try {
    return execFileSync("which", [command], { encoding: "utf8" }).trim() || undefined;
  } catch {
    return undefined; // `which` fails when there is no such command
  }
}

export async function startPeer(name: PeerName): Promise<PeerServer> {
  const { otlpPath, healthPath, args, counter } = PEERS[name];
  const binary = binaryOf(name);
  if (binary === undefined) throw new Error(`${name} is not installed`);
  const directory = mkdtempSync(join(tmpdir(), "slowburn-peer-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const startedAt = performance.now();
  const child = spawn(binary, args(port, directory), { stdio: "ignore" });
  endWithUs(child);
  await answering(`${url}${healthPath}`);
  const pid = child.pid ?? 0;
  return {
    otlpUrl: `${url}${otlpPath}`,
    startMs: performance.now() - startedAt,
    cpuSeconds: () => cpuSecondsOf(pid),
    residentBytes: () => residentBytesOf(pid),
    keepsSeries: counter !== undefined,
    checkPoints: async (sent) => {
      if (counter !== undefined) await counted(`${url}${counter.path}`, counter.name, sent);
    },
    stop: async () => {
      await end(child, "SIGKILL"); // nothing of its data is wanted
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Waits until a Prometheus counter has reached `sent`; a histogram may count as several. */
async function counted(url: string, name: string, sent: number, withinMs = 10_000): Promise<void> {
  const endsAt = performance.now() + withinMs;
  for (;;) {
    const text = await (await fetch(url)).text();
    const line = text.split("\n").find((it) => it.startsWith(`${name} `));
    if (Number(line?.slice(name.length) ?? NaN) >= sent) return;
    if (performance.now() > endsAt) throw new Error(`of ${sent} points were taken: ${line}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Waits until something answers there, whatever it says. */
export async function answering(url: string, withinMs = 60_000): Promise<void> {
  const endsAt = performance.now() + withinMs;
  for (;;) {
    try {
      await (await fetch(url)).arrayBuffer();
      return;
    } catch (error) {
      if (performance.now() > endsAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
