/** An engine of a few streams with chosen sums, for the exposition's tests. */
import type { ShardView, StreamView } from "../../src/engine/index.ts";
import type { AlertSample, ExpositionSource, StreamSource } from "../../src/export/index.ts";
import {
  calendarWindow,
  millis,
  parseObjective,
  streamIndex,
  windowsOf,
  type Slo,
  type WindowSpan,
} from "../../src/slo/index.ts";
import { exampleSlo } from "../slo/example-slo.ts";

const DAY_MS = 86_400_000;
export const TICK_MS = 1_800_000_000_000;

export function fakeSlo(
  id: string,
  { objectiveText = "99.9%", ...over }: Partial<Slo> & { objectiveText?: string } = {},
): Slo {
  const [service = "", name = ""] = id.split("/");
  const objective = parseObjective(objectiveText)!;
  return exampleSlo(id, { description: `${name} of ${service}`, objective, ...over });
}

export interface FakeStream {
  readonly slo: Slo;
  readonly group?: readonly string[];
  /** Same sums in every window: [good, total]. */
  readonly events: readonly [good: number, total: number];
  /** Sums of single windows that differ, by window in ms. */
  readonly windows?: Readonly<Record<number, readonly [good: number, total: number]>>;
  /** Straddling events: [estimated good, all]. */
  readonly straddling?: readonly [good: number, total: number];
  /** The calendar window that runs, of an SLO that has one. */
  readonly calendar?: WindowSpan;
  readonly newestPointMs?: number;
  readonly isPartial?: boolean;
}

/** The view with writable columns, so that a test can let a tick pass. */
export interface FakeEngine extends StreamSource {
  shards: ShardView[];
  tickedAtMs: number;
}

const columns = <T>(
  windowsMs: readonly number[],
  streams: readonly T[],
  value: (stream: T, windowMs: number) => number,
) => windowsMs.map((windowMs) => Float64Array.from(streams, (stream) => value(stream, windowMs)));

/** One shard per stream layout, as the engine has it: streams that straddle have one of their own. */
export function fakeEngine(streams: readonly FakeStream[]): FakeEngine {
  const layout = ({ slo, straddling }: FakeStream) =>
    JSON.stringify([windowsOf(slo), slo.alerts, straddling !== undefined]);
  const views = streams.map(({ slo, group = [] }, i): StreamView => {
    const pairs = slo.per.map((key, at) => `${key}=${JSON.stringify(group[at])}`).join(",");
    return { index: streamIndex(i), slo, group, key: pairs ? `${slo.id}{${pairs}}` : slo.id };
  });
  const shards = [...new Set(streams.map(layout))].map((key) => {
    const members = streams.filter((stream) => layout(stream) === key);
    return shardOf(
      members,
      Int32Array.from(members, (stream) => streams.indexOf(stream)),
    );
  });
  return { shards, tickedAtMs: TICK_MS, stream: (index) => views[index] };
}

function shardOf(streams: readonly FakeStream[], indexes: Int32Array): ShardView {
  const windows = windowsOf(streams[0]!.slo);
  const windowsMs = windows.map(({ lengthMs }) => lengthMs);
  const straddles = streams[0]!.straddling !== undefined;
  const sum = (part: 0 | 1) => (stream: FakeStream, windowMs: number) =>
    (stream.windows?.[windowMs] ?? stream.events)[part];
  const shard = {
    windows,
    windowsMs,
    calendar: streams[0]!.calendar,
    countedMs: TICK_MS,
    policy: streams[0]!.slo.alerts,
    slotCount: streams.length,
    streams: indexes,
    budgetPpb: Float64Array.from(streams, ({ slo }) => slo.objective.budgetPpb),
    goodSums: columns(windowsMs, streams, sum(0)),
    totalSums: columns(windowsMs, streams, sum(1)),
    newestPointMs: Float64Array.from(streams, (stream) => stream.newestPointMs ?? TICK_MS - 5000),
    lifetimeGood: Float64Array.from(streams, ({ events }) => events[0]),
    lifetimeTotal: Float64Array.from(streams, ({ events }) => events[1]),
    sinceMs: Float64Array.from(streams, () => TICK_MS - 40 * DAY_MS),
    isPartial: Uint8Array.from(streams, ({ isPartial }) => (isPartial ? 1 : 0)),
    straddle: undefined,
  };
  if (!straddles) return shard;
  const straddling = (part: 0 | 1) => (stream: FakeStream) => stream.straddling![part];
  return {
    ...shard,
    straddle: {
      ...shard,
      goodSums: columns(windowsMs, streams, straddling(0)),
      totalSums: columns(windowsMs, streams, straddling(1)),
      lifetimeGood: Float64Array.from(streams, straddling(0)),
      lifetimeTotal: Float64Array.from(streams, straddling(1)),
    },
  };
}

export function fakeSource(
  engine: StreamSource,
  slos: readonly Slo[],
  over: Partial<ExpositionSource> & { alertSamples?: readonly AlertSample[] } = {},
): ExpositionSource {
  return {
    engine,
    slos: () => slos,
    alerts: () => over.alertSamples ?? [],
    ruleFiles: () => [],
    version: "0.1.0",
    more: [],
    onMoreFailed: (error) => {
      throw error;
    },
    ...over,
  };
}

/** SLOs that show every family: plain, estimated latency, groups, one without traffic, one of a calendar month. */
export function shopSource(over: Partial<ExpositionSource> = {}): ExpositionSource {
  const availability = fakeSlo("checkout/availability", {
    owner: "shop-team",
    runbook: "https://runbooks.example/checkout",
    labels: { tier: "1", origin: "application", service: "taken", "cost.center": 'a "b"\\c' },
  });
  const latency = fakeSlo("checkout/latency", { objectiveText: "99%" });
  const routes = fakeSlo("checkout/routes", { objectiveText: "99%", per: ["http.route"] });
  const deploys = fakeSlo("deploy/success", {
    objectiveText: "95%",
    window: { kind: "rolling", lengthMs: millis(7 * DAY_MS) },
    labels: { origin: "platform" },
  });
  const pipelines = fakeSlo("deploy/pipelines", {
    objectiveText: "99%",
    window: calendarWindow("month", "Europe/Berlin"),
  });
  const engine = fakeEngine([
    {
      slo: availability,
      events: [999_500, 1_000_000],
      windows: { 3_600_000: [1_950, 2_000], 300_000: [160, 166] },
    },
    { slo: latency, events: [900, 1_000], straddling: [60, 80], isPartial: true },
    { slo: routes, group: ["/pay"], events: [4_990, 5_000] },
    { slo: routes, group: ['/search"\n'], events: [1_000, 1_000] },
    { slo: deploys, events: [0, 0], newestPointMs: 0 },
    {
      slo: pipelines,
      events: [997, 1_000],
      // ten of thirty days
      calendar: { startMs: TICK_MS - 10 * DAY_MS, endMs: TICK_MS + 20 * DAY_MS },
    },
  ]);
  return fakeSource(engine, [availability, latency, routes, deploys, pipelines], {
    alerts: () => [
      { streamKey: "checkout/availability", severity: "page", state: "firing" },
      { streamKey: "checkout/latency", severity: "ticket", state: "pending" },
    ],
    ruleFiles: () => [
      { file: "rules/checkout.yaml", loaded: true },
      { file: "rules/broken.yaml", loaded: false },
    ],
    ...over,
  });
}
