/**
 * Attributes as raw bytes (`repeated KeyValue`, tags included), read only when a series, resource or scope is first seen.
 * The decoder has checked the wire form before; what is still odd is read as an absent value.
 */
import type { AttributeValue } from "../slo/index.ts";
import { hashBytes } from "./hash-bytes.ts";

const MAX_DEPTH = 16;

/** Walks the fields of a message; ends at the first that does not fit. `number` … `end` are of the field `next` found. */
class Fields {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;
  number = 0;
  wireType = 0;
  /** Where its content is; a varint's are its bytes. */
  start = 0;
  end = 0;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  next(): boolean {
    if (this.#at >= this.#end) return false;
    const tag = this.#varint();
    this.number = Math.floor(tag / 8);
    this.wireType = tag & 7;
    this.start = this.#at;
    let size = this.wireType === 1 ? 8 : this.wireType === 5 ? 4 : 0;
    if (this.wireType === 0) this.#varint();
    if (this.wireType === 2) {
      size = this.#varint();
      this.start = this.#at;
    }
    this.#at += size;
    this.end = this.#at;
    return this.#at <= this.#end;
  }

  #varint(): number {
    let value = 0;
    let scale = 1;
    while (this.#at < this.#end) {
      const byte = this.#bytes[this.#at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) break;
      scale *= 128;
    }
    return value;
  }
}

/** An int64 varint; beyond 2^53 the nearest double. BigInt is fine here: once per attribute at first sight. */
function readInt64(bytes: Uint8Array, start: number, end: number): number {
  if (end - start <= 4) {
    let small = 0;
    for (let at = start; at < end; at++) small |= (bytes[at]! & 127) << (7 * (at - start));
    return small;
  }
  let value = 0n;
  for (let at = start; at < end; at++) {
    value |= BigInt(bytes[at]! & 127) << BigInt(7 * (at - start));
  }
  return Number(BigInt.asIntN(64, value));
}

type Plain = AttributeValue | readonly Plain[] | { readonly [key: string]: Plain } | null;

/** The last field of an AnyValue (common.proto) counts. */
function readAnyValue(
  message: Buffer,
  from: number,
  to: number,
  depth: number,
): Exclude<Plain, null> {
  const field = new Fields(message, from, to);
  let number = 0;
  let start = 0;
  let end = 0;
  while (field.next()) {
    number = field.number;
    start = field.start;
    end = field.end;
  }
  if (depth > MAX_DEPTH) return "";
  switch (number) {
    case 1:
      return message.toString("utf8", start, end);
    case 2:
      return message[start] !== 0;
    case 3:
      return readInt64(message, start, end);
    case 4:
      return end - start === 8 ? message.readDoubleLE(start) : "";
    case 5:
      return readList(message, start, end, depth + 1);
    case 6:
      return Object.fromEntries(readMap(message, start, end, depth + 1));
    case 7:
      return message.toString("base64", start, end);
    default:
      return "";
  }
}

function readList(message: Buffer, start: number, end: number, depth: number): readonly Plain[] {
  const items: Plain[] = [];
  const field = new Fields(message, start, end);
  while (field.next()) items.push(readAnyValue(message, field.start, field.end, depth));
  return items;
}

function readMap(message: Buffer, start: number, end: number, depth: number): [string, Plain][] {
  const entries: [string, Plain][] = [];
  const field = new Fields(message, start, end);
  while (field.next()) entries.push(readKeyValue(message, field.start, field.end, depth));
  return entries;
}

function readKeyValue(
  message: Buffer,
  start: number,
  end: number,
  depth: number,
): [string, Exclude<Plain, null>] {
  let key = "";
  let value: Exclude<Plain, null> = "";
  const field = new Fields(message, start, end);
  while (field.next()) {
    if (field.number === 1) key = message.toString("utf8", field.start, field.end);
    if (field.number === 2) value = readAnyValue(message, field.start, field.end, depth);
  }
  return [key, value];
}

/**
 * Adds the KeyValues under the given field numbers of a message (or of a bare range of them) to `into`:
 * scalars as they are, everything else as JSON text (OpenTelemetry common/README.md).
 */
export function readAttributes(
  bytes: Uint8Array,
  fieldNumbers: readonly number[],
  into: Map<string, AttributeValue>,
): void {
  const message = bufferOf(bytes);
  const field = new Fields(message, 0, message.length);
  while (field.next()) {
    if (!fieldNumbers.includes(field.number) || field.wireType !== 2) continue;
    const [key, value] = readKeyValue(message, field.start, field.end, 0);
    into.set(key, typeof value === "object" ? JSON.stringify(value) : value);
  }
}

/** Text of a `string` field of a message, or empty. */
export function readString(bytes: Uint8Array, fieldNumber: number): string {
  const message = bufferOf(bytes);
  const field = new Fields(message, 0, message.length);
  let text = "";
  while (field.next()) {
    if (field.number === fieldNumber) text = message.toString("utf8", field.start, field.end);
  }
  return text;
}

const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

/** The same for the same fields in any order and framing. `skip` are fields that do not identify (dropped_attributes_count). */
export function hashFields(
  seed: number,
  message: Uint8Array,
  start: number,
  end: number,
  skip: readonly number[],
): number {
  let sum = 0;
  const field = new Fields(message, start, end);
  while (field.next()) {
    if (skip.includes(field.number)) continue;
    sum += hashBytes(seed ^ field.number, message, field.start, field.end);
  }
  return sum | 0;
}

/** The same fields in one order, sorted by their bytes: equal when, and only when, the sets are. */
export function canonicalFields(message: Uint8Array, skip: readonly number[]): Uint8Array {
  const parts: { readonly number: number; readonly bytes: Uint8Array }[] = [];
  const field = new Fields(message, 0, message.length);
  while (field.next()) {
    if (skip.includes(field.number)) continue;
    parts.push({ number: field.number, bytes: message.subarray(field.start, field.end) });
  }
  parts.sort((a, b) => a.number - b.number || Buffer.compare(a.bytes, b.bytes));
  const pieces = parts.flatMap(({ number, bytes }) => [
    Buffer.from(Float64Array.of(number, bytes.length).buffer),
    bytes,
  ]);
  return Buffer.concat(pieces);
}
