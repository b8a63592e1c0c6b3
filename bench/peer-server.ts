/** Other receivers of OTLP, as somebody would run them; bench/README.md says how they are built. */
import { spawn, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
    ],
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

export async function startPeer(name: PeerName): Promise<MeasuredServer> {
  const { otlpPath, healthPath, args } = PEERS[name];
  const binary = binaryOf(name);
  if (binary === undefined) throw new Error(`${name} is not installed`);
  const directory = mkdtempSync(join(tmpdir(), "slowburn-peer-"));
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawn(binary, args(port, directory), { stdio: "ignore" });
  endWithUs(child);
  await answering(`http://127.0.0.1:${port}${healthPath}`);
  const pid = child.pid ?? 0;
  return {
    otlpUrl: `http://127.0.0.1:${port}${otlpPath}`,
    startMs: performance.now() - startedAt,
    cpuSeconds: () => cpuSecondsOf(pid),
    residentBytes: () => residentBytesOf(pid),
    stop: async () => {
      await end(child, "SIGKILL"); // nothing of its data is wanted
      rmSync(directory, { recursive: true, force: true });
    },
  };
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

/** A port that was free a moment ago: for programs that cannot choose one themselves. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
