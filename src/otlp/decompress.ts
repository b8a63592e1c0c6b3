/** Bodies as clients compress them, with the bound on what comes out enforced while it comes out (zip bombs). */
import * as zlib from "node:zlib";

export type Compression = "identity" | "gzip" | "deflate" | "zstd";

export type Decompressed =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "too-large" }
  | { readonly kind: "broken"; readonly message: string };

type Settings = { readonly maxOutputLength: number; readonly chunkSize?: number };
type Callback = (error: Error | null, result: Buffer) => void;
interface Codec {
  readonly sync: (bytes: Uint8Array, settings: Settings) => Buffer;
  readonly async: (bytes: Uint8Array, settings: Settings, callback: Callback) => void;
}

/** Node 22.15 brought zstd; the types here are those of Node 20, hence the probe. */
const zstd = zlib as unknown as {
  readonly zstdDecompressSync?: Codec["sync"];
  readonly zstdDecompress?: Codec["async"];
};

const CODECS: ReadonlyMap<Compression, Codec> = new Map([
  ["gzip", { sync: zlib.gunzipSync, async: zlib.gunzip }],
  // HTTP's "deflate" is zlib's format (RFC 9110 section 8.4.1.2).
  ["deflate", { sync: zlib.inflateSync, async: zlib.inflate }],
  ...(zstd.zstdDecompressSync !== undefined && zstd.zstdDecompress !== undefined
    ? [["zstd", { sync: zstd.zstdDecompressSync, async: zstd.zstdDecompress }] as const]
    : []),
]);

/** For `Accept-Encoding`: what this Node can decompress. */
export const SUPPORTED_COMPRESSIONS: readonly Compression[] = [...CODECS.keys()];

/** `Content-Encoding` or `grpc-encoding` -> its codec; undefined when it cannot be decompressed here. */
export function compressionOf(header: string | undefined): Compression | undefined {
  const name = (header ?? "identity").trim().toLowerCase();
  if (name === "" || name === "identity") return "identity";
  const compression = name === "x-gzip" ? "gzip" : name;
  return SUPPORTED_COMPRESSIONS.find((supported) => supported === compression);
}

/** Up to this much of output is inflated at once on the main thread: a few ms; a trip to the thread pool costs more. */
const SYNC_INPUT_BYTES = 1024 * 1024;
const SYNC_OUTPUT_BYTES = 4 * 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;

/** Never yields more than `maxBytes`. */
export async function decompress(
  compression: Exclude<Compression, "identity">,
  bytes: Uint8Array,
  maxBytes: number,
): Promise<Decompressed> {
  const codec = CODECS.get(compression);
  if (codec === undefined) return { kind: "broken", message: `${compression} is not supported` };
  try {
    if (bytes.length <= SYNC_INPUT_BYTES) {
      const maxOutputLength = Math.min(maxBytes, SYNC_OUTPUT_BYTES);
      const inflated = inflateSync(codec, bytes, maxOutputLength);
      if (inflated !== undefined) return { kind: "bytes", bytes: inflated };
      if (maxOutputLength === maxBytes) return { kind: "too-large" };
    }
    return { kind: "bytes", bytes: await inflate(codec, bytes, maxBytes) };
  } catch (error) {
    if (isTooLarge(error)) return { kind: "too-large" };
    // Whatever else zlib says is about the bytes.
    return {
      kind: "broken",
      message: `the body is not ${compression}: ${(error as Error).message}`,
    };
  }
}

/** Undefined when more than `maxOutputLength` would come out. */
function inflateSync(codec: Codec, bytes: Uint8Array, maxOutputLength: number): Buffer | undefined {
  try {
    return codec.sync(bytes, { maxOutputLength, chunkSize: CHUNK_BYTES });
  } catch (error) {
    if (isTooLarge(error)) return undefined;
    throw error;
  }
}

function inflate(codec: Codec, bytes: Uint8Array, maxOutputLength: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    codec.async(bytes, { maxOutputLength, chunkSize: CHUNK_BYTES }, (error, result) => {
      if (error === null) resolve(result);
      else reject(error);
    });
  });
}

const isTooLarge = (error: unknown): boolean =>
  (error as { readonly code?: string }).code === "ERR_BUFFER_TOO_LARGE";
