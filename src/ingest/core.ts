/**
 * Everything that counts: series, engine, alerts and the rules in force, as one deterministic state. A journal entry is
 * the only thing that changes it besides ticks, so a restart, a test and a backtest are the same core fed differently.
 */
import type { AlertTransition } from "../alerts/index.ts";
import {
  Archive,
  isArchivePart,
  type ArchiveSettings,
  type ArchiveStats,
} from "../archive/index.ts";
import type { RuleChange } from "../engine/index.ts";
import { RecordReader, SeriesSnapshots, SeriesState, type BookPorts } from "../series/index.ts";
import {
  isComposite,
  isPending,
  millis,
  type Millis,
  type Slo,
  type SnapshotPart,
} from "../slo/index.ts";
import type { CoreEngine } from "./core-engine.ts";
import { bookedFromMs, leftOutBySlo, markLeftOut } from "./left-out.ts";
import { MeasureUse } from "./measure-use.ts";
import { Rebuild, type RebuildProgress } from "./rebuild.ts";
import { ChunkKind, decodeEntry } from "./record.ts";
import { RuleUse } from "./rule-use.ts";
import { TrialRebuild } from "./trial-rebuild.ts";
import { markUnheld, unheldBySlo } from "./unheld.ts";

/** What the core asks of the alerts. */
export interface CoreAlerts {
  applyTransition(transition: AlertTransition): void;
  snapshot(): Uint8Array;
  restore(bytes: Uint8Array): void;
}

export interface CoreSettings {
  readonly engine: CoreEngine;
  /** Where increments go on their way to the engine; without it, to the engine. */
  readonly books?: BookPorts;
  readonly alerts: CoreAlerts;
  /** Random per process. */
  readonly seed: number;
  readonly maxSeries: number;
  /** Increments are kept for SLOs to come; not without it. */
  readonly archive?: ArchiveSettings | undefined;
}

/** JSON of a rules chunk. */
interface RulesChunk {
  readonly slos: readonly Slo[];
}

const SERIES_LIMIT = "points of series beyond limits.series are not counted";
/** What was archived for less than this is not worth a rebuild for an SLO that is new; one that is changed loses nothing. */
const LEAST_HELD_MS = 120_000;
const MEASURE_USE_PART = "core/measure-use";
const RULE_USE_PART = "core/rule-use";
const ALERTS_PART = "alerts/state";

export class Core {
  readonly series: SeriesState;
  readonly #engine: CoreEngine;
  readonly #alerts: CoreAlerts;
  readonly #ruleUse = new RuleUse();
  readonly #snapshots: SeriesSnapshots;
  readonly #measureUse = new MeasureUse();
  /** One for good: when none is left at a collection, V8 forgets its shape and all that it compiled for it. */
  readonly #rows = new RecordReader(new Uint8Array());
  readonly #archive: Archive | undefined;
  /** Parts of an archive that is no longer kept: continued later, it would claim what came meanwhile. */
  #leftBehind: readonly string[] = [];
  #rebuild: Rebuild | undefined;

  constructor({ engine, books = engine, alerts, seed, maxSeries, archive }: CoreSettings) {
    this.#archive = archive && new Archive(archive);
    this.#engine = engine;
    this.#alerts = alerts;
    this.series = new SeriesState({
      seed,
      maxSeries,
      bind: engine.bind,
      book: books.book,
      bookStraddle: books.bookStraddle,
      doubt: engine.doubt,
      archive: this.#archive,
      usedSinceMs: (metric) => this.#ruleUse.usedSinceMs(metric),
      onSeriesLimit: (metric, timeMs) =>
        engine.markMetricPartial(metric, timeMs - 1, timeMs, SERIES_LIMIT),
    });
    this.#snapshots = new SeriesSnapshots(this.series);
  }

