/**
 * What a receiver answers with: `ExportMetricsServiceResponse` (metrics_service.proto) and `google.rpc.Status`
 * (status.proto, error_details.proto), in the encoding of the request.
 */
import { ProtobufWriter } from "./protobuf-writer.ts";

/** google.rpc.Code: what the receivers use of it. */
export const RpcCode = {
  ok: 0,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;
export type RpcCode = (typeof RpcCode)[keyof typeof RpcCode];

export type BodyEncoding = "protobuf" | "json";

export interface RpcStatus {
  readonly code: RpcCode;
  readonly message: string;
  /** Adds a `google.rpc.RetryInfo`: the trouble passes. */
  readonly retryAfterSeconds?: number;
}

/** The spec limits answers to 4 MiB; a message of many rejected points is cut long before. */
const MAX_MESSAGE_CHARACTERS = 8_192;
const RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo";

const shorten = (message: string): string =>
  message.length <= MAX_MESSAGE_CHARACTERS
    ? message
    : `${message.slice(0, MAX_MESSAGE_CHARACTERS - 1)}…`;

/** `partial_success` is unset when all was well, as the specification demands; with 0 rejected it is a warning. */
export function encodeResponse(
  encoding: BodyEncoding,
  rejectedPoints: number,
  message: string,
): Uint8Array {
  const errorMessage = shorten(message);
  const isPartial = rejectedPoints > 0 || errorMessage !== "";
  if (encoding === "json") {
    // int64 is a string in protobuf JSON; a zero is left out.
    const rejected = rejectedPoints > 0 ? { rejectedDataPoints: String(rejectedPoints) } : {};
    return Buffer.from(
      JSON.stringify(isPartial ? { partialSuccess: { ...rejected, errorMessage } } : {}),
    );
  }
  const writer = new ProtobufWriter(64);
  if (isPartial) {
    const partialSuccess = writer.begin(1);
    if (rejectedPoints > 0)
      writer.varint64(1, Math.floor(rejectedPoints / 4294967296), rejectedPoints % 4294967296);
    writer.text(2, errorMessage);
    writer.end(partialSuccess);
  }
  return writer.finish();
}

/** `google.rpc.Status`, with RetryInfo in its details when `retryAfterSeconds` is set. */
export function encodeStatus(encoding: BodyEncoding, status: RpcStatus): Uint8Array {
  const message = shorten(status.message);
  const { code, retryAfterSeconds } = status;
  if (encoding === "json") {
    const details =
      retryAfterSeconds === undefined
        ? {}
        : { details: [{ "@type": RETRY_INFO, retryDelay: `${retryAfterSeconds}s` }] };
    return Buffer.from(JSON.stringify({ code, message, ...details }));
  }
  const writer = new ProtobufWriter(128);
  writer.uint(1, code);
  writer.text(2, message);
  if (retryAfterSeconds !== undefined) writeRetryInfo(writer, retryAfterSeconds);
  return writer.finish();
}

/** `details`: Any { type_url 1, value 2: RetryInfo { retry_delay 1: Duration { seconds 1, nanos 2 } } }. */
function writeRetryInfo(writer: ProtobufWriter, retryAfterSeconds: number): void {
  const seconds = Math.floor(retryAfterSeconds);
  const details = writer.begin(3);
  writer.text(1, RETRY_INFO);
  const value = writer.begin(2);
  const delay = writer.begin(1);
  writer.uint(1, seconds);
  writer.uint(2, Math.round((retryAfterSeconds - seconds) * 1e9));
  writer.end(delay);
  writer.end(value);
  writer.end(details);
}
