/**
 * From the first bad request to Alertmanager's receipt of the page: a request with errors is sent right after a tick, the
 * worst moment, and the time is taken until a listener in Alertmanager's place gets the alert. To reach 11 s at the default
 * evaluation interval of 10 s (DESIGN section 9).
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import type { BenchCase } from "./bench-case.ts";
import { BENCH_RULES } from "./bench-rules.ts";
import type { BenchSettings } from "./bench-settings.ts";
import { startSender } from "./remote-sender.ts";
import type { BenchRow, Target } from "./row.ts";
import { startSlowburn } from "./server-under-test.ts";

const BUCKET_MS = 10_000;
const QUICK_BUCKET_MS = 500;
const AFTER_TICK_MS = 100;
const WITHIN_MS = 60_000;
const TARGET: Target = {
  name: "first bad request to Alertmanager's receipt of the page, at the worst moment",
  unit: "s",
  target: 11,
  beat: 2,
};

export const latencyCases = ({ isQuick }: BenchSettings): readonly BenchCase[] => [
  { name: "first bad request to the page", targets: [TARGET], run: () => measure(isQuick) },
];

async function measure(isQuick: boolean): Promise<BenchRow[]> {
  const bucketMs = isQuick ? QUICK_BUCKET_MS : BUCKET_MS;
  const manager = await startManager();
  const server = await startSlowburn({
    rules: { "bench.yaml": BENCH_RULES },
    flags: {
      evaluationInterval: `${bucketMs}ms`,
      selfTelemetry: "off",
      alertmanagerUrls: manager.url,
    },
    isInProcess: isQuick,
  });
  try {
    const sender = await startSender(
      { kind: "sum", pointsPerRequest: 1000, seriesCount: 1000, resourceCount: 1 },
      { url: server.otlpUrl, connectionCount: 1, isGzip: false },
      isQuick,
    );
    await wait(bucketMs - (Date.now() % bucketMs) + AFTER_TICK_MS);
    const sentAt = performance.now();
    await sender.round();
    const receivedAt = await Promise.race([manager.paged, wait(WITHIN_MS)]);
    await sender.close();
    if (receivedAt === undefined) throw new Error("no page came");
    return [{ ...TARGET, value: (receivedAt - sentAt) / 1000 }];
  } finally {
    await server.stop();
    manager.server.closeAllConnections();
    manager.server.close();
  }
}

interface Manager {
  readonly url: string;
  /** When the first firing page was received, by `performance.now`. */
  readonly paged: Promise<number>;
  readonly server: Server;
}

/** Takes alerts as Alertmanager's API v2 does. */
async function startManager(): Promise<Manager> {
  let onPage: (at: number) => void = () => undefined;
  const paged = new Promise<number>((resolve) => (onPage = resolve));
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const at = performance.now();
      response.end("{}");
      if (request.method !== "POST") return;
      const alerts = JSON.parse(body) as { readonly labels: Readonly<Record<string, string>> }[];
      if (alerts.some(({ labels }) => labels["severity"] === "page")) onPage(at);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a TCP listener has one
  return { url: `http://127.0.0.1:${port}`, paged, server };
}
