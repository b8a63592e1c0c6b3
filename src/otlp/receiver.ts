/** What the HTTP and the gRPC receiver have in common: settings, bounds, and what each request is reported as. */
import type { IncomingHttpHeaders } from "node:http";
import type { BodyEncoding } from "./body-encoding.ts";
import type { ExportHandler } from "./export-outcome.ts";
import type { HeldBytes } from "./held-bytes.ts";

const MIB = 1024 * 1024;

/** Bounds of DESIGN section 5; the reasons for the figures are in README, "Limits". */
export interface ReceiverLimits {
  /** Of a body as it travels. Over it: 413, or RESOURCE_EXHAUSTED without RetryInfo. */
  readonly compressedBytes: number;
  /** Of a body after decompression. Over it: the same. */
  readonly requestBytes: number;
}
export const DEFAULT_RECEIVER_LIMITS: ReceiverLimits = {
  compressedBytes: 16 * MIB,
  requestBytes: 64 * MIB,
};

/** How long a client may take; Node's own defaults leave a slow one 300 s (research: reliability, section 6). */
export interface ReceiverTimeouts {
  /** For the head of an HTTP request, ms. */
  readonly headMs: number;
  /** For the body of a request, from its head on, ms; longer than any SDK waits for its answer. */
  readonly bodyMs: number;
}
export const DEFAULT_RECEIVER_TIMEOUTS: ReceiverTimeouts = { headMs: 10_000, bodyMs: 20_000 };

/** What was answered, for telemetry and the log; called once per request, after the answer was handed to the socket. */
export interface ReceivedRequest {
  readonly protocol: "http" | "grpc";
  readonly encoding: BodyEncoding;
  readonly isCompressed: boolean;
  /** HTTP status, or `grpc-status`. */
  readonly status: number;
  readonly bytes: number;
  readonly decompressedBytes: number;
  readonly durationMs: number;
  /** Address of the client; empty when it has gone. */
  readonly peer: string;
  /** What the client was told; empty when all was well. */
  readonly message: string;
  /** The same in a few stable words, without counts, names and places. */
  readonly reason: string;
  /** What `handle` threw: our own trouble, answered as unavailable. */
  readonly error: unknown;
}

export interface ReceiverSettings {
  readonly handle: ExportHandler;
  readonly limits?: Partial<ReceiverLimits>;
  readonly timeouts?: Partial<ReceiverTimeouts>;
  /** Shared by all receivers of the process; by default 128 MiB of this receiver's own. */
  readonly heldBytes?: HeldBytes;
  /** False answers 401 / UNAUTHENTICATED before the body is read. Comparing in constant time is the caller's part. */
  readonly authorize?: (headers: IncomingHttpHeaders) => boolean;
  readonly onRequest?: (request: ReceivedRequest) => void;
  /** PEM; without it the receiver speaks plain text. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer };
}

export interface Receiver {
  /** Resolves with the port (chosen by the system for 0). Rejects with Node's error, such as EADDRINUSE. */
  start(host: string, port: number): Promise<number>;
  /** Refuses new connections and lets what is under way finish; after `graceMs` (10 s) what is left is cut off. */
  close(graceMs?: number): Promise<void>;
}

export const DEFAULT_GRACE_MS = 10_000;
/** Short: a refused export is data lost in SDKs that do not retry (README, decision 5). */
export const RETRY_AFTER_SECONDS = 1;
