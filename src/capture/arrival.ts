/**
 * When a request came. `slowburn record` writes the moment before each request, in a field of the message that OTLP does not
 * have and that every reader of protobuf passes over; the Collector's files have no such moment, and the newest point stands
 * for it.
 */
import { MetricsDecoder, type PointCursor, type PointSink } from "../otlp/index.ts";

/** `fixed64 recorded_at_unix_nano = 50001`; 50000 to 99999 are private (protobuf.dev, "Extension Declarations"). */
const TAG = Uint8Array.of(0x89, 0xb5, 0x18);
export const STAMP_BYTES: number = TAG.length + 8;
const TWO_32 = 2 ** 32;
const NANOS_PER_MS = 1e6;

/** Writes the moment to the first `STAMP_BYTES` of `bytes`. */
export function writeStamp(bytes: Buffer, arrivedMs: number): void {
  bytes.set(TAG);
  bytes.writeBigUInt64LE(BigInt(arrivedMs) * 1_000_000n, TAG.length);
}

/** The recorded moment, ms; `undefined` when the message does not begin with one. */
export function stampOf(message: Uint8Array): number | undefined {
  if (message.length < STAMP_BYTES || TAG.some((byte, index) => message[index] !== byte)) {
    return undefined;
  }
  const view = new DataView(message.buffer, message.byteOffset + TAG.length, 8);
  return Number(view.getBigUint64(0, true) / 1_000_000n);
}

/** Finds the newest point of requests; `decoder` and sink are reused, so that a point costs no object. */
export class NewestPoint implements PointSink {
  readonly #decoder = new MetricsDecoder();
  #latestHi = 0;
  #hi = 0;
  #lo = 0;

  /**
   * Its time, ms, rounded up; 0 without one. A point after `latestMs` counts only where there is no other, and not even then
   * when `isPast`. Throws `MalformedRequest`.
   */
  of(request: Uint8Array, latestMs: number, isPast: boolean): number {
    this.#hi = this.#lo = 0;
    this.#latestHi = Math.floor((latestMs * NANOS_PER_MS) / TWO_32); // 4.3 s coarse
    this.#decoder.decode(request, this);
    if (this.#hi === 0 && !isPast) {
      this.#latestHi = Infinity;
      this.#decoder.decode(request, this);
    }
    // Rounded up on integers, as series/nanos.ts does: 2^32 ns = 4294 ms + 967296 ns.
    return this.#hi * 4294 + Math.ceil((this.#hi * 967_296 + this.#lo) / NANOS_PER_MS);
  }

  resource(): void {}
  scope(): void {}
  metric(): boolean {
    return true;
  }
  number(point: PointCursor): void {
    this.#see(point);
  }
  histogram(point: PointCursor): void {
    this.#see(point);
  }
  exponential(point: PointCursor): void {
    this.#see(point);
  }
  summary(point: PointCursor): void {
    this.#see(point);
  }

  #see({ timeHi, timeLo }: PointCursor): void {
    if (timeHi < this.#hi || timeHi > this.#latestHi) return;
    if (timeHi === this.#hi && timeLo <= this.#lo) return;
    this.#hi = timeHi;
    this.#lo = timeLo;
  }
}
