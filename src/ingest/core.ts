/**
 * Everything that counts: series, engine, alerts and the rules in force, as one deterministic state. A journal entry is
 * the only thing that changes it besides ticks, so a restart, a test and a backtest are the same core fed differently.
 */
import type { AlertTransition } from "../alerts/index.ts";
import type { BindSeries, DoubtStream, RuleChange } from "../engine/index.ts";
import {
  RecordReader,
  SeriesSnapshots,
  SeriesState,
  type BookPorts,
  type MetricIdentity,
} from "../series/index.ts";
import type { Slo, SnapshotPart } from "../slo/index.ts";
import { ChunkKind, decodeEntry } from "./record.ts";
import { RuleUse } from "./rule-use.ts";

/** What the core asks of the engine. */
export interface CoreEngine extends BookPorts {
  readonly bind: BindSeries;
  readonly doubt: DoubtStream;
  setRules(slos: readonly Slo[], nowMs: number): RuleChange;
  /** SLOs of the metric are incomplete in (fromMs, toMs]. */
  markMetricPartial(metric: MetricIdentity, fromMs: number, toMs: number, reason: string): void;
  tick(nowMs: number): void;
  dirtyParts(): SnapshotPart[];
  restore(parts: ReadonlyMap<string, Uint8Array>, nowMs: number): void;
}

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
}

/** JSON of a rules chunk. */
interface RulesChunk {
  readonly slos: readonly Slo[];
}

const SERIES_LIMIT = "points of series beyond limits.series are not counted";
const RULE_USE_PART = "core/rule-use";
const ALERTS_PART = "alerts/state";

export class Core {
  readonly series: SeriesState;
  readonly #engine: CoreEngine;
  readonly #alerts: CoreAlerts;
  readonly #ruleUse = new RuleUse();
  readonly #snapshots: SeriesSnapshots;

  constructor({ engine, books = engine, alerts, seed, maxSeries }: CoreSettings) {
    this.#engine = engine;
    this.#alerts = alerts;
    this.series = new SeriesState({
      seed,
      maxSeries,
      bind: engine.bind,
      book: books.book,
      bookStraddle: books.bookStraddle,
      doubt: engine.doubt,
      usedSinceMs: (metric) => this.#ruleUse.usedSinceMs(metric),
      onSeriesLimit: (metric, timeMs) =>
        engine.markMetricPartial(metric, timeMs - 1, timeMs, SERIES_LIMIT),
    });
    this.#snapshots = new SeriesSnapshots(this.series);
  }

  /** Applies rows of a durable entry. Returns how many. */
  applyRows(rows: Uint8Array): number {
    return this.series.applyRows(new RecordReader(rows));
  }

  /** Puts other rules in force; what they share with the ones before keeps its counts. */
  applyRules(slos: readonly Slo[], nowMs: number): RuleChange {
    this.#ruleUse.update(slos, nowMs);
    const change = this.#engine.setRules(slos, nowMs);
    this.series.rebind(nowMs);
    return change;
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
    return [
      { name: RULE_USE_PART, bytes: encodeJson(this.#ruleUse) },
      ...this.#engine.dirtyParts(),
      ...this.#snapshots.dirtyParts(),
      { name: ALERTS_PART, bytes: this.#alerts.snapshot() },
    ];
  }

  restore(parts: ReadonlyMap<string, Uint8Array>, nowMs: number): void {
    const ruleUse = parts.get(RULE_USE_PART);
    if (ruleUse === undefined) return; // no snapshot yet
    this.#ruleUse.restore(parseJson(ruleUse));
    this.#engine.restore(parts, nowMs);
    this.#snapshots.restore(parts);
    const alerts = parts.get(ALERTS_PART);
    if (alerts !== undefined) this.#alerts.restore(alerts);
  }
}

export function encodeJson(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

/** Bytes that `encodeJson` wrote; the store has checked their checksum. */
function parseJson<T>(bytes: Uint8Array): T {
  return JSON.parse(Buffer.from(bytes).toString()) as T;
}
