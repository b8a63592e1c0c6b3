/**
 * The seam between the engine and what survives a crash. One machine has SQLite behind it; a Kafka partition is to be
 * a second implementation (DESIGN section 6).
 */
import type { SnapshotPart } from "../slo/index.ts";

export type { SnapshotPart } from "../slo/index.ts";

/** A notification that waits for delivery. Several of one `orderKey` go out in order of `id`. */
export interface OutboxRow {
  readonly id: number;
  /** Alerts of one key never overtake one another. */
  readonly orderKey: string;
  /** Name of the configured receiver. */
  readonly target: string;
  /** Same for every delivery attempt; receivers may deduplicate by it. */
  readonly dedupeKey: string;
  readonly payload: string;
  readonly attempts: number;
  readonly nextAttemptAt: number;
}

/** Changes to the outbox that commit together with a journal record. */
export interface OutboxChange {
  readonly added: readonly OutboxRow[];
  readonly updated: readonly Pick<OutboxRow, "id" | "attempts" | "nextAttemptAt">[];
  readonly removedIds: readonly number[];
}

export interface JournalEntry {
  readonly seq: number;
  readonly body: Uint8Array;
}

/** Why some of what was acknowledged could not be read back. */
export interface Damage {
  readonly detail: string;
  /** Event times that may be incomplete, ms. */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Recovery {
  /** True when the directory was empty. */
  readonly isFresh: boolean;
  /** Parts of the newest good snapshot by name; empty when there is none. */
  readonly parts: ReadonlyMap<string, Uint8Array>;
  /** Entries after that snapshot, in order. */
  readonly entries: readonly JournalEntry[];
  /** Sequence number of the newest entry, kept or already in the snapshot; 0 when there never was one. */
  readonly lastSeq: number;
  readonly outbox: readonly OutboxRow[];
  /** Returned at each start until a snapshot is saved, which then carries the doubt. Empty range: nothing is missing. */
  readonly damage: readonly Damage[];
}

export interface Store {
  /** Reads back what survived. Call once, before anything else. */
  recover(): Promise<Recovery>;
  /**
   * Appends one journal entry (and outbox changes in the same transaction); resolves with its sequence number when it is
   * durable. Entries become durable in call order; when one fails, every later one that was already queued fails too.
   * `body` is copied: the caller may reuse it at once. Rejects with `OperationError`: `overloaded` (too much waits for the
   * disk; nothing was queued) and `disk-full` may be tried again, `disk-error` and `closed` are final.
   */
  append(body: Uint8Array, outbox?: OutboxChange): Promise<number>;
  /**
   * Writes the changed parts as of journal entry `throughSeq`; then entries no snapshot needs are dropped. `bytes` are handed
   * over. When it rejects, the snapshot does not exist: its parts still count as changed for the next one.
   */
  saveSnapshot(throughSeq: number, parts: readonly SnapshotPart[]): Promise<void>;
  /** Bytes on disk, journal length, for `/metrics`. */
  stats(): Promise<StoreStats>;
  close(): Promise<void>;
}

export interface StoreStats {
  readonly databaseBytes: number;
  readonly walBytes: number;
  readonly journalEntries: number;
  readonly snapshotSeq: number;
}
