/** One record's bytes → the protobuf bytes of its request, by what they begin with. */
import * as zlib from "node:zlib";
import { MalformedRequest, transcodeJson } from "../otlp/index.ts";
import { isZstd } from "./capture-bytes.ts";

/** OTLP's recommended bound of a request (DESIGN section 5). */
export const MAX_RECORD_BYTES: number = 64 * 1024 * 1024;
const OPEN_BRACE = 0x7b;

/** Node 22.15 brought zstd; the types here are those of Node 20, hence the probe. */
const { zstdDecompressSync } = zlib as unknown as {
  readonly zstdDecompressSync?: (
    bytes: Uint8Array,
    settings: { readonly maxOutputLength: number },
  ) => Buffer;
};

/** `zstd`: this Node cannot decompress it. `foreign`: traces or logs. */
export type RecordRequest =
  | { readonly kind: "request"; readonly request: Uint8Array }
  | { readonly kind: "foreign" }
  | { readonly kind: "zstd" };

/** Throws `MalformedRequest`. A record in protobuf is not looked into here: the decoder does that. */
export function requestOfRecord(record: Uint8Array): RecordRequest {
  if (isZstd(record)) {
    // The Collector compresses record by record where its native compression is off.
    if (zstdDecompressSync === undefined) return { kind: "zstd" };
    return requestOfRecord(inflated(record, zstdDecompressSync));
  }
  if (record[0] !== OPEN_BRACE) return { kind: "request", request: record };
  const { request, warning } = transcodeJson(record);
  if (warning === "") return { kind: "request", request };
  // One file may be written by pipelines of several signals.
  if (/"resource(?:Spans|Logs|Profiles)"/.test(warning)) return { kind: "foreign" };
  throw new MalformedRequest("", warning, -1);
}

function inflated(record: Uint8Array, inflate: NonNullable<typeof zstdDecompressSync>): Buffer {
  try {
    return inflate(record, { maxOutputLength: MAX_RECORD_BYTES });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MalformedRequest("", `cannot be decompressed: ${reason}`, -1);
  }
}
