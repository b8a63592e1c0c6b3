/** A small fake of everything the API answers from: two SLOs, one grouped and one without data, and an alert. */
import { Readable } from "node:stream";
import type { AlertView } from "../../src/alerts/index.ts";
import type { ApiSources } from "../../src/api/index.ts";
import type { StreamReading, StreamView } from "../../src/engine/index.ts";
import { calendarWindow, rollingWindow, streamIndex, type Slo } from "../../src/slo/index.ts";
import { exampleSlo } from "../slo/example-slo.ts";

export const NOW = Date.UTC(2026, 4, 1, 12);
const DAY = 86_400_000;

export const sloOf = (id: string, more: Partial<Slo> = {}): Slo =>
  exampleSlo(id, {
    labels: { tier: "1" },
    indicator: {
      kind: "events",
      total: { metric: "http.server.request.duration", where: [] },
      count: "bad",
      when: [{ kind: "exists", key: "error.type", exists: true }],
    },
    groupLimit: 1000,
    source: { file: "rules/shop.yaml", line: 7, format: "slowburn" },
    ...more,
  });

export const streamOf = (index: number, slo: Slo, group: readonly string[] = []): StreamView => ({
  index: streamIndex(index),
  slo,
  group,
  key: group.length === 0 ? slo.id : `${slo.id}{${slo.per[0]}="${group[0]}"}`,
});

/** A reading of `bad` among `total`; without events every ratio is absent. */
export const readingOf = (
  stream: StreamView,
  bad: number,
  total: number,
  more: Partial<StreamReading> = {},
): StreamReading => {
  const errorRatio = total > 0 ? bad / total : undefined;
  const burnRate = errorRatio === undefined ? undefined : errorRatio / 0.001;
  const remaining = burnRate === undefined ? undefined : 1 - burnRate;
  return {
    stream,
    atMs: NOW - 2000,
    good: total - bad,
    total,
    bad,
    sli: errorRatio === undefined ? undefined : 1 - errorRatio,
    budgetRemaining: remaining,
    budgetConsumed: burnRate,
    budgetProjected: remaining,
    calendar: undefined,
    exhaustionMs:
      remaining === undefined || burnRate === 0 ? undefined : Math.max(0, remaining * DAY),
    windows: [300_000, 3_600_000, 30 * DAY].map((windowMs) => ({
      window: rollingWindow(windowMs),
      windowMs,
      good: total - bad,
      total,
      errorRatio,
      burnRate,
      edgeMs: 10_000,
    })),
    goodBounds: undefined,
    excluded: undefined,
    newestPointMs: total > 0 ? NOW - 5000 : undefined,
    sinceMs: NOW - 2 * DAY,
    integrity: { kind: "complete" },
    ...more,
  };
};

const alertOf = (stream: StreamView, more: Partial<AlertView> = {}): AlertView => ({
  streamKey: stream.key,
  sloId: stream.slo.id,
  group: stream.group,
  severity: "page",
  state: "firing",
  activeAt: NOW - 60_000,
  firedAt: NOW - 50_000,
  tier: "1h/5m",
  inhibited: false,
  notified: true,
  labels: { alertname: "SlowburnErrorBudgetBurn", slo: stream.slo.id },
  annotations: { summary: "burns" },
  generatorURL: "http://127.0.0.1:4319/",
  fingerprint: "00000000deadbeef",
  tiers: [],
  ...more,
});

export interface World {
  readonly sources: ApiSources;
  readonly failures: unknown[];
}

/** A server with one stream, that of the reading. */
function sourcesOf(reading: StreamReading): ApiSources {
  const { stream } = reading;
  const { sources } = world();
  const engine = {
    ...sources.engine,
    slos: [stream.slo],
    streamsOf: () => [stream],
    read: () => reading,
  };
  return { ...sources, engine, alerts: () => [] };
}

/** One SLO made of three, of which one has no events. */
export function compositeSources(): ApiSources {
  const members = ["a", "b", "c"].map((name, index) => ({
    sloId: `checkout/${name}`,
    weight: 3 - index,
  }));
  const slo = sloOf("shop/journey", {
    indicator: { kind: "composite", rule: "weighted", members },
  });
  const stream = streamOf(0, slo);
  const counts = [
    { good: 990, total: 1000, errorRatio: 0.01 },
    { good: 9, total: 10, errorRatio: 0.1 },
    { good: 0, total: 0, errorRatio: undefined },
  ];
  const reading = readingOf(stream, 46, 1010, {
    members: members.map((member, index) => ({
      ...member,
      windows: [300_000, 3_600_000, 30 * DAY].map((windowMs) => ({ windowMs, ...counts[index]! })),
    })),
  });
  return sourcesOf(reading);
}

