/**
 * Log, then apply, then acknowledge. Requests that arrive together become one journal entry; when it is durable their rows
 * are applied and their senders are answered.
 *
 *   request → decode + resolve (rows) ─┐ open group ── 5 ms | 256 KiB | 64 requests ──> store.append ──> apply ──> 200
 *   request → decode + resolve (rows) ─┘
 */
import type { AlertTransition } from "../alerts/index.ts";
import type { RuleChange } from "../engine/index.ts";
import {
  MalformedRequest,
  MetricsDecoder,
  type ExportHandler,
  type ExportOutcome,
} from "../otlp/index.ts";
import { RecordWriter, type BirthMark } from "../series/index.ts";
import type { Slo } from "../slo/index.ts";
import type { OutboxChange } from "../storage/index.ts";
import { encodeJson, type Core } from "./core.ts";
import { EntryLog, IN_EFFECT, type EntryLogPorts } from "./entry-log.ts";
import { countPoints, newCounters, type IntakeCounters } from "./intake-counters.ts";
import { ChunkKind, encodeEntry, type Chunk } from "./record.ts";

export interface IntakeSettings {
  readonly maxGroupWaitMs: number;
  readonly maxGroupBytes: number;
  readonly maxGroupRequests: number;
  /** Journal bytes in flight beyond which senders are asked to wait. */
  readonly maxQueuedBytes: number;
}

const INTAKE_DEFAULTS: IntakeSettings = {
  maxGroupWaitMs: 5,
  maxGroupBytes: 256 * 1024,
  maxGroupRequests: 64,
  maxQueuedBytes: 64 * 1024 * 1024,
};

export interface IntakePorts extends EntryLogPorts {
  readonly core: Core;
  /** Wall clock, ms. */
  readonly now: () => number;
}

interface Waiter {
  readonly outcome: ExportOutcome;
  readonly answer: (outcome: ExportOutcome) => void;
}

const RETRY_AFTER_SECONDS = 1;

export class Intake {
  readonly counters: IntakeCounters = newCounters();
  readonly #ports: IntakePorts;
  readonly #settings: IntakeSettings;
  readonly #decoder = new MetricsDecoder();
  readonly #births = new RecordWriter();
  readonly #log: EntryLog;
  #waiters: Waiter[] = [];
  #openedAtMs = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Births up to here are in an entry that was handed to the store, and in one that is durable. */
  #queuedBirths: BirthMark;
  #durableBirths: BirthMark;
  #inFlight = new Set<Promise<void>>();
  #gate: Promise<void> | undefined;

  constructor(ports: IntakePorts, settings: IntakeSettings = INTAKE_DEFAULTS) {
    this.#ports = ports;
    this.#settings = settings;
    this.#log = new EntryLog(ports, this.counters);
    this.#queuedBirths = ports.core.series.identity.mark();
    this.#durableBirths = this.#queuedBirths;
  }

  /** Sequence number of the last entry whose effects are in memory; what a snapshot is taken as of. */
  get appliedSeq(): number {
    return this.#log.appliedSeq;
  }

  /** Whether the state in memory may differ from the journal's: then it must not become a snapshot. */
  get hasFailed(): boolean {
    return this.#log.hasFailed;
  }

  /** To be called after recovery, before the first request. */
  resumeFrom(seq: number): void {
    this.#log.resumeFrom(seq);
    this.#queuedBirths = this.#ports.core.series.identity.mark();
    this.#durableBirths = this.#queuedBirths;
  }

