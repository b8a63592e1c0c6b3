/**
 * What the main thread and the storage thread say to each other. Requests are answered one by one, in order; that order is the
 * order of the journal. ArrayBuffers are transferred, never copied.
 */
import type { OutboxChange, Recovery, SnapshotPart, StoreStats } from "./store.ts";

export interface OpenRequest {
  readonly kind: "open";
  readonly directory: string;
  readonly synchronous: "full" | "normal";
  /** 0: no limit but the disk. */
  readonly maxDatabaseBytes: number;
  readonly nowMs: number;
}

/** Journal entries that commit in one transaction. */
export interface AppendRequest {
  readonly kind: "append";
  /** Rises after every failure: what was sent before the sender knew of it is refused. */
  readonly epoch: number;
  readonly firstSeq: number;
  readonly committedMs: number;
  /** The bodies, one after another; may be longer than their sum. Comes back with the answer, to be used again. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly sizes: readonly number[];
  readonly outbox: readonly OutboxChange[];
}

export interface AppendAnswer {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly failure: Failure | undefined;
}

export interface PartsRequest {
  readonly kind: "save-parts";
  readonly throughSeq: number;
  readonly parts: readonly SnapshotPart[];
}

/** Each request with its answer. */
export interface StorageCalls {
  readonly open: { readonly request: OpenRequest; readonly answer: undefined };
  readonly recover: {
    readonly request: { readonly kind: "recover"; readonly nowMs: number };
    readonly answer: Recovery;
  };
  readonly append: { readonly request: AppendRequest; readonly answer: AppendAnswer };
  readonly "begin-snapshot": {
    readonly request: { readonly kind: "begin-snapshot" };
    readonly answer: undefined;
  };
  readonly "save-parts": { readonly request: PartsRequest; readonly answer: undefined };
  readonly "commit-snapshot": {
    readonly request: {
      readonly kind: "commit-snapshot";
      readonly throughSeq: number;
      readonly takenMs: number;
    };
    readonly answer: undefined;
  };
  /** Deletes one slice of what no kept snapshot needs; true while there is more. */
  readonly prune: { readonly request: { readonly kind: "prune" }; readonly answer: boolean };
  readonly checkpoint: {
    readonly request: { readonly kind: "checkpoint" };
    readonly answer: undefined;
  };
  readonly stats: { readonly request: { readonly kind: "stats" }; readonly answer: StoreStats };
  readonly close: { readonly request: { readonly kind: "close" }; readonly answer: undefined };
}

export type CallKind = keyof StorageCalls;
export type StorageRequest = StorageCalls[CallKind]["request"];

export interface Call {
  readonly id: number;
  readonly request: StorageRequest;
}

/** An error as it crosses threads. */
export interface Failure {
  /** `invariant` for our own bugs, else the code of an `OperationError`. */
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

export type Reply =
  | { readonly kind: "done"; readonly id: number; readonly answer: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly failure: Failure };
