/** How a receiver hands a request over, and what it is told back. The receivers turn it into HTTP and gRPC answers. */

/**
 * Takes the protobuf bytes of an `ExportMetricsServiceRequest` (JSON has been transcoded) and resolves when the answer
 * may be sent: with `durability: ack`, when the points would survive a crash. Never rejects for bad input.
 * `request` is the handler's until then; afterwards its memory is used again.
 */
export type ExportHandler = (request: Uint8Array) => Promise<ExportOutcome>;

export type ExportOutcome =
  /** 200; `partial_success` is set when points were rejected or `message` warns. */
  | { readonly kind: "accepted"; readonly rejectedPoints: number; readonly message: string }
  /** 400 / INVALID_ARGUMENT: not a request; nothing was taken. */
  | { readonly kind: "malformed"; readonly message: string }
  /** 503 / UNAVAILABLE: try again; nothing was acknowledged. */
  | { readonly kind: "unavailable"; readonly message: string; readonly retryAfterSeconds: number }
  /** 429 / RESOURCE_EXHAUSTED with RetryInfo. */
  | { readonly kind: "overloaded"; readonly message: string; readonly retryAfterSeconds: number };
