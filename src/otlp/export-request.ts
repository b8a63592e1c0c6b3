/**
 * From the bytes of a body to an answer, the same for both protocols: decompress, transcode, hand over. Which status and
 * headers an answer becomes is the receiver's part.
 */
import type { BodyEncoding } from "./body-encoding.ts";
import { decompress, type Compression } from "./decompress.ts";
import type { ExportHandler, ExportOutcome, PartialOutcome } from "./export-outcome.ts";
import type { HeldShare } from "./held-bytes.ts";
import { transcodeJson } from "./json-transcoder.ts";
import { MalformedRequest } from "./malformed-request.ts";
import { busy, invalid, refused, tooLarge, type Refusal } from "./refusal.ts";
import { RpcCode } from "./rpc-status.ts";

export type ExportAnswer = { readonly kind: "ok" } | PartialOutcome | Refusal;

export interface ExportRequest {
  readonly body: Uint8Array;
  readonly compression: Compression;
  readonly encoding: BodyEncoding;
  readonly maxBytes: number;
  readonly share: HeldShare;
}

/** Also returns the size of the request after decompression. Never rejects. */
export async function answerExport(
  request: ExportRequest,
  handle: ExportHandler,
): Promise<{ readonly answer: ExportAnswer; readonly decompressedBytes: number }> {
  const { body, compression, encoding, maxBytes, share } = request;
  let bytes = body;
  if (compression !== "identity") {
    const inflated = await decompress(compression, body, maxBytes);
    if (inflated.kind === "too-large")
      return { answer: tooLarge("decompressed request", maxBytes), decompressedBytes: maxBytes };
    if (inflated.kind === "broken") {
      const violation = { field: "", description: inflated.message };
      return {
        answer: invalid("broken compression", inflated.message, violation),
        decompressedBytes: 0,
      };
    }
    bytes = inflated.bytes;
    if (!share.grow(bytes.length)) return { answer: busy(), decompressedBytes: bytes.length };
  }
  const decompressedBytes = bytes.length;
  if (decompressedBytes > maxBytes)
    return { answer: tooLarge("request", maxBytes), decompressedBytes };
  return { answer: await handOver(bytes, encoding, handle), decompressedBytes };
}

async function handOver(
  bytes: Uint8Array,
  encoding: BodyEncoding,
  handle: ExportHandler,
): Promise<ExportAnswer> {
  try {
    if (encoding === "protobuf") return answerOf(await handle(bytes), "");
    const { request, warning } = transcodeJson(bytes);
    return answerOf(await handle(request), warning);
  } catch (cause) {
    if (cause instanceof MalformedRequest) return malformed(cause);
    // Our own trouble must not cost the client its data: retryable, and reported through `onRequest`.
    return busy(cause);
  }
}

/** `warning` is of the JSON itself: it has nothing of OTLP, so that no point can have been rejected. */
function answerOf(outcome: ExportOutcome, warning: string): ExportAnswer {
  switch (outcome.kind) {
    case "accepted":
      if (warning === "") return { kind: "ok" };
      return { kind: "partial", rejectedPoints: 0, message: warning, reason: "nothing of OTLP" };
    case "partial":
      return outcome;
    case "malformed":
      return malformed(outcome.error);
    case "too large":
      return refused("too large", {
        code: RpcCode.resourceExhausted,
        message: outcome.message,
      });
    case "unavailable": {
      const { message, retryAfterSeconds } = outcome;
      return refused("unavailable", { code: RpcCode.unavailable, message, retryAfterSeconds });
    }
    case "overloaded": {
      const { message, retryAfterSeconds } = outcome;
      return refused("overloaded", {
        code: RpcCode.resourceExhausted,
        message,
        retryAfterSeconds,
      });
    }
  }
}

const malformed = ({ message, path, description }: MalformedRequest): Refusal =>
  invalid("malformed", message, { field: path, description });

/** What a receiver reports of its answer. */
export function told(answer: ExportAnswer): {
  readonly message: string;
  readonly reason: string;
  readonly error: unknown;
} {
  switch (answer.kind) {
    case "ok":
      return { message: "", reason: "", error: undefined };
    case "partial":
      return { message: answer.message, reason: answer.reason, error: undefined };
    case "refused":
      return { message: answer.message, reason: answer.reason, error: answer.cause };
  }
}
