/** How a receiver hands a request over, and what it is told back. The receivers turn it into HTTP and gRPC answers. */
import type { MalformedRequest } from "./malformed-request.ts";

/**
 * Takes the protobuf bytes of an `ExportMetricsServiceRequest` (JSON has been transcoded) and resolves when the answer
 * may be sent: with `durability: ack`, when the points would survive a crash. Never rejects for bad input.
 * `request` is the handler's until then; afterwards its memory is used again.
 */
export type ExportHandler = (request: Uint8Array) => Promise<ExportOutcome>;

export type ExportOutcome =
  /** 200: all points were taken, those that nobody counts too. */
  | { readonly kind: "accepted" }
  /** 200 with `partial_success`: points were rejected, or, with 0 of them, `message` warns. */
  | PartialOutcome
  /** 400 / INVALID_ARGUMENT: not a request; nothing was taken. */
  | { readonly kind: "malformed"; readonly error: MalformedRequest }
  /** 413 / RESOURCE_EXHAUSTED without RetryInfo: as it is, it will never be taken. */
  | { readonly kind: "too large"; readonly message: string }
  /** 503 / UNAVAILABLE: try again; nothing was acknowledged. */
  | { readonly kind: "unavailable"; readonly message: string; readonly retryAfterSeconds: number }
  /** 429 / RESOURCE_EXHAUSTED with RetryInfo. */
  | { readonly kind: "overloaded"; readonly message: string; readonly retryAfterSeconds: number };

export interface PartialOutcome {
  readonly kind: "partial";
  readonly rejectedPoints: number;
  readonly message: string;
  /** What was wrong in a few stable words, without counts and names: what a log tells apart. */
  readonly reason: string;
}