/** One SLO of a calendar month, ten days in: overspent so far, not by what the month allows. */
export function calendarSources(): ApiSources {
  const slo = sloOf("deploy/pipelines", { window: calendarWindow("month", "Europe/Berlin") });
  const stream = streamOf(0, slo);
  const reading = readingOf(stream, 15, 10_000, {
    budgetProjected: 0.5,
    calendar: {
      startMs: NOW - 10 * DAY,
      endMs: NOW + 20 * DAY,
      elapsedMs: 10 * DAY,
      remainingMs: 20 * DAY,
      expectedTotal: 30_000,
    },
  });
  return sourcesOf(reading);
}

export function world(more: Partial<ApiSources> = {}): World {
  const availability = sloOf("checkout/availability", { owner: "shop-team" });
  const latency = sloOf("checkout/latency", { per: ["http.route"], labels: { tier: "2" } });
  const silent = sloOf("search/availability");
  const slos = [silent, latency, availability];
  const readings = [
    readingOf(streamOf(0, availability), 1, 10_000),
    readingOf(streamOf(1, latency, ["/cart"]), 0, 50),
    readingOf(streamOf(2, latency, ["/pay"]), 3, 100, {
      goodBounds: [95, 99],
      integrity: { kind: "partial", reasons: ["restart gap"] },
    }),
    readingOf(streamOf(3, latency, ["/quiet"]), 0, 0),
  ];
  const failures: unknown[] = [];
  const sources: ApiSources = {
    engine: {
      slos,
      tickedAtMs: NOW - 2000,
      streamsOf: (id) =>
        readings.filter((reading) => reading.stream.slo.id === id).map((reading) => reading.stream),
      read: (index) => readings[index]!,
      notesOf: (id) => (id === latency.id ? ["bounds changed"] : []),
    },
    inexactCuts: (streams) =>
      streams.has(2) ? [{ threshold: 0.3, lower: 0.25, upper: undefined }] : [],
    alerts: () => [
      alertOf(readings[2]!.stream),
      alertOf(readings[2]!.stream, {
        severity: "ticket",
        tier: "1d/2h",
        inhibited: true,
        notified: false,
      }),
      alertOf(readings[0]!.stream, {
        severity: "ticket",
        state: "pending",
        firedAt: undefined as never,
      }),
    ],
    metrics: () => Promise.resolve({ metrics: [], unseen: new Map([["a", undefined]]) }),
    plan: () => Promise.resolve({ problems: [], plan: undefined }),
    rules: () => ({
      files: [
        {
          file: "rules/shop.yaml",
          state: "loaded",
          problems: [],
          sloCount: 3,
          loadedAt: NOW - DAY,
        },
        {
          file: "rules/bad.yaml",
          state: "rejected",
          problems: [
            {
              code: "objective-range",
              severity: "error",
              message: "no",
              path: "slos.a.objective",
              line: 3,
            },
          ],
          sloCount: 0,
          loadedAt: NOW,
        },
      ],
      problems: [
        { code: "objective-range", severity: "error", message: "no", path: "slos.a.objective" },
      ],
    }),
    status: () => ({
      startedAt: NOW - DAY,
      listeners: [{ name: "OTLP/HTTP", url: "http://127.0.0.1:4318" }],
      dataDirectory: "/var/lib/slowburn",
      durability: "ack",
      storage: { databaseBytes: 4096, walBytes: 0, journalEntries: 12, snapshotSeq: 3 },
      requests: [{ transport: "http", encoding: "protobuf", outcome: "ok", count: 9 }],
      points: { accepted: 90, rejected: 1, unused: 4 },
      rejections: { "time-unset": 1, "value-missing": 0 },
      diagnostics: { duplicate: 7, conflict: 0 },
      journal: { entries: 11, entryBytes: 2048, failedEntries: 1 },
      archive: {
        sizeBytes: 700_000,
        heldSinceMs: NOW - DAY,
        droppedBeforeMs: 0,
        rebuilding: { ids: ["shop/orders"], ratio: 0.5 },
      },
      seriesCount: 6,
      streamCount: 4,
      increments: { tooOld: 0, late: 1, spread: 2, promoted: 0, unknownStream: 0 },
      receivers: [
        {
          receiver: "alertmanager",
          kind: "alertmanager",
          url: "http://127.0.0.1:9093",
          sent: 2,
          failed: 1,
          deadLettered: 3,
          queueLength: 0,
          oldestAt: undefined,
          lastError: undefined,
          failingSince: undefined,
          lastSentAt: NOW - 4000,
        },
      ],
    }),
    readiness: () => ({ kind: "ready" }),
    scrape: ({ accept }) => ({
      headers: { "content-type": accept === "om" ? "application/openmetrics-text" : "text/plain" },
      body: Readable.from(["a 1\n", "b 2\n"], { objectMode: false }),
    }),
    dashboards: () => [{ uid: "fleet", fileName: "slowburn-fleet.json", json: { title: "Fleet" } }],
    ruleSchema: () => ({ $schema: "https://json-schema.org/draft/2020-12/schema", title: "rules" }),
    nearestName: (_word, names) => [...names].sort()[0],
    version: "1.2.3",
    now: () => NOW,
    onFailed: (error) => failures.push(error),
    ...more,
  };
  return { sources, failures };
}
