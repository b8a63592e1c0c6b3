/**
 * gRPC's framing and trailers (grpc/grpc doc/PROTOCOL-HTTP2.md): what one unary call needs of them.
 * A frame is `[compressed u8][length u32 big-endian][message]`; frames and HTTP/2 DATA never align.
 */
import { refused, tooLarge, type Refusal } from "./refusal.ts";
import { encodeStatus, RpcCode, shortened, type RpcStatus } from "./rpc-status.ts";

const FRAME_HEADER_BYTES = 5;

export type FrameRead =
  { readonly kind: "reading" } | { readonly kind: "refused"; readonly refusal: Refusal };

/** Takes the one message of a unary call, refusing it as soon as its length is known to be too large. */
export class FrameReader {
  readonly #maxBytes: number;
  readonly #chunks: Buffer[] = [];
  #sizeBytes = 0;
  #messageBytes = -1;
  isCompressed = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes of the body so far. */
  get receivedBytes(): number {
    return this.#sizeBytes;
  }

  push(chunk: Buffer): FrameRead {
    this.#chunks.push(chunk);
    this.#sizeBytes += chunk.length;
    if (this.#messageBytes < 0 && this.#sizeBytes >= FRAME_HEADER_BYTES) {
      const header = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
      const flag = header[0]!;
      if (flag > 1) return misframed(`a frame has flag ${flag}, not 0 or 1`);
      this.isCompressed = flag === 1;
      this.#messageBytes = header.readUInt32BE(1);
      if (this.#messageBytes > this.#maxBytes)
        return { kind: "refused", refusal: tooLarge("message", this.#maxBytes) };
    }
    if (this.#messageBytes >= 0 && this.#sizeBytes > FRAME_HEADER_BYTES + this.#messageBytes)
      return misframed("Export takes exactly one message");
    return { kind: "reading" };
  }

  /** When the client has sent all. Undefined unless exactly one whole message came. */
  message(): Buffer | undefined {
    if (this.#messageBytes < 0 || this.#sizeBytes !== FRAME_HEADER_BYTES + this.#messageBytes)
      return undefined;
    const whole = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    return whole.subarray(FRAME_HEADER_BYTES);
  }
}

/** The bytes are not what gRPC's framing says. */
export const badFraming = (message: string): Refusal =>
  refused("framing", { code: RpcCode.internal, message });

const misframed = (message: string): FrameRead => ({
  kind: "refused",
  refusal: badFraming(message),
});

/** An uncompressed frame. */
export function frame(message: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(FRAME_HEADER_BYTES + message.length);
  bytes[0] = 0;
  bytes.writeUInt32BE(message.length, 1);
  bytes.set(message, FRAME_HEADER_BYTES);
  return bytes;
}

/** `grpc-message` is percent-encoded UTF-8; headers are bounded, so long texts are cut. */
const MAX_MESSAGE_CHARACTERS = 1_024;

/** The trailers that end a call. */
export function statusTrailers(status: RpcStatus): Record<string, string> {
  if (status.code === RpcCode.ok) return { "grpc-status": "0" };
  const details = encodeStatus("protobuf", status, MAX_MESSAGE_CHARACTERS);
  return {
    "grpc-status": String(status.code),
    "grpc-message": percentEncode(shortened(status.message, MAX_MESSAGE_CHARACTERS)),
    "grpc-status-details-bin": Buffer.from(details).toString("base64").replace(/=+$/, ""),
  };
}

/** Space to `~` except `%` stay as they are. */
const percentEncode = (message: string): string =>
  Array.from(Buffer.from(message, "utf8"), (byte) =>
    byte >= 0x20 && byte <= 0x7e && byte !== 0x25
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
  ).join("");

const TIMEOUT_UNITS_MS: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1_000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/** `grpc-timeout` (at most 8 digits and a unit) in ms; undefined when absent or not understood. */
export function timeoutMsOf(header: string | undefined): number | undefined {
  const match = /^(\d{1,8})([HMSmun])$/.exec(header ?? "");
  return match === null ? undefined : Number(match[1]) * TIMEOUT_UNITS_MS[match[2]!]!;
}