  /** Takes a request; see `ExportHandler`. */
  readonly handle: ExportHandler = async (request) => {
    while (this.#gate !== undefined) await this.#gate;
    if (this.#log.hasFailed) return unavailable("stopped after an internal error");
    const isBehind = this.#log.queuedBytes > this.#settings.maxQueuedBytes;
    if (isBehind) return unavailable("the disk is behind");
    return this.#take(request);
  };

  #take(request: Uint8Array): ExportOutcome | Promise<ExportOutcome> {
    const { resolver, rows, identity } = this.#ports.core.series;
    const nowMs = this.#ports.now();
    resolver.begin(nowMs);
    try {
      this.#decoder.decode(request, resolver);
    } catch (error) {
      resolver.rollback();
      if (!(error instanceof MalformedRequest)) throw error;
      return { kind: "malformed", error };
    }
    const outcome = countPoints(this.counters, resolver, this.#decoder.pointCount);
    // What was seen is journaled although nothing counts: a rule that comes to use such a series comes late to it, after a
    // restart too.
    if (resolver.takenPoints === 0 && !this.#hasBirths(identity.mark())) return outcome;
    if (this.#waiters.length === 0) this.#openGroup(nowMs);
    return new Promise((answer) => {
      this.#waiters.push({ outcome, answer });
      const isFull =
        this.#waiters.length >= this.#settings.maxGroupRequests ||
        rows.bytes.size >= this.#settings.maxGroupBytes;
      if (isFull) this.#closeGroup();
    });
  }

  #openGroup(nowMs: number): void {
    this.#openedAtMs = nowMs;
    this.#timer = setTimeout(() => this.#closeGroup(), this.#settings.maxGroupWaitMs);
  }

  /** Hands the open group to the store. */
  #closeGroup(): void {
    clearTimeout(this.#timer);
    if (this.#waiters.length === 0) return;
    const { rows } = this.#ports.core.series;
    const waiters = this.#waiters;
    this.#waiters = [];
    const rowBytes = rows.bytes.copy();
    rows.clear();
    const to = this.#ports.core.series.identity.mark();
    const births = this.#encodeBirths(to);
    const body = encodeEntry(this.#openedAtMs, [
      ...births,
      { kind: ChunkKind.rows, bytes: rowBytes },
    ]);
    this.#queuedBirths = to;
    this.#track(this.#commitGroup(body, rowBytes, waiters, to));
  }

  /** Whether anything was born up to `to` that no entry holds yet. */
  #hasBirths(to: BirthMark): boolean {
    const from = this.#queuedBirths;
    return (
      to.series !== from.series ||
      to.bounds !== from.bounds ||
      to.contexts !== from.contexts ||
      to.metrics !== from.metrics ||
      to.scopes !== from.scopes ||
      to.resources !== from.resources
    );
  }

  #encodeBirths(to: BirthMark): readonly Chunk[] {
    if (!this.#hasBirths(to)) return [];
    this.#births.size = 0;
    this.#ports.core.series.writeBirths(this.#births, this.#queuedBirths, to);
    return [{ kind: ChunkKind.births, bytes: this.#births.copy() }];
  }

  async #commitGroup(
    body: Uint8Array,
    rowBytes: Uint8Array,
    waiters: readonly Waiter[],
    births: BirthMark,
  ): Promise<void> {
    try {
      await this.#log.commit(body, () => {
        this.#durableBirths = births;
        this.#ports.core.applyRows(rowBytes);
      });
    } catch (error) {
      this.#queuedBirths = this.#durableBirths; // they go again with the next entry
      for (const { answer } of waiters) answer(unavailable(messageOf(error)));
      return;
    }
    for (const { outcome, answer } of waiters) answer(outcome);
  }

  #track(work: Promise<void>): void {
    this.#inFlight.add(work);
    void work.finally(() => this.#inFlight.delete(work));
  }

  /** Acknowledges nothing any more: the state in memory is not to be trusted. The first call decides. */
  fail(error: unknown): void {
    this.#log.fail(error);
  }

  /**
   * Journals what a tick did to the alerts, with the notifications that follow from it in one transaction. The evaluator has
   * applied the transitions already.
   */
  commitAlerts(
    transitions: readonly AlertTransition[],
    outbox: OutboxChange | undefined,
  ): Promise<void> {
    const chunks = [{ kind: ChunkKind.alerts, bytes: encodeJson(transitions) }];
    return this.#log.commit(encodeEntry(this.#ports.now(), chunks), IN_EFFECT, outbox);
  }

  /** Journals what became of notifications: their rows are the store's and the dispatcher's own. */
  commitOutbox(change: OutboxChange): Promise<void> {
    return this.#log.commit(encodeEntry(this.#ports.now(), []), IN_EFFECT, change);
  }

  /** Puts other rules in force between two entries; requests wait meanwhile. */
  async changeRules(slos: readonly Slo[]): Promise<RuleChange> {
    return this.#exclusively(async () => {
      const nowMs = this.#ports.now();
      const to = this.#ports.core.series.identity.mark();
      // Series that only malformed requests showed are known before the change: rules come late to them.
      const chunks = [
        ...this.#encodeBirths(to),
        { kind: ChunkKind.rules, bytes: encodeJson({ slos }) },
      ];
      return this.#log.commit(encodeEntry(nowMs, chunks), () => {
        this.#queuedBirths = this.#durableBirths = to;
        return this.#ports.core.applyRules(slos, nowMs);
      });
    });
  }

  /** Everything taken so far is durable and applied, or refused. */
  async flush(): Promise<void> {
    this.#closeGroup();
    await Promise.all(this.#inFlight);
  }

  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    while (this.#gate !== undefined) await this.#gate;
    let open = (): void => undefined;
    this.#gate = new Promise((resolve) => (open = resolve));
    try {
      await this.flush();
      return await work();
    } finally {
      this.#gate = undefined;
      open();
    }
  }
}

function unavailable(message: string): ExportOutcome {
  return { kind: "unavailable", message, retryAfterSeconds: RETRY_AFTER_SECONDS };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
