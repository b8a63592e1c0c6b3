/** Append-only byte storage in chunks: no doubling copy, and a position fits an unsigned 32-bit number. */
import { assert } from "../slo/index.ts";

const CHUNK_BITS = 20;
const CHUNK_BYTES = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK_BYTES - 1;

/** The longest byte string an arena takes; the resolver rejects longer keys before. */
export const MAX_KEY_BYTES: number = 64 * 1024;

export class ByteArena {
  readonly #chunks: Buffer[] = [];
  #used = 0;

  /** Copies `bytes[start, end)` in and returns its position. */
  append(bytes: Uint8Array, start: number, end: number): number {
    const size = end - start;
    assert(size <= MAX_KEY_BYTES, "a key is no longer than MAX_KEY_BYTES");
    if ((this.#used & CHUNK_MASK) + size > CHUNK_BYTES) {
      this.#used = ((this.#used >>> CHUNK_BITS) + 1) * CHUNK_BYTES;
    }
    while (this.#chunks.length <= this.#used >>> CHUNK_BITS) {
      this.#chunks.push(Buffer.allocUnsafeSlow(CHUNK_BYTES));
    }
    const at = this.#used;
    this.#chunks[at >>> CHUNK_BITS]!.set(bytes.subarray(start, end), at & CHUNK_MASK);
    this.#used += size;
    assert(this.#used <= 0xffff_ffff, "an arena holds at most 4 GiB");
    return at;
  }

  /** Whether the bytes at `position` are `bytes[start, end)`. */
  equals(position: number, bytes: Uint8Array, start: number, end: number): boolean {
    const chunk = this.#chunks[position >>> CHUNK_BITS]!;
    const at = position & CHUNK_MASK;
    return chunk.compare(bytes, start, end, at, at + end - start) === 0;
  }

  /** A view, not a copy. */
  read(position: number, size: number): Uint8Array {
    const at = position & CHUNK_MASK;
    return size === 0 ? EMPTY : this.#chunks[position >>> CHUNK_BITS]!.subarray(at, at + size);
  }

  get usedBytes(): number {
    return this.#used;
  }

  get sizeBytes(): number {
    return this.#chunks.length * CHUNK_BYTES;
  }
}

const EMPTY = new Uint8Array(0);
