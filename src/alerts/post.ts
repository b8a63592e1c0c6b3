/**
 * One POST to a receiver. Redirects are not followed (they could lead anywhere), answers are discarded up to a bound,
 * and everything that can go wrong is an outcome, not an exception.
 */
import { readFile } from "node:fs/promises";
import type { ReceiverAuth } from "./receiver.ts";

export interface PostRequest {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly auth: ReceiverAuth;
  readonly timeoutMs: number;
  /** Ends the request early, at shutdown. */
  readonly signal: AbortSignal;
}

export type PostOutcome =
  /** The receiver answered. */
  | { readonly kind: "answered"; readonly status: number; readonly retryAfterMs?: number }
  /** No answer: connection refused or reset, timeout, unreadable token file, aborted. */
  | { readonly kind: "unanswered"; readonly reason: string };

export type Post = (request: PostRequest) => Promise<PostOutcome>;

/** Bytes of an answer read to let the connection be used again; beyond them it is closed. */
const ANSWER_LIMIT = 64 * 1024;
const RETRY_AFTER_LIMIT_S = 300;

export const fetchPost: Post = async (request) => {
  const timeout = AbortSignal.timeout(request.timeoutMs);
  try {
    const response = await fetch(request.url, {
      method: "POST",
      redirect: "manual",
      body: request.body,
      headers: await headersOf(request),
      signal: AbortSignal.any([timeout, request.signal]),
    });
    await discard(response);
    const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
    return {
      kind: "answered",
      status: response.status,
      ...(seconds > 0 && { retryAfterMs: Math.min(seconds, RETRY_AFTER_LIMIT_S) * 1000 }),
    };
  } catch (error) {
    const reason = timeout.aborted ? `no answer within ${request.timeoutMs} ms` : reasonOf(error);
    return { kind: "unanswered", reason };
  }
};

async function headersOf({ headers, auth }: PostRequest): Promise<Record<string, string>> {
  const all: Record<string, string> = {
    "content-type": "application/json",
    "user-agent": "slowburn",
    ...auth.headers,
    ...headers,
  };
  if (auth.bearerTokenFile !== undefined)
    all["authorization"] = `Bearer ${(await readFile(auth.bearerTokenFile, "utf8")).trim()}`;
  return all;
}

async function discard({ body }: Response): Promise<void> {
  if (body === null) return;
  const reader = body.getReader();
  let sizeBytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    sizeBytes += value.byteLength;
    if (sizeBytes > ANSWER_LIMIT) return reader.cancel();
  }
}

/** fetch says "fetch failed" and hides the reason in `cause`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
