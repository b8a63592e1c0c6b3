/** Collects what became of outbox rows and records it in few, ordered writes. A lost record only means a repeated delivery. */
import type { OutboxChange } from "../storage/index.ts";
import type { Timers } from "./timers.ts";

const RETRY_MS = 1_000;

export class OutboxRecorder {
  readonly #record: (change: OutboxChange) => Promise<unknown>;
  readonly #timers: Timers;
  #updated = new Map<number, OutboxChange["updated"][number]>();
  #removed = new Set<number>();
  #writing: Promise<void> | undefined;
  #cancelRetry: () => void = () => undefined;
  #isClosed = false;

  constructor(record: (change: OutboxChange) => Promise<unknown>, timers: Timers) {
    this.#record = record;
    this.#timers = timers;
  }

  add(change: Partial<OutboxChange>): void {
    for (const row of change.updated ?? []) this.#updated.set(row.id, row);
    for (const id of change.removedIds ?? []) {
      this.#removed.add(id);
      this.#updated.delete(id);
    }
    this.#write();
  }

  /** Resolves when all that was added is durable, or one more attempt has failed. */
  async flush(): Promise<void> {
    this.#write();
    while (this.#writing !== undefined) await this.#writing;
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelRetry();
  }

  #write(): void {
    const isIdle = this.#updated.size === 0 && this.#removed.size === 0;
    if (isIdle || this.#isClosed || this.#writing !== undefined) return;
    this.#cancelRetry();
    this.#writing = this.#writeOnce().then((isDone) => {
      this.#writing = undefined;
      if (isDone) this.#write();
      else if (!this.#isClosed)
        this.#cancelRetry = this.#timers.after(RETRY_MS, () => this.#write());
    });
  }

  /** Starts after the caller's turn, so that what is added together is written together. */
  async #writeOnce(): Promise<boolean> {
    await Promise.resolve();
    const updated = this.#updated;
    const removed = this.#removed;
    this.#updated = new Map();
    this.#removed = new Set();
    try {
      await this.#record({ added: [], updated: [...updated.values()], removedIds: [...removed] });
      return true;
    } catch {
      // The store reports its own trouble; the change is kept and tried again.
      for (const [id, row] of updated)
        if (!this.#updated.has(id) && !this.#removed.has(id)) this.#updated.set(id, row);
      for (const id of removed) this.#removed.add(id);
      return false;
    }
  }
}
