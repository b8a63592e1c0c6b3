/** The store without a disk, for tests of other rooms. Promises what `durability: "ack"` does, until the process ends. */
import { assert, OperationError } from "../../src/slo/index.ts";
import type {
  JournalEntry,
  OutboxChange,
  OutboxRow,
  Recovery,
  SnapshotPart,
  Store,
  StoreStats,
} from "../../src/storage/index.ts";

/** What "the disk" holds; survives `crash`. */
interface Disk {
  isFresh: boolean;
  seq: number;
  snapshotSeq: number;
  entries: JournalEntry[];
  readonly parts: Map<string, Uint8Array>;
  readonly outbox: Map<number, OutboxRow>;
}

interface Pending {
  readonly body: Uint8Array;
  readonly outbox: OutboxChange | undefined;
  readonly resolve: (seq: number) => void;
  readonly reject: (error: OperationError) => void;
}

export interface MemoryStore extends Store {
  /** Holds commits, so that appends stay unacknowledged until `release`. */
  hold(): void;
  release(): void;
  /** The next commit fails with this error, and with it all that is queued then. */
  failNext(error: OperationError): void;
  /** As `kill -9`: what is unacknowledged is lost (its promises reject with `closed`); returns the store of the next start. */
  crash(): MemoryStore;
}

export function createMemoryStore(): MemoryStore {
  return new InMemoryStore({
    isFresh: true,
    seq: 0,
    snapshotSeq: 0,
    entries: [],
    parts: new Map(),
    outbox: new Map(),
  });
}

class InMemoryStore implements MemoryStore {
  readonly #disk: Disk;
  #pending: Pending[] = [];
  #isHeld = false;
  #isRecovered = false;
  #isClosed = false;
  #nextError: OperationError | undefined;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  async recover(): Promise<Recovery> {
    assert(!this.#isRecovered, "recovery comes once, before all else");
    this.#isRecovered = true;
    const { isFresh, parts, entries, outbox } = this.#disk;
    this.#disk.isFresh = false;
    return {
      isFresh,
      parts: new Map([...parts].map(([name, bytes]) => [name, new Uint8Array(bytes)])),
      entries: entries.map(({ seq, body }) => ({ seq, body: new Uint8Array(body) })),
      lastSeq: this.#disk.seq,
      outbox: [...outbox.values()].toSorted((a, b) => a.id - b.id),
      damage: [],
    };
  }

  append(body: Uint8Array, outbox?: OutboxChange): Promise<number> {
    if (this.#isClosed) return Promise.reject(closed());
    assert(this.#isRecovered, "recovery comes first");
    return new Promise((resolve, reject) => {
      this.#pending.push({ body: new Uint8Array(body), outbox, resolve, reject });
      queueMicrotask(() => this.#commit());
    });
  }

  async saveSnapshot(throughSeq: number, parts: readonly SnapshotPart[]): Promise<void> {
    if (this.#isClosed) throw closed();
    const disk = this.#disk;
    assert(throughSeq <= disk.seq, "a snapshot stands at an entry that was committed");
    assert(throughSeq >= disk.snapshotSeq, "a snapshot does not go back");
    this.#throwInjected();
    for (const { name, bytes } of parts) {
      if (bytes === undefined) disk.parts.delete(name);
      else disk.parts.set(name, new Uint8Array(bytes));
    }
    disk.snapshotSeq = throughSeq;
    disk.entries = disk.entries.filter(({ seq }) => seq > throughSeq);
  }

  async stats(): Promise<StoreStats> {
    const { entries, parts, snapshotSeq } = this.#disk;
    const sizes = [
      ...entries.map(({ body }) => body.length),
      ...[...parts.values()].map((b) => b.length),
    ];
    const databaseBytes = sizes.reduce((sum, size) => sum + size, 0);
    return { databaseBytes, walBytes: 0, journalEntries: entries.length, snapshotSeq };
  }

  async close(): Promise<void> {
    this.release();
    this.#isClosed = true;
  }

  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#commit();
  }

  failNext(error: OperationError): void {
    this.#nextError = error;
  }

  crash(): MemoryStore {
    this.#isClosed = true;
    for (const { reject } of this.#pending.splice(0)) reject(closed());
    return new InMemoryStore(this.#disk);
  }

  #commit(): void {
    if (this.#isHeld || this.#pending.length === 0) return;
    const pending = this.#pending.splice(0);
    const error = this.#nextError;
    this.#nextError = undefined;
    for (const { body, outbox, resolve, reject } of pending) {
      if (error !== undefined) {
        reject(error);
        continue;
      }
      const seq = ++this.#disk.seq;
      this.#disk.entries.push({ seq, body });
      if (outbox !== undefined) this.#applyOutbox(outbox);
      resolve(seq);
    }
  }

  #applyOutbox({ added, updated, removedIds }: OutboxChange): void {
    const { outbox } = this.#disk;
    for (const row of added) outbox.set(row.id, row);
    for (const update of updated) {
      const row = outbox.get(update.id);
      if (row !== undefined) outbox.set(row.id, { ...row, ...update });
    }
    for (const id of removedIds) outbox.delete(id);
  }

  #throwInjected(): void {
    const error = this.#nextError;
    this.#nextError = undefined;
    if (error !== undefined) throw error;
  }
}

function closed(): OperationError {
  return new OperationError("closed", "the store is closed", { retryable: false });
}
