/** Requests that are not taken: a word for the log, a `google.rpc.Status` for the client. */
import { RETRY_AFTER_SECONDS } from "./receiver.ts";
import { RpcCode, type FieldViolation, type RpcStatus } from "./rpc-status.ts";

/** Stable, without sizes and places: what a log tells apart. README, "Refusals", has their statuses. */
export const REFUSAL_REASONS = [
  "malformed",
  "broken compression",
  "too large",
  "too slow",
  "busy",
  "unavailable",
  "overloaded",
  "unauthenticated",
  "path",
  "method",
  "content type",
  "encoding",
  "not HTTP",
  "head too large",
  "framing",
  "deadline",
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

export interface Refusal extends RpcStatus {
  readonly kind: "refused";
  readonly reason: RefusalReason;
  /** What `handle` threw. */
  readonly cause?: unknown;
}

export const refused = (reason: RefusalReason, status: RpcStatus): Refusal => ({
  kind: "refused",
  reason,
  ...status,
});

/** For good: the request must be mended. The details say where. */
export const invalid = (
  reason: RefusalReason,
  message: string,
  violation: FieldViolation,
): Refusal => refused(reason, { code: RpcCode.invalidArgument, message, violation });

export const tooLarge = (what: string, maxBytes: number): Refusal =>
  refused("too large", {
    code: RpcCode.resourceExhausted,
    message: `the ${what} is larger than ${maxBytes} bytes: send fewer points a request`,
  });

/** Trouble of our own passes. */
export const busy = (cause?: unknown): Refusal => ({
  ...refused("busy", {
    code: RpcCode.unavailable,
    message: "slowburn is busy; send the request again",
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  }),
  cause,
});

/** The client, or the network, may be faster the next time: SDKs retry this, and not a 408. */
export const tooSlow = (what: "head" | "body", timeoutMs: number): Refusal =>
  refused("too slow", {
    code: RpcCode.unavailable,
    message: `the request's ${what} did not come within ${timeoutMs / 1000} s; send it again`,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
