/**
 * The main thread's side of `append`, on the hot path: copies the body into a batch and posts it. At most two batches are under
 * way, so the thread always has the next one at hand; what comes meanwhile gathers in one batch, one transaction, one message.
 */
import { type InvariantError, OperationError } from "../slo/index.ts";
import { Batch, BatchBuffers } from "./batch.ts";
import { fromFailure } from "./failure.ts";
import type { AppendAnswer } from "./messages.ts";
import type { OutboxChange } from "./store.ts";

export interface AppendQueueSettings {
  /** When a promise resolves: once durable, or once queued. */
  readonly acknowledge: "on-commit" | "on-enqueue";
  readonly maxQueuedBytes: number;
  readonly firstSeq: number;
  /** Rejects only when storage has stopped. */
  readonly send: (batch: Batch, epoch: number) => Promise<AppendAnswer>;
}

type AppendError = OperationError | InvariantError;

const MAX_UNDER_WAY = 2;

export class AppendQueue {
  readonly #settings: AppendQueueSettings;
  readonly #buffers = new BatchBuffers();
  readonly #underWay: Batch[] = [];
  #unsent: Batch[] = [];
  /** Only `on-enqueue`: failed for want of room, to be sent again in order once none is under way. */
  #returned: Batch[] = [];
  #isStalled = false;
  #queuedBytes = 0;
  #nextSeq: number;
  #committedSeq: number;
  #epoch = 0;
  /** Why no append can succeed any more. */
  #broken: AppendError | undefined;
  #lastFailure: AppendError | undefined;
  #drainWaiters: (() => void)[] = [];

  constructor(settings: AppendQueueSettings) {
    this.#settings = settings;
    this.#nextSeq = settings.firstSeq;
    this.#committedSeq = settings.firstSeq - 1;
  }

  append(body: Uint8Array, outbox: OutboxChange | undefined): Promise<number> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    const isFull = this.#queuedBytes + body.length > this.#settings.maxQueuedBytes;
    if (isFull && this.#queuedBytes > 0) {
      this.#retry();
      return Promise.reject(overloaded(this.#settings.maxQueuedBytes));
    }
    const seq = this.#nextSeq++;
    this.#queuedBytes += body.length;
    const batch = this.#openBatch(body.length, seq);
    batch.add(body, outbox);
    const acknowledged =
      this.#settings.acknowledge === "on-commit"
        ? new Promise<number>((resolve, reject) => batch.waiters.push({ resolve, reject }))
        : Promise.resolve(seq);
    this.#retry();
    return acknowledged;
  }

  /**
   * Resolves when entries through `throughSeq` (default: all so far) are durable or their callers were told that they are not;
   * rejects when some that were acknowledged on being queued are not. Does not wait for what comes later.
   */
  async drain(throughSeq: number = this.#nextSeq - 1): Promise<void> {
    this.#retry();
    while (this.#committedSeq < throughSeq && this.#isMoving()) {
      await new Promise<void>((resolve) => this.#drainWaiters.push(resolve));
    }
    const isLost = this.#settings.acknowledge === "on-enqueue" && this.#committedSeq < throughSeq;
    const failure = this.#broken ?? this.#lastFailure;
    if (isLost && failure !== undefined) throw failure;
  }

  /** Refuses all that comes from now on. */
  end(reason: OperationError): void {
    this.#broken ??= reason;
  }

  #openBatch(sizeBytes: number, seq: number): Batch {
    const last = this.#unsent.at(-1);
    if (last?.hasRoomFor(sizeBytes) === true) return last;
    const batch = new Batch(this.#buffers.take(sizeBytes), seq);
    this.#unsent.push(batch);
    return batch;
  }

  #retry(): void {
    this.#isStalled = false;
    this.#pump();
  }

  #isMoving(): boolean {
    return this.#underWay.length > 0 || (this.#unsent.length > 0 && this.#maySend());
  }

  #maySend(): boolean {
    return this.#returned.length === 0 && !this.#isStalled && this.#broken === undefined;
  }

  #pump(): void {
    while (this.#underWay.length < MAX_UNDER_WAY && this.#maySend()) {
      const batch = this.#unsent.shift();
      if (batch === undefined) break;
      this.#underWay.push(batch);
      this.#send(batch);
    }
    for (const resolve of this.#drainWaiters.splice(0)) resolve();
  }

  #send(batch: Batch): void {
    const epoch = this.#epoch;
    this.#settings.send(batch, epoch).then(
      ({ bytes, failure }) => {
        batch.bytes = bytes;
        this.#underWay.splice(this.#underWay.indexOf(batch), 1);
        if (failure === undefined) this.#committed(batch);
        else this.#failed(batch, epoch, fromFailure(failure));
        this.#pump();
      },
      (error: AppendError) => {
        this.#broken ??= error;
        this.#underWay.splice(this.#underWay.indexOf(batch), 1);
        this.#rejectAll([batch, ...this.#underWay, ...this.#unsent.splice(0)], error);
        this.#pump();
      },
    );
  }

  #committed(batch: Batch): void {
    this.#queuedBytes -= batch.usedBytes;
    this.#committedSeq = batch.firstSeq + batch.sizes.length - 1;
    this.#buffers.giveBack(batch.bytes);
    batch.waiters.forEach(({ resolve }, index) => resolve(batch.firstSeq + index));
  }

  /** The first failure of an epoch decides; the thread refuses what was already under way with the same error. */
  #failed(batch: Batch, epoch: number, error: AppendError): void {
    const isFirst = epoch === this.#epoch;
    const passes = error instanceof OperationError && error.retryable;
    if (!passes) this.#broken ??= error;
    if (isFirst) this.#epoch++;
    if (this.#settings.acknowledge === "on-enqueue") {
      this.#lastFailure = error;
      this.#returned.push(batch);
      this.#isStalled = true;
      if (this.#underWay.length === 0) this.#unsent.unshift(...this.#returned.splice(0));
      return;
    }
    this.#buffers.giveBack(batch.bytes);
    if (!isFirst) return;
    this.#nextSeq = batch.firstSeq;
    this.#rejectAll([batch, ...this.#underWay, ...this.#unsent.splice(0)], error);
    this.#queuedBytes = 0;
  }

  #rejectAll(batches: readonly Batch[], error: AppendError): void {
    for (const batch of batches) {
      for (const { reject } of batch.waiters.splice(0)) reject(error);
    }
  }
}

function overloaded(maxQueuedBytes: number): OperationError {
  return new OperationError(
    "overloaded",
    `more than ${maxQueuedBytes} bytes wait for the disk: try again`,
    { retryable: true },
  );
}
