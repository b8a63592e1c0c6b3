/** What the API and `/metrics` read, taken from the running parts. */
import type { Dispatcher } from "../alerts/index.ts";
import type { ApiSources, Readiness, StatusSample } from "../api/index.ts";
import type { SlowburnConfig } from "../config/index.ts";
import { dashboards, Exposition, processMetrics, scrape } from "../export/index.ts";
import { nearestName, ruleSchema } from "../rules/index.ts";
import type { Store } from "../storage/index.ts";
import type { Recorder, Telemetry } from "../telemetry/index.ts";
import type { Counting } from "./counting.ts";
import { evidenceOf } from "./evidence.ts";
import type { Listener } from "./otlp-listeners.ts";
import { rulePlanner } from "./rule-planner.ts";
import type { RuleReloader } from "./rule-reloader.ts";
import type { ServerPorts } from "./start-server.ts";

export interface RunningParts {
  readonly config: SlowburnConfig;
  readonly ports: ServerPorts;
  readonly counting: Counting;
  readonly dispatcher: Dispatcher;
  readonly recorder: Recorder;
  readonly rules: RuleReloader;
  readonly store: Store;
  readonly telemetry: Telemetry;
  readonly listeners: readonly Listener[];
  readonly readiness: () => Readiness;
}

export function apiSources(parts: RunningParts): ApiSources {
  const { config, counting, rules, ports, telemetry } = parts;
  const { engine, alerts } = counting;
  const { log, version, now } = ports;
  const exposition = new Exposition({
    engine,
    slos: () => engine.slos,
    alerts: () =>
      alerts.current().map(({ streamKey, severity, state }) => ({
        streamKey,
        severity,
        state: state === "resolved" ? "inactive" : state,
      })),
    ruleFiles: () =>
      rules.current.files.map(({ file, state }) => ({ file, loaded: state === "loaded" })),
    version,
    more: [processMetrics(), (format) => telemetry.metrics(format)],
    onMoreFailed: (error) => log.warn("metrics.failed", { error }),
  });
  const boards = dashboards();
  const planner = rulePlanner(config, counting, now);
  const startedAt = now();
  return {
    engine,
    inexactCuts: (streams) => counting.core.series.bindings.inexactCuts(streams),
    alerts: () => alerts.current(),
    rules: () => rules.current,
    plan: planner.plan,
    metrics: planner.facts,
    status: () => statusOf(parts, startedAt),
    readiness: parts.readiness,
    scrape: (request) => scrape(exposition, request),
    dashboards: () => boards,
    ruleSchema,
    nearestName,
    version,
    now,
    onFailed: (error, path) => log.error("api.failed", { error, path }),
  };

  async function statusOf(running: RunningParts, since: number): Promise<StatusSample> {
    const { recorder, dispatcher, store, listeners } = running;
    return {
      startedAt: since,
      listeners,
      dataDirectory: config.dataDirectory,
      durability: config.durability,
      storage: await store.stats().catch(() => undefined), // a disk that does not tell is no reason to say nothing
      archive: archiveSample(counting),
      requests: recorder.requests,
      ...evidenceOf(counting),
      seriesCount: counting.core.series.identity.series.count,
      streamCount: engine.allStreams().length,
      increments: engine.counters,
      receivers: dispatcher.stats(),
    };
  }
}

function archiveSample({ core }: Counting): StatusSample["archive"] {
  const stats = core.archiveStats;
  return stats && { ...stats, rebuilding: core.rebuild ?? null };
}
