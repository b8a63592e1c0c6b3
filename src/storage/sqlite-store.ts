/** The store on SQLite, as the main thread sees it. The work is done by `data-directory.ts` in the storage thread. */
import { dirname } from "node:path";
import type { Transferable } from "node:worker_threads";
import { makeDirectory } from "../config/index.ts";
import { assert, OperationError } from "../slo/index.ts";
import { AppendQueue } from "./append-queue.ts";
import type { Batch } from "./batch.ts";
import { StorageCaller } from "./caller.ts";
import { syncDirectory } from "./database.ts";
import type { AppendAnswer } from "./messages.ts";
import { partSlices, transferable } from "./part-slices.ts";
import type { OutboxChange, Recovery, SnapshotPart, Store, StoreStats } from "./store.ts";
import { startStorage, type StoragePort } from "./thread.ts";

export interface StoreSettings {
  /** Made when it is not there, as are those above it. */
  readonly directory: string;
  /**
   * `ack`: an append resolves when it would survive a power cut. `interval`: when it is queued; `kill -9` loses what the
   * thread had not reached (milliseconds), a power cut what came after the last snapshot.
   */
  readonly durability: "ack" | "interval";
  /** Wall clock, ms: the commit times that damage is dated by. */
  readonly now: () => number;
  /** Appends that wait for the disk; beyond, they are refused with `overloaded`. Default 64 MiB. */
  readonly maxQueuedBytes?: number;
  /** Beyond, writes fail with `disk-full`. Default: what the disk holds. */
  readonly maxDatabaseBytes?: number;
}

const DEFAULT_QUEUED_BYTES = 64 * 1024 * 1024;

/**
 * Opens the data directory. Rejects with `OperationError`: `directory-locked` (another slowburn), `directory-unwritable`,
 * `foreign-directory`, `schema-newer`, `disk-full`, `disk-error`.
 */
export function openSqliteStore(settings: StoreSettings): Promise<Store> {
  return connectStore(startStorage(), settings);
}

/** The same over a given port: tests put failpoints behind it. */
export async function connectStore(port: StoragePort, settings: StoreSettings): Promise<Store> {
  const caller = new StorageCaller(port);
  try {
    for (const made of makeDirectory(settings.directory, 0o700)) syncDirectory(dirname(made));
    await caller.call({
      kind: "open",
      directory: settings.directory,
      synchronous: settings.durability === "ack" ? "full" : "normal",
      maxDatabaseBytes: settings.maxDatabaseBytes ?? 0,
      nowMs: settings.now(),
    });
  } catch (error) {
    await caller.end();
    throw error;
  }
  return new SqliteStore(caller, settings);
}

class SqliteStore implements Store {
  readonly #caller: StorageCaller;
  readonly #settings: StoreSettings;
  #queue: AppendQueue | undefined;
  /** Snapshots come one after another. */
  #lastSnapshot: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(caller: StorageCaller, settings: StoreSettings) {
    this.#caller = caller;
    this.#settings = settings;
  }

  async recover(): Promise<Recovery> {
    assert(this.#queue === undefined, "recovery comes once, before all else");
    const recovery = await this.#caller.call({
      kind: "recover",
      nowMs: this.#settings.now(),
    });
    this.#queue = new AppendQueue({
      acknowledge: this.#settings.durability === "ack" ? "on-commit" : "on-enqueue",
      maxQueuedBytes: this.#settings.maxQueuedBytes ?? DEFAULT_QUEUED_BYTES,
      firstSeq: recovery.lastSeq + 1,
      send: (batch, epoch) => this.#send(batch, epoch),
    });
    return recovery;
  }

  append(body: Uint8Array, outbox?: OutboxChange): Promise<number> {
    if (this.#closing !== undefined) return Promise.reject(closed());
    assert(this.#queue !== undefined, "recovery comes first");
    return this.#queue.append(body, outbox);
  }

  saveSnapshot(throughSeq: number, parts: readonly SnapshotPart[]): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(closed());
    const owned = parts.map(transferable);
    const saved = this.#lastSnapshot.then(() => this.#saveSnapshot(throughSeq, owned));
    this.#lastSnapshot = saved.catch(() => {}); // The caller of that snapshot is told; the next one begins afresh.
    return saved;
  }

  async stats(): Promise<StoreStats> {
    if (this.#closing !== undefined) throw closed();
    return this.#caller.call({ kind: "stats" });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #send(batch: Batch, epoch: number): Promise<AppendAnswer> {
    const { bytes, firstSeq, sizes, outbox } = batch;
    const committedMs = Math.round(this.#settings.now());
    return this.#caller.call(
      { kind: "append", epoch, firstSeq, committedMs, bytes, sizes, outbox },
      [bytes.buffer],
    );
  }

  async #saveSnapshot(throughSeq: number, parts: readonly SnapshotPart[]): Promise<void> {
    const caller = this.#caller;
    await caller.call({ kind: "begin-snapshot" });
    for (const slice of partSlices(parts)) {
      const buffers: Transferable[] = [];
      for (const { bytes } of slice) {
        if (bytes !== undefined) buffers.push(bytes.buffer as ArrayBuffer); // Made so by `transferable`.
      }
      await caller.call({ kind: "save-parts", throughSeq, parts: slice }, buffers);
    }
    await this.#queue?.drain(throughSeq); // With `interval`, it may still be in the queue.
    const takenMs = Math.round(this.#settings.now());
    await caller.call({ kind: "commit-snapshot", throughSeq, takenMs });
    while (await caller.call({ kind: "prune" })); // Slices, so that appends get in between.
    await caller.call({ kind: "checkpoint" });
  }

  async #close(): Promise<void> {
    try {
      await this.#lastSnapshot;
      await this.#queue?.drain();
    } finally {
      this.#queue?.end(closed());
      await this.#caller.call({ kind: "close" }).finally(() => this.#caller.end());
    }
  }
}

function closed(): OperationError {
  return new OperationError("closed", "the store is closed", { retryable: false });
}
