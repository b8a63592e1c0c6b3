/** Journal entries on their way to the storage thread, packed into one buffer that travels and comes back. */
import type { OutboxChange } from "./store.ts";

/** From here on a batch takes no further entry: bounds one transaction. */
const FULL_BYTES = 1024 * 1024;
const SMALLEST_BYTES = 64 * 1024;
const MAX_SPARE = 4;

export class Batch {
  readonly firstSeq: number;
  /** Empty while under way: the buffer is the storage thread's then. */
  bytes: Uint8Array<ArrayBuffer>;
  usedBytes = 0;
  readonly sizes: number[] = [];
  readonly outbox: OutboxChange[] = [];
  readonly waiters: {
    readonly resolve: (seq: number) => void;
    readonly reject: (error: Error) => void;
  }[] = [];

  constructor(bytes: Uint8Array<ArrayBuffer>, firstSeq: number) {
    this.bytes = bytes;
    this.firstSeq = firstSeq;
  }

  hasRoomFor(sizeBytes: number): boolean {
    return this.usedBytes + sizeBytes <= FULL_BYTES;
  }

  /** Copies: the caller may reuse `body` at once. */
  add(body: Uint8Array, outbox: OutboxChange | undefined): void {
    const needed = this.usedBytes + body.length;
    if (needed > this.bytes.length) {
      const larger = allocate(Math.max(needed, 2 * this.bytes.length));
      larger.set(this.bytes.subarray(0, this.usedBytes));
      this.bytes = larger;
    }
    this.bytes.set(body, this.usedBytes);
    this.usedBytes = needed;
    this.sizes.push(body.length);
    if (outbox !== undefined) this.outbox.push(outbox);
  }
}

/** A few buffers that go round: fresh ones cost the main thread up to 70 % more (README, decision 7). */
export class BatchBuffers {
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];

  take(sizeBytes: number): Uint8Array<ArrayBuffer> {
    const index = this.#spare.findIndex((buffer) => buffer.length >= sizeBytes);
    const [found] = index < 0 ? [] : this.#spare.splice(index, 1);
    return found ?? allocate(Math.max(sizeBytes, SMALLEST_BYTES));
  }

  giveBack(buffer: Uint8Array<ArrayBuffer>): void {
    if (this.#spare.length >= MAX_SPARE) this.#spare.shift();
    if (buffer.length <= 2 * FULL_BYTES) this.#spare.push(buffer);
  }
}

/** Not zeroed, and not from Node's pool, whose memory cannot be transferred. */
function allocate(sizeBytes: number): Uint8Array<ArrayBuffer> {
  return Buffer.allocUnsafeSlow(sizeBytes);
}
