/**
 * The file `hwm` says how far the journal had come. SQLite cuts its write-ahead log off at the first bad frame and calls the
 * rest healthy; only something outside of it can tell that entries are gone. Written after each commit and not synced: what it
 * says is never ahead of the journal, and being behind (after a power cut) does no harm.
 *
 *     0 "SBHW"   4 version u32 = 1   8 instance f64   16 seq f64   24 committedMs f64   32 chain u32   36 crc u32 of 0..35
 */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";

export interface HighWaterMark {
  /** Which life of the database; another one's mark says nothing. */
  readonly instance: number;
  readonly seq: number;
  readonly committedMs: number;
  readonly chain: number;
}

const MAGIC = 0x53424857;
const SIZE_BYTES = 40;
const VERSION = 1;

/** Undefined when there is none or it is unreadable: then only its protection is lost. */
export function readHighWaterMark(path: string): HighWaterMark | undefined {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch {
    return undefined; // Absent on the first start; unreadable is as good as absent.
  }
  if (bytes.length !== SIZE_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, SIZE_BYTES);
  if (view.getUint32(0) !== MAGIC || view.getUint32(4, true) !== VERSION) return undefined;
  if (view.getUint32(36, true) !== crc32(bytes.subarray(0, 36))) return undefined;
  return {
    instance: view.getFloat64(8, true),
    seq: view.getFloat64(16, true),
    committedMs: view.getFloat64(24, true),
    chain: view.getUint32(32, true),
  };
}

/** Writes the mark in place, one small write a commit. */
export class HighWaterMarkFile {
  readonly #descriptor: number;
  readonly #bytes = new Uint8Array(SIZE_BYTES);
  readonly #view = new DataView(this.#bytes.buffer);

  constructor(path: string) {
    // "a" creates without cutting off; reopened "r+" since appending descriptors ignore positions.
    closeSync(openSync(path, "a", 0o600));
    this.#descriptor = openSync(path, "r+");
  }

  write(mark: HighWaterMark): void {
    const view = this.#view;
    view.setUint32(0, MAGIC);
    view.setUint32(4, VERSION, true);
    view.setFloat64(8, mark.instance, true);
    view.setFloat64(16, mark.seq, true);
    view.setFloat64(24, mark.committedMs, true);
    view.setUint32(32, mark.chain, true);
    view.setUint32(36, crc32(this.#bytes.subarray(0, 36)), true);
    writeSync(this.#descriptor, this.#bytes, 0, SIZE_BYTES, 0);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
