/** `ExportMetricsServiceResponse` (metrics_service.proto), in the encoding of the request. */
import type { BodyEncoding } from "./body-encoding.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";
import { shortened } from "./rpc-status.ts";

export interface PartialSuccess {
  /** With 0 the message is a warning. */
  readonly rejectedPoints: number;
  readonly message: string;
}

/** `partial_success` is unset when all was well, as the specification demands. */
export function encodeResponse(
  encoding: BodyEncoding,
  partial: PartialSuccess | undefined,
): Uint8Array {
  if (encoding === "json") return Buffer.from(JSON.stringify(responseJson(partial)));
  const writer = new ProtobufWriter(64);
  if (partial !== undefined) {
    const { rejectedPoints } = partial;
    const partialSuccess = writer.begin(1);
    if (rejectedPoints > 0)
      writer.varint64(1, Math.floor(rejectedPoints / 4294967296), rejectedPoints % 4294967296);
    writer.text(2, shortened(partial.message));
    writer.end(partialSuccess);
  }
  return writer.finish();
}

/** int64 is a string in protobuf JSON; a zero is left out. */
function responseJson(partial: PartialSuccess | undefined): object {
  if (partial === undefined) return {};
  const { rejectedPoints } = partial;
  const rejected = rejectedPoints > 0 ? { rejectedDataPoints: String(rejectedPoints) } : {};
  return { partialSuccess: { ...rejected, errorMessage: shortened(partial.message) } };
}
