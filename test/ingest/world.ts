/** The real core and engine on a store in memory and a clock of the test's own. */
import type { AlertTransition } from "../../src/alerts/index.ts";
import { Engine } from "../../src/engine/index.ts";
import { Core, Intake, type IntakeSettings } from "../../src/ingest/index.ts";
import type { Slo } from "../../src/slo/index.ts";
import { createMemoryStore, type MemoryStore } from "../storage/memory-store.ts";
import { buildRequest, type MetricInput } from "../otlp/request-builder.ts";
import { sloOf } from "../engine/fixtures.ts";
import { EPOCH_MS, nanos } from "../series/harness.ts";

const BUCKET_MS = 10_000;
const DAY_MS = 86_400_000;
/** One budget per route over `http.requests`, 5xx are bad. */
export const AVAILABILITY: Slo = sloOf({ id: "shop/availability", window: "1d", per: ["route"] });
export const LATENCY: Slo = sloOf({
  id: "shop/latency",
  window: "1d",
  indicator: {
    kind: "latency",
    total: { metric: "http.duration", where: [] },
    thresholdNanos: 250_000_000,
  },
});

export interface Counting {
  readonly engine: Engine;
  readonly core: Core;
  readonly transitions: AlertTransition[];
}

export function newCounting(seed = 1, maxSeries = 10_000): Counting {
  const transitions: AlertTransition[] = [];
  const engine = new Engine({ bucketMs: BUCKET_MS, startMs: EPOCH_MS });
  const alerts = {
    applyTransition: (transition: AlertTransition) => void transitions.push(transition),
    snapshot: () => Buffer.from(JSON.stringify(transitions)),
    restore: (bytes: Uint8Array) => {
      transitions.push(...(JSON.parse(Buffer.from(bytes).toString()) as AlertTransition[]));
    },
  };
  const archive = { retentionMs: 30 * DAY_MS, maxBytes: 64 * 1024 * 1024, bucketMs: BUCKET_MS };
  return { engine, core: new Core({ engine, alerts, seed, maxSeries, archive }), transitions };
}

export interface World extends Counting {
  readonly store: MemoryStore;
  readonly intake: Intake;
  readonly fatal: unknown[];
  /** Kills the process and starts the next one on the same store. */
  restarted(): Promise<World>;
}

type WorldSettings = Partial<IntakeSettings> & {
  readonly now?: () => number;
  readonly maxSeries?: number;
};

/** Settings left out are those of the server. */
export const newWorld = (settings: WorldSettings = {}): Promise<World> =>
  worldOn(createMemoryStore(), settings, 1);

async function worldOn(store: MemoryStore, settings: WorldSettings, seed: number): Promise<World> {
  const { now = () => EPOCH_MS, maxSeries, ...limits } = settings;
  const counting = newCounting(seed, maxSeries);
  const lastSeq = await recover(counting, store);
  const fatal: unknown[] = [];
  const ports = { core: counting.core, store, now, onFatal: (error: unknown) => fatal.push(error) };
  const intake = new Intake(ports, {
    maxGroupWaitMs: 5,
    maxGroupBytes: 256 * 1024,
    maxGroupRequests: 64,
    maxQueuedBytes: 64 * 1024 * 1024,
    ...limits,
  });
  intake.resumeFrom(lastSeq);
  const restarted = () => worldOn(store.crash(), settings, seed + 1);
  return { ...counting, store, intake, fatal, restarted };
}

async function recover({ core }: Counting, store: MemoryStore): Promise<number> {
  const { parts, entries, lastSeq } = await store.recover();
  core.restore(parts, EPOCH_MS);
  for (const { body } of entries) core.recover(body);
  return lastSeq;
}

/** What a new process makes of the store after a kill. */
export async function recovered(store: MemoryStore): Promise<Counting> {
  const counting = newCounting(99);
  await recover(counting, store.crash());
  return counting;
}

/** A counter's point of a process that began at second 0. */
export function requests(
  time: number,
  int: number,
  attributes: Readonly<Record<string, string>> = {},
): Uint8Array {
  return requestOf({
    name: "http.requests",
    sum: {
      points: [
        {
          attributes: { route: "/", status: "200", ...attributes },
          start: nanos(0),
          time: nanos(time),
          int,
        },
      ],
    },
  });
}

export const requestOf = (...metrics: readonly MetricInput[]): Uint8Array =>
  buildRequest({ metrics });

/** By stream: good, total of each window, and what is astride. */
export function countsOf({ engine }: Counting): Record<string, unknown> {
  return Object.fromEntries(
    engine.allStreams().map(({ index, key }) => {
      const { windows, goodBounds, newestPointMs } = engine.read(index);
      const sums = windows.map(({ good, total }) => [good, total]);
      return [key, { sums, goodBounds, newestPointMs }];
    }),
  );
}

/** Good and total of the SLO window, all streams of the SLO together. */
export function totalsOf({ engine }: Counting, slo: Slo): { good: number; total: number } {
  const readings = engine.streamsOf(slo.id).map(({ index }) => engine.read(index));
  return {
    good: readings.reduce((sum, { good }) => sum + good, 0),
    total: readings.reduce((sum, { total }) => sum + total, 0),
  };
}
