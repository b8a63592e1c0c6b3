/** slowburn's own metrics: sent to its own receiver like anybody's, and shown in `/metrics`. */
import { randomUUID } from "node:crypto";
import type { Dispatcher, TargetStats } from "../alerts/index.ts";
import type { SlowburnConfig } from "../config/index.ts";
import type { EngineCounters } from "../engine/index.ts";
import type { RuleSet } from "../rules/index.ts";
import type { Store } from "../storage/index.ts";
import {
  startTelemetry,
  type ArchiveState,
  type EventLog,
  type ReceiverState,
  type Recorder,
  type Telemetry,
} from "../telemetry/index.ts";
import type { Counting } from "./counting.ts";
import { evidenceOf } from "./evidence.ts";
import type { RuleReloader } from "./rule-reloader.ts";

export interface SelfTelemetryParts {
  readonly counting: Counting;
  readonly dispatcher: Dispatcher;
  readonly recorder: Recorder;
  readonly rules: RuleReloader;
  readonly store: Store;
  readonly log: EventLog;
  readonly version: string;
  /** An OTLP/HTTP receiver of this process. */
  readonly receiverUrl: string;
  /** Wall clock, ms. */
  readonly now: () => number;
}

export function startSelfTelemetry(config: SlowburnConfig, parts: SelfTelemetryParts): Telemetry {
  const { counting, dispatcher, recorder, rules, store, log, version, now, receiverUrl } = parts;
  const { engine, core } = counting;
  return startTelemetry(
    recorder,
    {
      points: () => evidenceOf(counting).points,
      rejections: () => evidenceOf(counting).rejections,
      diagnostics: () => evidenceOf(counting).diagnostics,
      increments: () => incrementsOf(engine.counters),
      journal: () => evidenceOf(counting).journal,
      streams: () => engine.allStreams().length,
      series: () => core.series.identity.series.count,
      journalBytes: async () => {
        const { databaseBytes, walBytes } = await store.stats();
        return databaseBytes + walBytes;
      },
      archive: () => archiveState(core, now()),
      receivers: () => dispatcher.stats().map((stats) => receiverState(stats, now())),
      ruleProblems: () => countProblems(rules.current),
    },
    {
      version,
      instanceId: randomUUID(),
      receiverUrl: config.selfTelemetry ? receiverUrl : undefined,
      headers: headersOf(config),
      intervalMs: config.bucketMs,
      onFailed: (error) => log.warn("telemetry.failed", { error }),
      onRecovered: () => log.info("telemetry.recovered"),
    },
  );
}

function archiveState(core: Counting["core"], nowMs: number): ArchiveState | undefined {
  const stats = core.archiveStats;
  if (stats === undefined) return undefined;
  const { sizeBytes, droppedBytes, heldSinceMs = nowMs } = stats;
  const reachMs = Math.max(0, nowMs - heldSinceMs);
  return { sizeBytes, droppedBytes, reachMs, rebuilt: core.rebuild?.ratio ?? 1 };
}

const incrementsOf = ({ tooOld, late, spread, unknownStream }: EngineCounters) => ({
  late,
  spread,
  too_old: tooOld,
  unknown_stream: unknownStream,
});

const headersOf = ({ tokens }: SlowburnConfig): Readonly<Record<string, string>> =>
  tokens.ingest === undefined ? {} : { authorization: `Bearer ${tokens.ingest.reveal()}` };

function receiverState(stats: TargetStats, nowMs: number): ReceiverState {
  const { receiver, url, sent, deadLettered, failed, queueLength, failingSince } = stats;
  const outageMs = Math.max(0, nowMs - (failingSince ?? nowMs));
  return {
    receiver,
    url,
    sent,
    givenUp: deadLettered,
    failures: failed,
    waiting: queueLength,
    outageMs,
  };
}

function countProblems({ problems }: RuleSet): { errors: number; warnings: number } {
  const errors = problems.filter(({ severity }) => severity === "error").length;
  return { errors, warnings: problems.length - errors };
}
