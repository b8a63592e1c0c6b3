/** What the process is and does, as JSON. No secrets: addresses come without credentials, the configuration is not shown. */
import type { AlertView } from "../alerts/index.ts";
import type { Problem } from "../slo/index.ts";
import { archiveAnswer, type ArchiveAnswer } from "./archive-answer.ts";
import { moment, momentOrNull } from "./moment.ts";
import type { ApiSources, ReceiverSample, StatusSample } from "./sources.ts";

export interface StatusAnswer {
  readonly version: string;
  readonly node: string;
  readonly state: "ready" | "starting" | "recovering" | "failing" | "stopping";
  readonly reason: string | null;
  readonly startedAt: string;
  readonly uptimeSeconds: number;
  readonly tickedAt: string | null;
  readonly listeners: readonly { readonly name: string; readonly url: string }[];
  readonly data: {
    readonly directory: string;
    readonly durability: "ack" | "interval";
    readonly databaseBytes: number | null;
    readonly walBytes: number | null;
    readonly journalEntries: number | null;
    readonly snapshotSeq: number | null;
  };
  /** null when nothing is archived. */
  readonly archive: ArchiveAnswer | null;
  readonly ingest: {
    readonly requests: readonly {
      readonly transport: "http" | "grpc";
      readonly encoding: "protobuf" | "json";
      readonly outcome: "ok" | "partial" | "client_error" | "unavailable";
      readonly count: number;
    }[];
    readonly points: {
      readonly accepted: number;
      readonly rejected: number;
      readonly unused: number;
    };
    /** Rejected points by reason, where there were any. */
    readonly rejections: Readonly<Record<string, number>>;
    /** Points that showed something about their sender, where there were any. */
    readonly diagnostics: Readonly<Record<string, number>>;
    readonly journal: {
      readonly entries: number;
      readonly bytes: number;
      readonly failedEntries: number;
    };
    readonly increments: {
      readonly tooOld: number;
      readonly late: number;
      readonly spread: number;
      readonly unknownStream: number;
    };
  };
  readonly seriesCount: number;
  readonly streamCount: number;
  readonly sloCount: number;
  readonly rules: { readonly files: number; readonly errors: number; readonly warnings: number };
  readonly alerts: { readonly pending: number; readonly firing: number };
  readonly receivers: readonly ReceiverAnswer[];
}

/** One destination of alerts; counts are since the start. */
export interface ReceiverAnswer {
  readonly receiver: string;
  readonly kind: "alertmanager" | "webhook";
  readonly url: string;
  /** Notifications that were taken. */
  readonly sent: number;
  /** Requests that failed and were tried again. */
  readonly failed: number;
  /** Notifications that it will never get. */
  readonly givenUp: number;
  /** Notifications that wait. */
  readonly queueLength: number;
  /** When what waits longest began to wait. */
  readonly oldestAt: string | null;
  readonly lastSentAt: string | null;
  readonly lastError: string | null;
  /** Since when requests fail; null while they are taken, or none was sent. */
  readonly failingSince: string | null;
}

export function statusAnswer(sources: ApiSources, sample: StatusSample): StatusAnswer {
  const readiness = sources.readiness();
  const rules = sources.rules();
  const alerts = sources.alerts();
  const { tooOld, late, spread, unknownStream } = sample.increments;
  const { storage, journal } = sample;
  return {
    version: sources.version,
    node: process.version,
    state: readiness.kind,
    reason: readiness.kind === "ready" ? null : readiness.reason,
    startedAt: moment(sample.startedAt),
    uptimeSeconds: Math.max(0, sources.now() - sample.startedAt) / 1000,
    tickedAt: momentOrNull(sources.engine.tickedAtMs),
    listeners: sample.listeners,
    data: {
      directory: sample.dataDirectory,
      durability: sample.durability,
      databaseBytes: storage?.databaseBytes ?? null,
      walBytes: storage?.walBytes ?? null,
      journalEntries: storage?.journalEntries ?? null,
      snapshotSeq: storage?.snapshotSeq ?? null,
    },
    archive: sample.archive === undefined ? null : archiveAnswer(sample.archive),
    ingest: {
      requests: sample.requests,
      points: sample.points,
      rejections: occurred(sample.rejections),
      diagnostics: occurred(sample.diagnostics),
      journal: {
        entries: journal.entries,
        bytes: journal.entryBytes,
        failedEntries: journal.failedEntries,
      },
      increments: { tooOld, late, spread, unknownStream },
    },
    seriesCount: sample.seriesCount,
    streamCount: sample.streamCount,
    sloCount: sources.engine.slos.length,
    rules: { files: rules.files.length, ...countProblems(rules.problems) },
    alerts: { pending: countState(alerts, "pending"), firing: countState(alerts, "firing") },
    receivers: sample.receivers.map(receiverAnswer),
  };
}

function receiverAnswer(sample: ReceiverSample): ReceiverAnswer {
  const { receiver, kind, url, sent, failed, deadLettered, queueLength } = sample;
  return {
    receiver,
    kind,
    url,
    sent,
    failed,
    givenUp: deadLettered,
    queueLength,
    oldestAt: momentOrNull(sample.oldestAt),
    lastSentAt: momentOrNull(sample.lastSentAt),
    lastError: sample.lastError ?? null,
    failingSince: sample.failingSince === undefined ? null : moment(sample.failingSince),
  };
}

/** The counts that say something. */
const occurred = (counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));

function countProblems(problems: readonly Problem[]): { errors: number; warnings: number } {
  const errors = problems.filter((problem) => problem.severity === "error").length;
  return { errors, warnings: problems.length - errors };
}

const countState = (alerts: readonly AlertView[], state: AlertView["state"]): number =>
  alerts.filter((alert) => alert.state === state).length;
