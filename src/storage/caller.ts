/** Matches the storage thread's replies to calls. */
import type { Transferable } from "node:worker_threads";
import { OperationError } from "../slo/index.ts";
import { fromFailure } from "./failure.ts";
import type { CallKind, Reply, StorageCalls } from "./messages.ts";
import type { StoragePort } from "./thread.ts";

interface Waiter {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class StorageCaller {
  readonly #port: StoragePort;
  readonly #waiters = new Map<number, Waiter>();
  #lastId = 0;
  #death: OperationError | undefined;

  constructor(port: StoragePort) {
    this.#port = port;
    port.listen(
      (reply) => this.#settle(reply),
      (reason) => this.#die(reason),
    );
  }

  call<K extends CallKind>(
    request: StorageCalls[K]["request"] & { readonly kind: K },
    transfer: readonly Transferable[] = [],
  ): Promise<StorageCalls[K]["answer"]> {
    if (this.#death !== undefined) return Promise.reject(this.#death);
    const id = ++this.#lastId;
    return new Promise<StorageCalls[K]["answer"]>((resolve, reject) => {
      // The reply to this id is the answer to this request: `serve` answers by kind.
      this.#waiters.set(id, { resolve: resolve as Waiter["resolve"], reject });
      this.#port.post({ id, request }, transfer);
    });
  }

  end(): Promise<void> {
    return this.#port.end();
  }

  #settle(reply: Reply): void {
    const waiter = this.#waiters.get(reply.id);
    this.#waiters.delete(reply.id);
    if (reply.kind === "done") waiter?.resolve(reply.answer);
    else waiter?.reject(fromFailure(reply.failure));
  }

  #die(reason: Error): void {
    this.#death ??= new OperationError("disk-error", `storage has stopped: ${reason.message}`, {
      cause: reason,
      retryable: false,
    });
    for (const waiter of this.#waiters.values()) waiter.reject(this.#death);
    this.#waiters.clear();
  }
}
