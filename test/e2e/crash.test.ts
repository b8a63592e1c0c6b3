/** `kill -9` of the whole server under load: what was acknowledged is counted once, alerts and the outbox go on. */
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { FakeReceiver } from "./fake-receiver.ts";
import { Home } from "./home.ts";
import { createRandom, SEED, type Random } from "./random.ts";
import { startProcess, type SlowburnProcess } from "./running-server.ts";
import type { Listeners } from "./transports.ts";
import { until } from "./until.ts";
import { Writer, type Counts } from "./writers.ts";

const KILLS = 10;
const SLO_COUNT = 5;
const SLO = (name: string, sli: string) => `
  ${name}:
    objective: 99%
    window: 1h
    sli: ${sli}
    alerts:
      name: compressed
      tiers: [{ severity: page, factor: 2, long: 1m, short: 2s, keepFiringFor: 5m }]`;
const events = (metric: string) => `{ metric: ${metric}, bad: { outcome: error } }`;
const faster = (metric: string) => `{ metric: ${metric}, faster: 250ms }`;
const RULES = `
apiVersion: slowburn/v1
service: crash
slos:${SLO("sums", events("sums"))}${SLO("deltas", events("deltas"))}${SLO("slow", faster("slow"))}${SLO("slow-deltas", faster("slow.deltas"))}${SLO("exponential", faster("exponential"))}
`;

/** Two processes share the identity of `sums`, two that of `deltas`, two that of `slow.deltas`. */
const writersOf = (random: Random, listeners: Listeners): Writer[] =>
  (
    [
      ["sums", "sum", "cumulative", 1, "http"],
      ["sums", "sum", "cumulative", 2, "http"],
      ["deltas", "sum", "delta", 1, "http"],
      ["deltas", "sum", "delta", 2, "grpc"],
      ["slow", "histogram", "cumulative", 1, "grpc"],
      ["slow.deltas", "histogram", "delta", 1, "http"],
      ["slow.deltas", "histogram", "delta", 2, "http-gzip"],
      ["exponential", "exponential", "cumulative", 1, "http-gzip"],
    ] as const
  ).map(
    ([metric, kind, temporality, process, by], index) =>
      new Writer({
        metric,
        kind,
        temporality,
        process,
        by,
        random: createRandom(random.below(2 ** 31) + index),
        listeners,
      }),
  );

const countsOf = (writers: readonly Writer[]): Record<string, Counts> => {
  const counts: Record<string, Counts> = {};
  for (const { settings, acknowledged } of writers) {
    const id = `crash/${settings.metric.replace(".", "-")}`;
    const sum = (counts[id] ??= { good: 0, total: 0 });
    sum.good += acknowledged.good;
    sum.total += acknowledged.total;
  }
  return counts;
};

/** Each alert fires since one moment, whatever happens to the process. */
async function noteFiring({ api }: SlowburnProcess, firedAt: Map<string, string>): Promise<void> {
  for (const { streamKey, firedAt: at } of await api.alerts()) {
    if (at === null) continue;
    expect(firedAt.get(streamKey) ?? at, `${streamKey} fires since`).toBe(at);
    firedAt.set(streamKey, at);
  }
}

describe("kill -9", () => {
  test(`ten times under load (SLOWBURN_SEED=${SEED})`, async () => {
    const random = createRandom(SEED);
    const home = new Home({ "crash.yaml": RULES });
    const receiver = await FakeReceiver.start();
    const flags = { webhookUrls: [receiver.url], alertmanagerUrls: [receiver.url] };
    receiver.isDown = true;
    const start = (like?: SlowburnProcess): Promise<SlowburnProcess> =>
      startProcess(home, flags, { snapshotEveryMs: 150, ...(like === undefined ? {} : { like }) });
    let slowburn = await start();
    const writers = writersOf(random, () => slowburn);
    const running = Promise.all(writers.map((writer) => writer.run()));
    const firedAt = new Map<string, string>();
    for (let kill = 0; kill < KILLS; kill++) {
      await wait(50 + random.below(500));
      expect(slowburn.log.filter(({ level }) => level === "error")).toEqual([]);
      expect(await slowburn.end("SIGKILL")).toBe("SIGKILL");
      slowburn = await start(slowburn);
      await noteFiring(slowburn, firedAt);
    }
    await until("all fire", async () => {
      await noteFiring(slowburn, firedAt);
      return firedAt.size === SLO_COUNT;
    });
    for (const writer of writers) writer.stop();
    await running;
    await slowburn.api.settled();
    const counted = await slowburn.api.slos();
    expect(
      Object.fromEntries(
        counted.slos.map(({ id, reading }) => [id, { good: reading?.good, total: reading?.total }]),
      ),
    ).toEqual(countsOf(writers));
    for (const { reading } of counted.slos) expect(reading?.integrity.kind).toBe("complete");
    expect(
      writers.reduce((sum, { attempts, exports }) => sum + attempts - exports, 0),
    ).toBeGreaterThan(KILLS);

    receiver.isDown = false;
    await receiver.hears("every page once it is up", (heard) =>
      [...firedAt.keys()].every((key) =>
        heard.some((alert) => `${alert.labels["slo"]}` === key && alert.status === "firing"),
      ),
    );
    for (const { labels, startsAt } of receiver.alerts)
      expect(startsAt, `${labels["slo"]} fires since`).toBe(firedAt.get(labels["slo"] ?? ""));
    await receiver.close();
  }, 180_000);
});
