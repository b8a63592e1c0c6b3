/**
 * Reads protobuf's wire format (protobuf.dev/programming-guides/encoding) out of one request, with every bound checked
 * against the enclosing message. JavaScript reads past an array's end without complaint, so nothing here trusts a length.
 */
import { locate } from "./locate.ts";
import { MalformedRequest } from "./malformed-request.ts";
import { FIELD_NUMBERS, UNKNOWN_FIELD, type MessageSchema } from "./schema.ts";

export const NO_BYTES: Uint8Array = new Uint8Array(0);
const MAX_FIELD_NUMBER = 0x1fffffff;
const WIRE_TYPE_NAMES = ["varint", "fixed64", "length-delimited", "group", "group", "fixed32"];

/**
 * A request and the results of the last read. Positions are passed in and `next` is read back, so that the loops keep
 * them in registers; shaped for speed: bench/decode.ts.
 */
export class WireReader {
  bytes: Uint8Array = NO_BYTES;
  view: DataView = new DataView(NO_BYTES.buffer);
  /** Position after the last read of a tag, a varint or a length. */
  next = 0;
  /** Upper 32 bits of the last varint. */
  high = 0;
  /** Cleared by a point reader that met a field in pieces, which must be gathered when the point has been read. */
  isContiguous = true;

  open(request: Uint8Array): void {
    // A Buffer would make every access to `bytes` polymorphic.
    const { buffer, byteOffset, byteLength } = request;
    this.bytes = new Uint8Array(buffer, byteOffset, byteLength);
    this.view = new DataView(buffer, byteOffset, byteLength);
  }

  /** Drops the request, which may be large. */
  close(): void {
    this.bytes = NO_BYTES;
    this.view = new DataView(NO_BYTES.buffer);
  }

  /** The lower 32 bits, unsigned; the upper ones are in `high`. */
  varint(position: number, end: number): number {
    const bytes = this.bytes;
    if (position < end) {
      const byte = bytes[position]!;
      if (byte < 128) {
        this.next = position + 1;
        this.high = 0;
        return byte;
      }
    }
    return this.#longVarint(position, end, position - 1);
  }

  /** `blame` is where an error is said to be: the field's tag. */
  #longVarint(position: number, end: number, blame: number): number {
    const bytes = this.bytes;
    let low = 0;
    let high = 0;
    for (let index = 0; index < 10; index++) {
      if (position + index >= end) this.fail(blame, "is cut off");
      const byte = bytes[position + index]!;
      const bits = byte & 127;
      const shift = 7 * index;
      if (shift < 32) low |= bits << shift;
      if (shift >= 28) high |= shift < 32 ? bits >>> (32 - shift) : bits << (shift - 32);
      if (byte < 128) {
        this.next = position + index + 1;
        this.high = high >>> 0;
        return low >>> 0;
      }
    }
    return this.fail(blame, "has a varint of more than 10 bytes");
  }

  /** A tag with a field number other than 0. */
  tag(position: number, end: number): number {
    if (position < end) {
      const byte = this.bytes[position]!;
      if (byte < 128 && byte > 7) {
        this.next = position + 1;
        return byte;
      }
    }
    return this.#longTag(position, end);
  }

  #longTag(position: number, end: number): number {
    const tag = this.#longVarint(position, end, position);
    const field = tag >>> 3;
    if (this.high !== 0 || field > MAX_FIELD_NUMBER)
      this.fail(position, "has an impossible number");
    if (field === 0) this.fail(position, "has number 0");
    return tag;
  }

  /** Reads a length; the body is [`next`, the returned end). */
  bodyEnd(position: number, end: number): number {
    const length = this.varint(position, end);
    if (this.high !== 0 || length > end - this.next)
      this.fail(position - 1, "runs past the end of its message");
    return this.next + length;
  }

  /** Checks that `size` bytes from `position` lie in the message, and returns the position after them. */
  fixedEnd(position: number, size: number, end: number): number {
    if (end - position < size) this.fail(position - 1, "runs past the end of its message");
    return position + size;
  }

  /**
   * Returns the position after a field whose tag was read and whose value nobody needs. A known field in a wire type
   * that is not its own is an error, as in the Collector, where protobuf libraries would call it unknown.
   */
  skip(tag: number, position: number, end: number, schema: MessageSchema): number {
    const field = tag >>> 3;
    const wireType = tag & 7;
    if (field < FIELD_NUMBERS) {
      const expected = schema.wireTypes[field]!;
      if (expected !== UNKNOWN_FIELD && expected !== wireType)
        this.fail(position - 1, `has wire type ${wireType}, not ${WIRE_TYPE_NAMES[expected]!}`);
    }
    return this.valueEnd(tag, position, end);
  }

  /** The position after a value whose tag was read, whatever message it is of. */
  valueEnd(tag: number, position: number, end: number): number {
    const wireType = tag & 7;
    switch (wireType) {
      case 0:
        this.varint(position, end);
        return this.next;
      case 1:
        return this.fixedEnd(position, 8, end);
      case 2:
        return this.bodyEnd(position, end);
      case 5:
        return this.fixedEnd(position, 4, end);
      default:
        return this.fail(position - 1, `has wire type ${wireType}, which proto3 does not have`);
    }
  }

  /** Throws `MalformedRequest`; `offset` is a byte of the faulty field's tag or length. */
  fail(offset: number, what: string): never {
    const { path, field } = locate(this.bytes, Math.max(offset, 0));
    throw new MalformedRequest(
      path,
      `${field === 0 ? "a field" : `field ${field}`} ${what}`,
      offset,
    );
  }
}

/** Both halves of a 64-bit integer as the nearest double; `high` signed for signed integers. */
export const fromHalves = (high: number, low: number): number => high * 4294967296 + low;
