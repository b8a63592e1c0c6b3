/**
 * Puts together what protobuf lets a sender scatter: attributes with other fields between them, packed numbers in several
 * pieces or unpacked, a sub-message that comes twice (its parts merge). Senders hardly ever do, so this is the slow path.
 */
import type { ByteRange } from "./sink.ts";
import type { WireReader } from "./wire-reader.ts";

/** One huge point must not hold memory for ever. */
const KEPT_BYTES = 65_536;

/** Space that is reused from point to point; what it holds is valid until `reset`. */
export class Scratch {
  #bytes = new Uint8Array(KEPT_BYTES);
  #used = 0;

  reset(): void {
    this.#used = 0;
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = new Uint8Array(KEPT_BYTES);
  }

  /** Points `range` at `size` free bytes at most; ranges given out before stay valid when the space grows. */
  lend(range: ByteRange, size: number): void {
    if (this.#used + size > this.#bytes.length) {
      this.#bytes = new Uint8Array(Math.max(size, this.#bytes.length * 2));
      this.#used = 0;
    }
    range.bytes = this.#bytes;
    range.start = this.#used;
    range.end = this.#used;
    this.#used += size;
  }
}

/** Wire type of messages and packed numbers. */
const DELIMITED = 2;

function append(range: ByteRange, source: Uint8Array, start: number, end: number): void {
  range.bytes.set(source.subarray(start, end), range.end);
  range.end += end - start;
}

/** The bodies of every `field` of the message in [start, end), end to end: packed numbers, or a message to be merged. */
export function gatherBodies(
  reader: WireReader,
  scratch: Scratch,
  field: number,
  start: number,
  end: number,
  range: ByteRange,
): void {
  scratch.lend(range, end - start);
  appendBodies(reader, field, start, end, range);
}

/** The bodies of `innerField` in every `field` of the message: the counts of `Buckets` that came in several pieces. */
export function gatherInnerBodies(
  reader: WireReader,
  scratch: Scratch,
  field: number,
  innerField: number,
  start: number,
  end: number,
  range: ByteRange,
): void {
  scratch.lend(range, end - start);
  for (let position = start; position < end;) {
    const tag = reader.tag(position, end);
    const bodyEnd = reader.valueEnd(tag, reader.next, end);
    if (tag === field * 8 + DELIMITED)
      appendBodies(reader, innerField, bodyStart(reader, position, end), bodyEnd, range);
    position = bodyEnd;
  }
}

/** Every `KeyValue` of `field`, each with its tag (written in its shortest form) and length. */
export function gatherAttributes(
  reader: WireReader,
  scratch: Scratch,
  field: number,
  start: number,
  end: number,
  range: ByteRange,
): void {
  scratch.lend(range, end - start);
  for (let position = start; position < end;) {
    const tag = reader.tag(position, end);
    const afterTag = reader.next;
    const bodyEnd = reader.valueEnd(tag, afterTag, end);
    if (tag === field * 8 + DELIMITED) {
      range.bytes[range.end++] = tag;
      append(range, reader.bytes, afterTag, bodyEnd);
    }
    position = bodyEnd;
  }
}

function appendBodies(
  reader: WireReader,
  field: number,
  start: number,
  end: number,
  range: ByteRange,
): void {
  for (let position = start; position < end;) {
    const tag = reader.tag(position, end);
    const afterTag = reader.next;
    const bodyEnd = reader.valueEnd(tag, afterTag, end);
    if (tag >>> 3 === field) {
      const from = (tag & 7) === DELIMITED ? bodyStart(reader, position, end) : afterTag;
      append(range, reader.bytes, from, bodyEnd);
    }
    position = bodyEnd;
  }
}

/** First byte of a length-delimited field's body. */
function bodyStart(reader: WireReader, position: number, end: number): number {
  reader.tag(position, end);
  reader.bodyEnd(reader.next, end);
  return reader.next;
}
