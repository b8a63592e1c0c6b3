/**
 * From the bytes of a body to an answer, the same for both protocols: decompress, transcode, hand over. Which status and
 * headers an answer becomes is the receiver's part.
 */
import { decompress, type Compression } from "./decompress.ts";
import type { ExportHandler } from "./export-outcome.ts";
import { RpcCode, type BodyEncoding } from "./export-response.ts";
import type { HeldShare } from "./held-bytes.ts";
import { transcodeJson } from "./json-transcoder.ts";
import { MalformedRequest } from "./malformed-request.ts";
import { RETRY_AFTER_SECONDS } from "./receiver.ts";

export type ExportAnswer =
  | { readonly kind: "ok"; readonly rejectedPoints: number; readonly message: string }
  | {
      readonly kind: "error";
      readonly code: RpcCode;
      readonly message: string;
      /** Set when the trouble passes. */
      readonly retryAfterSeconds?: number;
      readonly cause?: unknown;
    };

export interface ExportRequest {
  readonly body: Uint8Array;
  readonly compression: Compression;
  readonly encoding: BodyEncoding;
  readonly maxBytes: number;
  readonly share: HeldShare;
}

const fault = (code: RpcCode, message: string): ExportAnswer => ({ kind: "error", code, message });
export const tooLarge = (what: string, maxBytes: number): ExportAnswer =>
  fault(
    RpcCode.resourceExhausted,
    `the ${what} is larger than ${maxBytes} bytes: send fewer points a request`,
  );
export const busy = (cause?: unknown): ExportAnswer => ({
  kind: "error",
  code: RpcCode.unavailable,
  message: "slowburn is busy; send the request again",
  retryAfterSeconds: RETRY_AFTER_SECONDS,
  cause,
});

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
    if (inflated.kind === "broken")
      return { answer: fault(RpcCode.invalidArgument, inflated.message), decompressedBytes: 0 };
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
    const transcoded = encoding === "json" ? transcodeJson(bytes) : { request: bytes, warning: "" };
    const outcome = await handle(transcoded.request);
    switch (outcome.kind) {
      case "accepted": {
        const message = [outcome.message, transcoded.warning].filter((it) => it !== "").join("; ");
        return { kind: "ok", rejectedPoints: outcome.rejectedPoints, message };
      }
      case "malformed":
        return fault(RpcCode.invalidArgument, outcome.message);
      case "unavailable":
      case "overloaded": {
        const code =
          outcome.kind === "unavailable" ? RpcCode.unavailable : RpcCode.resourceExhausted;
        const { message, retryAfterSeconds } = outcome;
        return { kind: "error", code, message, retryAfterSeconds };
      }
    }
  } catch (cause) {
    if (cause instanceof MalformedRequest) return fault(RpcCode.invalidArgument, cause.message);
    // Our own trouble must not cost the client its data: retryable, and reported through `onRequest`.
    return busy(cause);
  }
}
