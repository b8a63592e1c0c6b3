/** What the API answers from. Narrow on purpose: tests fake it in a few lines, and the room knows no other room's insides. */
import type { AlertView } from "../alerts/index.ts";
import type { EngineCounters, EngineView } from "../engine/index.ts";
import type { ScrapeAnswer, ScrapeRequest } from "../export/index.ts";
import type { EditPlan } from "../plan/index.ts";
import type { InexactCut } from "../series/index.ts";
import type { RunningFacts } from "../rules/index.ts";
import type { Problem } from "../slo/index.ts";
import type { StoreStats } from "../storage/index.ts";
import type { JournalCounts, PointCounts, RequestCount } from "../telemetry/index.ts";
import type { PlanRequest } from "./plan-answer.ts";

/** `Engine` satisfies it. */
export type EngineSource = Pick<
  EngineView,
  "slos" | "tickedAtMs" | "streamsOf" | "read" | "notesOf"
>;

export type Readiness =
  | { readonly kind: "ready" }
  /** `failing`: it runs, and can take no data. */
  | {
      readonly kind: "starting" | "recovering" | "failing" | "stopping";
      readonly reason: string;
    };

/** `RuleSet` of the rules room satisfies it. */
export interface RulesSample {
  readonly files: readonly {
    readonly file: string;
    readonly state: "loaded" | "kept-last-good" | "rejected";
    readonly problems: readonly Problem[];
    readonly sloCount: number;
    readonly loadedAt: number;
  }[];
  readonly problems: readonly Problem[];
}

/** One destination of notifications; `TargetStats` of the alerts room satisfies it. */
export interface ReceiverSample {
  readonly receiver: string;
  readonly kind: "alertmanager" | "webhook";
  /** Without query and credentials. */
  readonly url: string;
  readonly sent: number;
  readonly failed: number;
  /** Notifications that it will never get. */
  readonly deadLettered: number;
  readonly queueLength: number;
  /** Of what waits longest, ms since the epoch. */
  readonly oldestAt: number | undefined;
  readonly lastError: string | undefined;
  /** ms since the epoch; `undefined` while it takes notifications, or got none yet. */
  readonly failingSince: number | undefined;
  readonly lastSentAt: number | undefined;
}

/** `Archive.stats`, and what is being rebuilt of it. */
export interface ArchiveSample {
  readonly sizeBytes: number;
  readonly heldSinceMs: number | undefined;
  readonly droppedBeforeMs: number;
  /** `ratio` is of the work done, 0 to 1. */
  readonly rebuilding: { readonly ids: readonly string[]; readonly ratio: number } | null;
}

export interface StatusSample {
  /** ms since the epoch. */
  readonly startedAt: number;
  readonly listeners: readonly { readonly name: string; readonly url: string }[];
  readonly dataDirectory: string;
  readonly durability: "ack" | "interval";
  /** `undefined` when the disk does not tell. */
  readonly storage: StoreStats | undefined;
  /** `undefined` when nothing is archived. */
  readonly archive: ArchiveSample | undefined;
  readonly requests: readonly RequestCount[];
  readonly points: PointCounts;
  /** Rejected points by reason. */
  readonly rejections: Readonly<Record<string, number>>;
  /** What points showed about their senders. */
  readonly diagnostics: Readonly<Record<string, number>>;
  readonly journal: JournalCounts;
  readonly seriesCount: number;
  readonly streamCount: number;
  readonly increments: EngineCounters;
  readonly receivers: readonly ReceiverSample[];
}

/** `DashboardFile` of the export room satisfies it. */
export interface DashboardSample {
  readonly uid: string;
  /** `slowburn-fleet.json` */
  readonly fileName: string;
  readonly json: object;
}

/** `metricFacts` of the plan room gives it. */
export type MetricsSample = Omit<RunningFacts, "rates">;

export interface PlanSample {
  /** Of the files; with an error among them nothing is planned. */
  readonly problems: readonly Problem[];
  readonly plan: EditPlan | undefined;
}

export interface ApiSources {
  readonly engine: EngineSource;
  /** Thresholds of the streams that lie inside a histogram bucket, in the metric's unit. */
  readonly inexactCuts: (streams: ReadonlySet<number>) => readonly InexactCut[];
  /** Pending, firing and lately resolved ones. */
  readonly alerts: () => readonly AlertView[];
  readonly rules: () => RulesSample;
  /** What rule files would do if they were put in force. Rejects with `OperationError` when it can not be told now. */
  readonly plan: (request: PlanRequest) => Promise<PlanSample>;
  /** What is known of metrics, by the names that rules call them. Rejects as `plan` does. */
  readonly metrics: (names: readonly string[]) => Promise<MetricsSample>;
  readonly status: () => StatusSample | Promise<StatusSample>;
  readonly readiness: () => Readiness;
  readonly scrape: (request: ScrapeRequest) => ScrapeAnswer;
  readonly dashboards: () => readonly DashboardSample[];
  /** JSON Schema of the native rule format. */
  readonly ruleSchema: () => object;
  /** The name a mistyped one was probably meant to be. */
  readonly nearestName: (word: string, names: readonly string[]) => string | undefined;
  readonly version: string;
  /** Wall clock, ms. */
  readonly now: () => number;
  /** A request failed by our fault; it was answered with 500. */
  readonly onFailed: (error: unknown, path: string) => void;
}
