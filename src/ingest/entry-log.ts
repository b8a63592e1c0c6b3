/**
 * The journal as this room writes it. An entry takes effect in memory once it is durable, right after the one before it: so
 * the state in memory is always that of one entry with all before it, and a snapshot of it can say which.
 */
import { assert, InvariantError, OperationError } from "../slo/index.ts";
import type { OutboxChange, Store } from "../storage/index.ts";
import type { IntakeCounters } from "./intake-counters.ts";

export interface EntryLogPorts {
  readonly store: Pick<Store, "append">;
  /** Called once, with what makes the state in memory, or the disk, one that must not be trusted any more. */
  readonly onFatal: (error: unknown) => void;
}

/** The effect of an entry whose own is nothing, or was had before: what it tells is in memory already. */
export const IN_EFFECT = (): void => undefined;

export class EntryLog {
  readonly #ports: EntryLogPorts;
  readonly #counters: IntakeCounters;
  #queuedBytes = 0;
  #appliedSeq = 0;
  #failure: unknown;

  constructor(ports: EntryLogPorts, counters: IntakeCounters) {
    this.#ports = ports;
    this.#counters = counters;
  }

  /** Number of the last entry whose effects are in memory, as are those of all before it. */
  get appliedSeq(): number {
    return this.#appliedSeq;
  }

  /** Bytes that wait for the disk. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** Recovery has brought the state to entry `seq`. */
  resumeFrom(seq: number): void {
    this.#appliedSeq = seq;
  }

  /**
   * Makes an entry durable and then gives it effect. Rejects when it is not durable, and then `apply` was not called; or with
   * what `apply` threw, after `fail`. The outbox change is part of the entry.
   */
  async commit<T>(body: Uint8Array, apply: () => T, outbox?: OutboxChange): Promise<T> {
    const seq = await this.#append(body, outbox);
    try {
      assert(seq === this.#appliedSeq + 1, "an entry takes effect right after the one before it");
      const result = apply();
      this.#appliedSeq = seq;
      return result;
    } catch (error) {
      this.fail(error); // the state is half changed, whatever it was
      throw error;
    }
  }

  async #append(body: Uint8Array, outbox: OutboxChange | undefined): Promise<number> {
    const size = body.length;
    this.#queuedBytes += size;
    try {
      const seq = await this.#ports.store.append(body, outbox);
      this.#counters.entries++;
      this.#counters.entryBytes += size;
      return seq;
    } catch (error) {
      this.#counters.failedEntries++;
      if (isFinal(error)) this.fail(error);
      throw error;
    } finally {
      this.#queuedBytes -= size;
    }
  }

  /** Nothing is acknowledged any more. The first call decides. */
  fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#ports.onFatal(error);
  }
}

/** Our own bug, or a disk that must not be written again: the process ends, and recovery sorts it out. */
function isFinal(error: unknown): boolean {
  if (error instanceof OperationError) return error.code === "disk-error" && !error.retryable;
  return error instanceof InvariantError;
}
