/** Reads `google.rpc.Status` with protobufjs, independent of the writer under test. */
import protobuf from "protobufjs";

const { root } = protobuf.parse(
  `syntax = "proto3"; package rpc;
   message Any { string type_url = 1; bytes value = 2; }
   message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
   message Duration { int64 seconds = 1; int32 nanos = 2; }
   message RetryInfo { Duration retry_delay = 1; }
   message FieldViolation { string field = 1; string description = 2; }
   message BadRequest { repeated FieldViolation field_violations = 1; }`,
  { keepCase: true },
);

export interface StatusRead {
  readonly code: number;
  readonly message: string;
  /** Of a BadRequest: field and description. */
  readonly violations?: readonly (readonly [field: string, description: string])[];
  /** Seconds, of a RetryInfo. */
  readonly retryDelay?: number;
}

interface Any {
  readonly type_url: string;
  readonly value: Uint8Array;
}

export function decodeStatus(bytes: Uint8Array): StatusRead {
  const { code, message, details } = decode<{
    code: number;
    message: string;
    details: readonly Any[];
  }>("Status", bytes);
  return Object.assign({ code, message }, ...details.map(readDetail)) as StatusRead;
}

function readDetail({ type_url: url, value }: Any): Omit<StatusRead, "code" | "message"> {
  switch (url) {
    case "type.googleapis.com/google.rpc.RetryInfo": {
      const { retry_delay: delay } = decode<{ retry_delay: { seconds: unknown; nanos: number } }>(
        "RetryInfo",
        value,
      );
      return { retryDelay: Number(String(delay.seconds)) + delay.nanos / 1e9 };
    }
    case "type.googleapis.com/google.rpc.BadRequest": {
      const { field_violations: violations } = decode<{
        field_violations: readonly { field: string; description: string }[];
      }>("BadRequest", value);
      return { violations: violations.map((each) => [each.field, each.description] as const) };
    }
    default:
      throw new Error(`no detail is of type ${url}`);
  }
}

const decode = <T>(type: string, bytes: Uint8Array): T =>
  root.lookupType(`rpc.${type}`).decode(bytes) as T;
