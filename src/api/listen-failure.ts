/** Why a socket could not be opened, as a sentence an operator can act on. */
import { OperationError } from "../slo/index.ts";

/**
 * The `OperationError` for Node's error: `port-in-use`, `port-forbidden`, `address-unavailable`, else `listen-failed`.
 * `what` names the listener, as `OTLP/gRPC`.
 */
export function listenFailure(
  error: unknown,
  what: string,
  host: string,
  port: number,
): OperationError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  const [name, reason] = explain(code, port);
  return new OperationError(name, `cannot listen for ${what} on ${host}:${port}: ${reason}`, {
    cause: error,
    retryable: false,
  });
}

function explain(code: string, port: number): readonly [code: string, reason: string] {
  switch (code) {
    case "EADDRINUSE":
      return ["port-in-use", `another program listens there; stop it, or choose another port`];
    case "EACCES":
      return ["port-forbidden", `port ${port} is not allowed; choose one above 1023`];
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return ["address-unavailable", "this machine has no such address"];
    default:
      return ["listen-failed", code];
  }
}
