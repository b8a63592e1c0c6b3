/** What became of an OTLP request, as the availability SLO of slowburn itself sees it. */

/**
 * `ok`; `partial`: taken, with rejected points or a warning; `client_error`: the request was wrong, no retry can help;
 * `unavailable`: our trouble, or too much at once: the client may try again. Only the last is bad for the SLO.
 */
export const REQUEST_OUTCOMES = ["ok", "partial", "client_error", "unavailable"] as const;
export type RequestOutcome = (typeof REQUEST_OUTCOMES)[number];

/** Codes of google.rpc.Code that say nothing about the request itself. */
const RPC_OK = 0;
const RPC_TROUBLE: ReadonlySet<number> = new Set([
  2, // UNKNOWN
  4, // DEADLINE_EXCEEDED
  8, // RESOURCE_EXHAUSTED
  10, // ABORTED
  13, // INTERNAL
  14, // UNAVAILABLE
  15, // DATA_LOSS
]);

/**
 * Outcome of an answered request. `status` is the HTTP status, or the `grpc-status`; `message` what the client was told.
 * HTTP 429 counts as our trouble, as every 5xx does: the client's data was right.
 */
export function requestOutcome(answer: {
  readonly protocol: "http" | "grpc";
  readonly status: number;
  readonly message: string;
}): RequestOutcome {
  const { protocol, status, message } = answer;
  const isTaken = protocol === "grpc" ? status === RPC_OK : status < 300;
  if (isTaken) return message === "" ? "ok" : "partial";
  const isTrouble = protocol === "grpc" ? RPC_TROUBLE.has(status) : status >= 500 || status === 429;
  return isTrouble ? "unavailable" : "client_error";
}
