/**
 * Writes protobuf: answers, and what JSON is transcoded into. One growing buffer; a message's length is put before its
 * body when it ends, moving the body by the few bytes that the length needs.
 */
const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;

export class ProtobufWriter {
  #bytes: Buffer<ArrayBuffer>;
  #view: DataView;
  #used = 0;

  constructor(initialBytes = 256) {
    this.#bytes = Buffer.allocUnsafeSlow(initialBytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** What was written so far, copied. */
  finish(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#bytes.subarray(0, this.#used));
  }

  /** Starts a message (or a packed field); give the result to `end`. */
  begin(field: number): number {
    this.#tag(field, DELIMITED);
    this.#reserve(1);
    return ++this.#used;
  }

  end(begun: number): void {
    const size = this.#used - begun;
    const extra = varintSize(size) - 1;
    if (extra > 0) {
      this.#reserve(extra);
      this.#bytes.copyWithin(begun + extra, begun, this.#used);
      this.#used += extra;
    }
    const written = this.#used;
    this.#used = begun - 1;
    this.rawVarint(0, size);
    this.#used = written;
  }

  /** Unsigned integer below 2^32. */
  uint(field: number, value: number): void {
    this.varint64(field, 0, value);
  }

  /** A 64-bit integer by its halves. */
  varint64(field: number, high: number, low: number): void {
    this.#tag(field, VARINT);
    this.rawVarint(high, low);
  }

  fixed64(field: number, high: number, low: number): void {
    this.#tag(field, FIXED64);
    this.rawFixed64(high, low);
  }

  double(field: number, value: number): void {
    this.#tag(field, FIXED64);
    this.rawDouble(value);
  }

  text(field: number, value: string): void {
    const size = Buffer.byteLength(value, "utf8");
    this.#tag(field, DELIMITED);
    this.rawVarint(0, size);
    this.#reserve(size);
    this.#bytes.write(value, this.#used, size, "utf8");
    this.#used += size;
  }

  data(field: number, value: Uint8Array): void {
    this.#tag(field, DELIMITED);
    this.rawVarint(0, value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#used);
    this.#used += value.length;
  }

  /** Values inside a packed field have no tag. */
  rawVarint(high: number, low: number): void {
    this.#reserve(10);
    let rest = low >>> 0;
    let upper = high >>> 0;
    while (upper !== 0 || rest > 127) {
      this.#bytes[this.#used++] = (rest & 127) | 128;
      rest = ((rest >>> 7) | (upper << 25)) >>> 0;
      upper >>>= 7;
    }
    this.#bytes[this.#used++] = rest;
  }

  rawFixed64(high: number, low: number): void {
    this.#reserve(8);
    this.#view.setUint32(this.#used, low, true);
    this.#view.setUint32(this.#used + 4, high, true);
    this.#used += 8;
  }

  rawDouble(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#used, value, true);
    this.#used += 8;
  }

  #tag(field: number, wireType: number): void {
    this.rawVarint(0, field * 8 + wireType);
  }

  #reserve(size: number): void {
    if (this.#used + size <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#used + size));
    grown.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) size++;
  return size;
}
