/**
 * Bytes that Node's HTTP parser could make no request of, and heads that do not come to their end. Node's own answers have no
 * body, and its 408 is one that no client sends again.
 */
import { httpRefusal, replyOf, type Reply } from "./http-reply.ts";
import type { ReceiverTimeouts } from "./receiver.ts";
import { invalid, tooSlow, type Refusal } from "./refusal.ts";
import { RpcCode } from "./rpc-status.ts";

/** Undefined where there is nobody to answer, or nobody who speaks HTTP: a client that went away, a failed TLS handshake. */
export function replyToBroken(
  { code = "", message }: NodeJS.ErrnoException,
  { headMs }: ReceiverTimeouts,
): Reply<Refusal> | undefined {
  switch (code) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return replyOf(tooSlow("head", headMs));
    case "HPE_HEADER_OVERFLOW":
      return httpRefusal(431, "head too large", RpcCode.resourceExhausted, "the head is too large");
    case "HPE_INVALID_EOF_STATE":
      return undefined;
    default: {
      if (!code.startsWith("HPE_")) return undefined;
      const description = `not HTTP/1.1: ${message}`;
      return replyOf(invalid("not HTTP", description, { field: "", description }));
    }
  }
}
