/** `google.rpc.Status` (status.proto, error_details.proto): what every refusal says, in the encoding of the request. */
import type { BodyEncoding } from "./body-encoding.ts";
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

/** What in a request is wrong, and where: the path of a message or field, empty for the request as a whole. */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

export interface RpcStatus {
  readonly code: RpcCode;
  readonly message: string;
  /** Adds a `google.rpc.BadRequest`: the request must be mended before it is sent again. */
  readonly violation?: FieldViolation;
  /** Adds a `google.rpc.RetryInfo`: the trouble passes. */
  readonly retryAfterSeconds?: number;
}

const BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest";
const RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo";
/** The spec limits answers to 4 MiB; a message of many rejected points is cut long before. */
const MAX_MESSAGE_CHARACTERS = 8_192;

/** `text`, cut where an answer would become too long. */
export const shortened = (text: string, maxCharacters: number = MAX_MESSAGE_CHARACTERS): string =>
  text.length <= maxCharacters ? text : `${text.slice(0, maxCharacters - 1)}…`;

/** `details` holds what of the two is set, BadRequest first. Each text is cut at `maxCharacters`. */
export function encodeStatus(
  encoding: BodyEncoding,
  status: RpcStatus,
  maxCharacters: number = MAX_MESSAGE_CHARACTERS,
): Uint8Array {
  const { code, retryAfterSeconds } = status;
  const cut = (text: string): string => shortened(text, maxCharacters);
  const message = cut(status.message);
  const violation = status.violation && {
    field: cut(status.violation.field),
    description: cut(status.violation.description),
  };
  if (encoding === "json") {
    const details = [
      ...(violation === undefined
        ? []
        : [{ "@type": BAD_REQUEST, fieldViolations: [violationJson(violation)] }]),
      ...(retryAfterSeconds === undefined
        ? []
        : [{ "@type": RETRY_INFO, retryDelay: `${retryAfterSeconds}s` }]),
    ];
    return Buffer.from(
      JSON.stringify({ code, message, ...(details.length === 0 ? {} : { details }) }),
    );
  }
  const writer = new ProtobufWriter(256);
  writer.uint(1, code);
  writer.text(2, message);
  if (violation !== undefined) writeBadRequest(writer, violation);
  if (retryAfterSeconds !== undefined) writeRetryInfo(writer, retryAfterSeconds);
  return writer.finish();
}

/** As in protobuf, an empty field is left out. */
const violationJson = ({ field, description }: FieldViolation): object =>
  field === "" ? { description } : { field, description };

/** `details`: Any { type_url 1, value 2: BadRequest { field_violations 1: { field 1, description 2 } } }. */
function writeBadRequest(writer: ProtobufWriter, { field, description }: FieldViolation): void {
  const details = writer.begin(3);
  writer.text(1, BAD_REQUEST);
  const value = writer.begin(2);
  const violation = writer.begin(1);
  if (field !== "") writer.text(1, field);
  writer.text(2, description);
  writer.end(violation);
  writer.end(value);
  writer.end(details);
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
