/**
 * A store that notices when the disk begins to refuse writes and when it takes them again: requests are answered with 503
 * meanwhile, and someone has to make room.
 */
import { OperationError } from "../slo/index.ts";
import type { OutboxChange, Recovery, SnapshotPart, Store, StoreStats } from "./store.ts";

export interface WatchPorts {
  /** Wall clock, ms. */
  readonly now: () => number;
  /** Whether an append that resolved is on disk (`durability: ack`); else only a snapshot shows that writes succeed. */
  readonly appendIsDurable: boolean;
  /** Once when writes begin to fail, once when they succeed again. */
  readonly onFailed: (error: OperationError) => void;
  readonly onRecovered: (failedForMs: number) => void;
}

/**
 * Writes must have succeeded for so long: a full disk still takes a small one now and then, into space that the log has
 * already. Longer than a tick, at which the server tries.
 */
const STEADY_MS = 15_000;

export class WatchedStore implements Store {
  readonly #store: Store;
  readonly #ports: WatchPorts;
  #failure: OperationError | undefined;
  #failedAtMs = 0;
  #lastFailedAtMs = 0;

  constructor(store: Store, ports: WatchPorts) {
    this.#store = store;
    this.#ports = ports;
  }

  /** Why writes fail, while they do. One that is final is here too: the process is about to end. */
  get failure(): OperationError | undefined {
    return this.#failure;
  }

  recover(): Promise<Recovery> {
    return this.#store.recover();
  }

  append(body: Uint8Array, outbox?: OutboxChange): Promise<number> {
    return this.#watch(this.#store.append(body, outbox), this.#ports.appendIsDurable);
  }

  saveSnapshot(throughSeq: number, parts: readonly SnapshotPart[]): Promise<void> {
    return this.#watch(this.#store.saveSnapshot(throughSeq, parts), true);
  }

  stats(): Promise<StoreStats> {
    return this.#store.stats();
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #watch<T>(written: Promise<T>, isProof: boolean): Promise<T> {
    try {
      const result = await written;
      if (isProof && this.#failure !== undefined) this.#succeeded();
      return result;
    } catch (error) {
      if (error instanceof OperationError && error.code !== "closed") this.#failed(error);
      throw error;
    }
  }

  #succeeded(): void {
    const nowMs = this.#ports.now();
    const steadyMs = nowMs - this.#lastFailedAtMs;
    if (steadyMs >= 0 && steadyMs < STEADY_MS) return; // a clock that was set back is no reason to wait
    this.#failure = undefined;
    this.#ports.onRecovered(Math.max(0, nowMs - this.#failedAtMs));
  }

  #failed(error: OperationError): void {
    // More than may wait comes in bursts, too; that the disk takes nothing shows in what is under way.
    if (error.code === "overloaded" && this.#ports.appendIsDurable) return;
    this.#lastFailedAtMs = this.#ports.now();
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#failedAtMs = this.#lastFailedAtMs;
    this.#ports.onFailed(error);
  }
}
