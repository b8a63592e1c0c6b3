/**
 * Writes what `Capture` reads: each request in protobuf behind its size, as the Collector's file exporter does with
 * `format: proto`, with the moment it came at in front of it (arrival.ts).
 */
import { open, type FileHandle } from "node:fs/promises";
import { OperationError } from "../slo/index.ts";
import { STAMP_BYTES, writeStamp } from "./arrival.ts";

const HEAD_BYTES = 4 + STAMP_BYTES;

export class CaptureWriter {
  recordCount = 0;
  /** Of the file. */
  sizeBytes = 0;
  readonly #handle: FileHandle;
  readonly #maxBytes: number;
  #written: Promise<void> = Promise.resolve();

  /**
   * Makes the file, and says in it when recording began: from then on a counter's past is known. Rejects with
   * `OperationError`: it is there already (`capture-exists`), or cannot be made (`unwritable`).
   */
  static async create(file: string, maxBytes: number, nowMs: number): Promise<CaptureWriter> {
    try {
      const writer = new CaptureWriter(await open(file, "wx", 0o600), maxBytes);
      await writer.append(new Uint8Array(0), nowMs);
      writer.recordCount = 0;
      return writer;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw unwritable(file, cause);
      const message = `${file} is there already: give --out another name, or move it away`;
      throw new OperationError("capture-exists", message, { cause, retryable: false });
    }
  }

  constructor(handle: FileHandle, maxBytes: number) {
    this.#handle = handle;
    this.#maxBytes = maxBytes;
  }

  /**
   * Resolves when the request is in the file; false when it has no room there. Requests are written in the order of the
   * calls. Rejects with Node's error, and then nothing more may be appended: a part may have been written.
   */
  async append(request: Uint8Array, arrivedMs: number): Promise<boolean> {
    const recordBytes = HEAD_BYTES + request.length;
    if (this.sizeBytes + recordBytes > this.#maxBytes) return false;
    this.sizeBytes += recordBytes;
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt32BE(STAMP_BYTES + request.length);
    writeStamp(head.subarray(4), arrivedMs);
    this.#written = this.#written.then(() => this.#write(head, request));
    await this.#written;
    this.recordCount++;
    return true;
  }

  async #write(head: Uint8Array, request: Uint8Array): Promise<void> {
    const all = Buffer.concat([head, request]);
    for (let at = 0; at < all.length;) {
      const { bytesWritten } = await this.#handle.write(all, at);
      at += bytesWritten;
    }
  }

  /** Everything is on the disk then. */
  async close(): Promise<void> {
    try {
      await this.#written.catch(() => undefined); // whoever appended was told
      await this.#handle.sync();
    } finally {
      await this.#handle.close();
    }
  }
}

function unwritable(file: string, cause: unknown): OperationError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new OperationError("unwritable", `cannot write ${file}: ${reason}`, {
    cause,
    retryable: false,
  });
}
