/**
 * Buffers that bodies of several pieces are gathered in, used again and again. A new one per request is memory outside the
 * heap, and V8 answers 64 MiB of that with a full mark: at 1000 points a request that was half of all CPU (bench: ingest).
 */
const MIN_BYTES = 64 * 1024;
/** Larger bodies are rare; theirs is left to the garbage collector. */
const MAX_BYTES = 4 * 1024 * 1024;
/** Bound on what is kept while nobody uses it. */
const MAX_KEPT_BYTES = 32 * 1024 * 1024;

export class BodyBuffers {
  /** Free ones by size, a power of two. */
  readonly #free = new Map<number, Buffer[]>();
  #keptBytes = 0;

  /** At least `sizeBytes` long; what is in it is of no meaning. */
  take(sizeBytes: number): Buffer {
    if (sizeBytes > MAX_BYTES) return Buffer.allocUnsafeSlow(sizeBytes);
    const size = Math.max(MIN_BYTES, 2 ** Math.ceil(Math.log2(sizeBytes)));
    const buffer = this.#free.get(size)?.pop();
    if (buffer === undefined) return Buffer.allocUnsafeSlow(size);
    this.#keptBytes -= size;
    return buffer;
  }

  /** `buffer` is as `take` returned it, and nobody reads it any more. */
  giveBack(buffer: Buffer): void {
    const size = buffer.length;
    if (size > MAX_BYTES || this.#keptBytes + size > MAX_KEPT_BYTES) return;
    const list = this.#free.get(size);
    if (list === undefined) this.#free.set(size, [buffer]);
    else list.push(buffer);
    this.#keptBytes += size;
  }
}
