/** Reads `google.rpc.Status` with protobufjs, independent of the writer under test. */
import protobuf from "protobufjs";

const { root } = protobuf.parse(
  `syntax = "proto3"; package rpc;
   message Any { string type_url = 1; bytes value = 2; }
   message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
   message Duration { int64 seconds = 1; int32 nanos = 2; }
   message RetryInfo { Duration retry_delay = 1; }`,
  { keepCase: true },
);

export interface StatusRead {
  readonly code: number;
  readonly message: string;
  /** Seconds, of a RetryInfo. */
  readonly retryDelay?: number;
}

export function decodeStatus(bytes: Uint8Array): StatusRead {
  const { code, message, details } = root.lookupType("rpc.Status").decode(bytes) as unknown as {
    code: number;
    message: string;
    details: { type_url: string; value: Uint8Array }[];
  };
  const retry = details.find((it) => it.type_url === "type.googleapis.com/google.rpc.RetryInfo");
  if (retry === undefined) return { code, message };
  const { retry_delay: delay } = root
    .lookupType("rpc.RetryInfo")
    .decode(retry.value) as unknown as {
    retry_delay: { seconds: unknown; nanos: number };
  };
  return { code, message, retryDelay: Number(String(delay.seconds)) + delay.nanos / 1e9 };
}