  /** Applies rows of a durable entry. Returns how many. */
  applyRows(rows: Uint8Array): number {
    this.#rows.open(rows);
    return this.series.applyRows(this.#rows);
  }

  /**
   * Puts other rules in force; what they share with the ones before keeps its counts. Those that are pending begin to be
   * rebuilt, or begin again; what was rebuilt and is not pending any more is taken as it is, finished at once where it is not.
   */
  applyRules(slos: readonly Slo[], nowMs: number): RuleChange {
    const taken = this.#rebuild?.takenBy(slos) ?? [];
    if (taken.length > 0) while (this.stepRebuild());
    const unheld = taken.length === 0 ? undefined : unheldBySlo(this.#engine, this.series);
    const leftOut = this.#leftOut();
    this.#archive?.begin(nowMs);
    this.#ruleUse.update(slos, nowMs);
    this.#measureUse.update(slos, nowMs);
    const change = this.#engine.setRules(slos, nowMs);
    this.series.rebind(nowMs);
    if (unheld !== undefined) markUnheld(this.#engine, taken, unheld, nowMs);
    markLeftOut(this.#engine, taken, leftOut);
    this.#beginRebuild(slos, nowMs);
    return change;
  }

  #beginRebuild(slos: readonly Slo[], nowMs: number): void {
    const pending = slos.filter(isPending);
    this.#rebuild = undefined;
    if (pending.length === 0) return;
    const frozen = this.#archive?.freeze();
    const streams = bookedFromMs(this.#engine, this.#isWhole);
    const rebooking = frozen && this.series.rebook(frozen, streams, nowMs);
    this.#rebuild = new Rebuild(pending, rebooking);
  }

  /** Some milliseconds of the rebuild that is under way, if one is; false when there is none or it is done. */
  stepRebuild(): boolean {
    const rebuild = this.#rebuild;
    if (rebuild === undefined || rebuild.isDone) return false;
    this.#engine.bookPast(() => rebuild.step());
    return true;
  }

  get rebuild(): RebuildProgress | undefined {
    return this.#rebuild?.progress;
  }

  #leftOut(): ReadonlyMap<string, number> {
    const byStream = this.#rebuild?.leftOutFromMs ?? new Map<number, number>();
    return leftOutBySlo(this.#engine, byStream, this.#countedIds());
  }

  #countedIds(): ReadonlySet<string> {
    return new Set(this.#engine.countedSlos.map(({ id }) => id));
  }

  /** Whether all that is archived of the SLO came while all that it measures was archived. */
  readonly #isWhole = (slo: Slo): boolean => {
    const firstMs = this.#measureUse.firstUsedMs(slo.indicator, this.#knownMetrics());
    return firstMs !== undefined && (this.archiveStats?.droppedBeforeMs ?? Infinity) <= firstMs;
  };

  #knownMetrics() {
    const { identity } = this.series;
    return { count: identity.metrics.count, metric: (id: number) => identity.metric(id) };
  }

  /** What a rebuild of `pending` would come to, on `engine`, which has no SLOs yet; `undefined` without an archive. */
  tryRebuild(engine: CoreEngine, pending: readonly Slo[], nowMs: number): TrialRebuild | undefined {
    const archive = this.#archive?.freeze();
    const isWhole = this.#isWhole;
    const countedIds = this.#countedIds();
    const { series } = this;
    const parts = { engine, series, pending, nowMs, isWhole, countedIds };
    return archive && new TrialRebuild({ ...parts, archive });
  }

  /** From when on the archive holds all that the SLO is counted from; `undefined` when it does not. */
  heldSince(slo: Slo, nowMs: number): Millis | undefined {
    const archivedMs = this.#archive?.heldSinceMs;
    // Cells are wider than slices: what a slice of them came to cannot be told.
    if (archivedMs === undefined || slo.budgeting.kind !== "occurrences") return undefined;
    if (isComposite(slo)) return undefined; // it has the history that its members have
    const usedMs = this.#measureUse.heldSinceMs(slo.indicator, this.#knownMetrics());
    if (usedMs === undefined) return undefined;
    const sinceMs = Math.max(usedMs, archivedMs);
    const isNew = () => !this.#engine.countedSlos.some(({ id }) => id === slo.id);
    return nowMs - sinceMs < LEAST_HELD_MS && isNew() ? undefined : millis(sinceMs);
  }

  get archiveStats(): ArchiveStats | undefined {
    return this.#archive?.stats;
  }

  /**
   * To be called now and then: the archive makes old time coarser and drops what is too old or too much, some milliseconds of
   * work; true when there is more to do.
   */
  maintain(nowMs: number): boolean {
    return this.#archive?.maintain(nowMs) ?? false;
  }

  /** Replays one journal entry. Throws `InvariantError` when it is not what this version writes. */
  recover(body: Uint8Array): void {
    const { atMs, chunks } = decodeEntry(body);
    this.#engine.tick(atMs);
    for (const { kind, bytes } of chunks) {
      switch (kind) {
        case ChunkKind.rules:
          this.applyRules(parseJson<RulesChunk>(bytes).slos, atMs);
          break;
        case ChunkKind.births:
          this.series.readBirths(new RecordReader(bytes));
          break;
        case ChunkKind.rows:
          this.applyRows(bytes);
          break;
        case ChunkKind.alerts:
          for (const transition of parseJson<readonly AlertTransition[]>(bytes)) {
            this.#alerts.applyTransition(transition);
          }
          break;
      }
    }
  }

  /** Copies of the parts that changed since the last call. */
  dirtyParts(): SnapshotPart[] {
    const removed = this.#leftBehind.map((name) => ({ name, bytes: undefined }));
    this.#leftBehind = [];
    return [
      ...removed,
      { name: RULE_USE_PART, bytes: encodeJson(this.#ruleUse) },
      { name: MEASURE_USE_PART, bytes: encodeJson(this.#measureUse) },
      ...this.#engine.dirtyParts(),
      ...this.#snapshots.dirtyParts(),
      ...(this.series.archiving?.columns.dirtyParts() ?? []),
      ...(this.#archive?.dirtyParts() ?? []),
      { name: ALERTS_PART, bytes: this.#alerts.snapshot() },
    ];
  }

  restore(parts: ReadonlyMap<string, Uint8Array>, nowMs: number): void {
    const ruleUse = parts.get(RULE_USE_PART);
    if (ruleUse === undefined) return; // no snapshot yet
    this.#ruleUse.restore(parseJson(ruleUse));
    this.#engine.restore(parts, nowMs);
    this.#engine.clearPending();
    this.series.archiving?.columns.restore(parts);
    this.#snapshots.restore(parts);
    this.#restoreArchive(parts, nowMs);
    const alerts = parts.get(ALERTS_PART);
    if (alerts !== undefined) this.#alerts.restore(alerts);
  }

  /** What is pending begins again: what it had counted is left behind, and all of it is in the archive. */
  #restoreArchive(parts: ReadonlyMap<string, Uint8Array>, nowMs: number): void {
    const measureUse = parts.get(MEASURE_USE_PART);
    const isArchived = this.#archive?.restore(parts) ?? false;
    if (this.#archive === undefined) this.#leftBehind = [...parts.keys()].filter(isArchivePart);
    if (measureUse !== undefined && isArchived) this.#measureUse.restore(parseJson(measureUse));
    else {
      this.#archive?.begin(nowMs);
      this.#measureUse.update(this.#engine.countedSlos, nowMs); // a version that archived nothing wrote it
    }
    this.#beginRebuild(this.#engine.countedSlos, this.#engine.tickedAtMs);
  }
}

export function encodeJson(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

/** Bytes that `encodeJson` wrote; the store has checked their checksum. */
function parseJson<T>(bytes: Uint8Array): T {
  return JSON.parse(Buffer.from(bytes).toString()) as T;
}
