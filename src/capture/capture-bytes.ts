/** A capture file's bytes in chunks, decompressed where they are compressed: told by their first bytes, not by a name. */
import { open, type FileHandle } from "node:fs/promises";
import type { Readable, Transform } from "node:stream";
import * as zlib from "node:zlib";
import { ProblemError } from "../slo/index.ts";
import { captureProblem, type CaptureProblem } from "./capture-problem.ts";

const CHUNK_BYTES = 1024 * 1024;

/** Node 22.15 brought zstd; the types here are those of Node 20, hence the probe. */
const { createZstdDecompress } = zlib as unknown as {
  readonly createZstdDecompress?: (settings: { readonly chunkSize: number }) => Transform;
};

export interface CaptureBytes {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Of the file as it lies on the disk. */
  readonly sizeBytes: number;
  /** Of those, how many have been read. */
  readonly readBytes: () => number;
}

/** Throws `ProblemError`: the file cannot be opened, or its compression not be read here. So do the chunks. */
export async function openCaptureBytes(file: string): Promise<CaptureBytes> {
  const handle = await opened(file);
  try {
    const { size } = await handle.stat();
    const head = Buffer.alloc(4);
    await handle.read(head, 0, head.length, 0);
    let readBytes = 0;
    const raw = handle.createReadStream({ start: 0, highWaterMark: CHUNK_BYTES });
    raw.on("data", (chunk) => (readBytes += chunk.length));
    raw.pause();
    const decompressing = decompressorOf(head, file);
    const stream = decompressing === undefined ? raw : raw.pipe(decompressing);
    raw.on("error", (error) => stream.destroy(error));
    return { chunks: chunksOf(stream, raw, file), sizeBytes: size, readBytes: () => readBytes };
  } catch (error) {
    await handle.close();
    throw asProblem(error, file);
  }
}

async function opened(file: string): Promise<FileHandle> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, "r");
    if ((await handle.stat()).isFile()) return handle;
  } catch (error) {
    await handle?.close();
    throw asProblem(error, file);
  }
  await handle.close();
  throw unreadable(file, "is no file");
}

function decompressorOf(head: Uint8Array, file: string): Transform | undefined {
  if (isGzip(head)) {
    // A recorder that was killed leaves an end that is cut off: what came before is as good as ever.
    const finishFlush = zlib.constants.Z_SYNC_FLUSH;
    return zlib.createGunzip({ chunkSize: CHUNK_BYTES, finishFlush });
  }
  if (!isZstd(head)) return undefined;
  if (createZstdDecompress !== undefined) return createZstdDecompress({ chunkSize: CHUNK_BYTES });
  throw new ProblemError([zstdMissing(file)]);
}

async function* chunksOf(
  stream: Readable,
  raw: Readable,
  file: string,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) yield chunk as Uint8Array; // a byte stream without an encoding
  } catch (error) {
    throw asProblem(error, file);
  } finally {
    raw.destroy();
  }
}

export const isZstd = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd;
const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

export const zstdMissing = (file: string): CaptureProblem =>
  captureProblem("capture-compression", file, `zstd cannot be read by Node ${process.version}`, {
    hint: "run it with Node 22.15 or later, or decompress it first: zstd -d",
  });

function asProblem(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || error instanceof ProblemError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (/^(?:Z_|ZSTD_)/.test(code) || code === "ERR__ERROR_FORMAT_ERROR") {
    const message = `its compression is broken: ${error.message}`;
    const hint = "copy the file again; gzip -t or zstd -t says whether it is whole";
    return new ProblemError([captureProblem("capture-compression", file, message, { hint })]);
  }
  return code === "" ? error : unreadable(file, `cannot be read: ${error.message}`);
}

const unreadable = (file: string, message: string): ProblemError =>
  new ProblemError([captureProblem("capture-unreadable", file, message)]);
