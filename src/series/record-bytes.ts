/** Growable bytes of a journal record, and a reader of the same: varints, doubles, byte strings. Little-endian. */
import { assert } from "../slo/index.ts";

const FIRST_BYTES = 16 * 1024;

export class RecordWriter {
  #bytes: Uint8Array = new Uint8Array(FIRST_BYTES);
  #view: DataView = new DataView(this.#bytes.buffer);
  /** Bytes written; may be set back to drop what was written since. */
  size = 0;

  /** Room for `count` more bytes, so that the unchecked writers below fit. */
  reserve(count: number): void {
    if (this.size + count <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.size + count));
    bytes.set(this.#bytes.subarray(0, this.size));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }

  u8(value: number): void {
    this.#bytes[this.size++] = value;
  }

  u32(value: number): void {
    this.#view.setUint32(this.size, value, true);
    this.size += 4;
  }

  f64(value: number): void {
    this.#view.setFloat64(this.size, value, true);
    this.size += 8;
  }

  /** An integer of 0 … 2^53 in 7-bit groups, at most 8 bytes. */
  varint(value: number): void {
    let rest = value;
    while (rest >= 0x1000_0000) {
      this.#bytes[this.size++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    let low = rest | 0;
    while (low >= 128) {
      this.#bytes[this.size++] = (low & 127) | 128;
      low >>>= 7;
    }
    this.#bytes[this.size++] = low;
  }

  /** A size and the bytes; reserves for itself. */
  blob(bytes: Uint8Array): void {
    this.reserve(bytes.length + 8);
    this.varint(bytes.length);
    this.#bytes.set(bytes, this.size);
    this.size += bytes.length;
  }

  /** What was written, in place: valid until the next write. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.size);
  }

  /** A copy of what was written from `start` on. */
  copy(start = 0): Uint8Array {
    return this.#bytes.slice(start, this.size);
  }
}

export class RecordReader {
  #bytes: Uint8Array;
  #view: DataView;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Begins again, with other bytes. */
  open(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
  }

  get isDone(): boolean {
    return this.at >= this.#bytes.length;
  }

  u8(): number {
    return this.#bytes[this.at++]!;
  }

  u32(): number {
    const value = this.#view.getUint32(this.at, true);
    this.at += 4;
    return value;
  }

  f64(): number {
    const value = this.#view.getFloat64(this.at, true);
    this.at += 8;
    return value;
  }

  varint(): number {
    let byte = this.#bytes[this.at++]!;
    if (byte < 128) return byte;
    let value = byte & 127;
    let scale = 128;
    do {
      byte = this.#bytes[this.at++]!;
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte >= 128);
    return value;
  }

  /** A view, not a copy. */
  blob(): Uint8Array {
    const size = this.varint();
    const start = this.at;
    this.at += size;
    assert(this.at <= this.#bytes.length, "a record holds what its sizes say");
    return this.#bytes.subarray(start, this.at);
  }

  view(size: number): Uint8Array {
    const start = this.at;
    this.at += size;
    assert(this.at <= this.#bytes.length, "a record holds what its sizes say");
    return this.#bytes.subarray(start, this.at);
  }
}
