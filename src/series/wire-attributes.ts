/**
 * Attributes as raw bytes (`repeated KeyValue`, tags included), read only when a series, resource or scope is first seen.
 * The decoder has checked the wire form before; what is still odd is read as an absent value.
 */
import type { Attributes, AttributeValue } from "../slo/index.ts";

interface Field {
  number: number;
  wireType: number;
  start: number;
  end: number;
}

const utf8 = new TextDecoder();
const MAX_DEPTH = 16;

/** Splits a message into its fields (a varint's range is its bytes); stops at the first that does not fit. */
function fieldsOf(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    let scale = 1;
    while (at < bytes.length) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) break;
      scale *= 128;
    }
    return value;
  };
  while (at < bytes.length) {
    const tag = varint();
    const wireType = tag & 7;
    let start = at;
    const scalar = wireType === 0 || wireType === 2 ? varint() : 0;
    if (wireType === 2) start = at;
    const size = wireType === 2 ? scalar : wireType === 1 ? 8 : wireType === 5 ? 4 : 0;
    if (at + size > bytes.length) break;
    at += size;
    fields.push({ number: Math.floor(tag / 8), wireType, start, end: at });
  }
  return fields;
}

/** An int64 varint; beyond 2^53 the nearest double. BigInt is fine here: once per attribute at first sight. */
function readInt64(varint: Uint8Array): number {
  let value = 0n;
  varint.forEach((byte, index) => (value |= BigInt(byte & 127) << BigInt(7 * index)));
  return Number(BigInt.asIntN(64, value));
}

type Plain = AttributeValue | readonly Plain[] | { readonly [key: string]: Plain } | null;

function toPlain(bytes: Uint8Array, depth: number): Exclude<Plain, null> {
  const field = fieldsOf(bytes).at(-1);
  if (field === undefined || depth > MAX_DEPTH) return "";
  const content = bytes.subarray(field.start, field.end);
  switch (field.number) {
    case 1:
      return utf8.decode(content);
    case 2:
      return content[0] !== 0;
    case 3:
      return readInt64(content);
    case 4:
      return new DataView(content.buffer, content.byteOffset, 8).getFloat64(0, true);
    case 5:
      return fieldsOf(content).map((item) =>
        toPlain(content.subarray(item.start, item.end), depth + 1),
      );
    case 6:
      return Object.fromEntries(
        fieldsOf(content).map((item) =>
          readKeyValue(content.subarray(item.start, item.end), depth + 1),
        ),
      );
    case 7:
      return Buffer.from(content).toString("base64");
    default:
      return "";
  }
}

function readKeyValue(bytes: Uint8Array, depth: number): [string, Exclude<Plain, null>] {
  let key = "";
  let value: Exclude<Plain, null> = "";
  for (const field of fieldsOf(bytes)) {
    const content = bytes.subarray(field.start, field.end);
    if (field.number === 1) key = utf8.decode(content);
    if (field.number === 2) value = toPlain(content, depth);
  }
  return [key, value];
}

/**
 * Adds the KeyValues under the given field numbers of a message (or of a bare range of them) to `into`:
 * scalars as they are, everything else as JSON text (OpenTelemetry common/README.md).
 */
export function readAttributes(
  message: Uint8Array,
  fieldNumbers: readonly number[],
  into: Map<string, AttributeValue>,
): Attributes {
  for (const field of fieldsOf(message)) {
    if (!fieldNumbers.includes(field.number) || field.wireType !== 2) continue;
    const [key, value] = readKeyValue(message.subarray(field.start, field.end), 0);
    into.set(key, typeof value === "object" ? JSON.stringify(value) : value);
  }
  return into;
}

/**
 * The same set of fields in one order, whatever order and framing the sender chose: fields sorted by their bytes.
 * `skip` are fields that do not identify (dropped_attributes_count).
 */
export function canonicalFields(message: Uint8Array, skip: readonly number[]): Uint8Array {
  const parts = fieldsOf(message)
    .filter((field) => !skip.includes(field.number))
    .map((field) => ({ field, bytes: Buffer.from(message.subarray(field.start, field.end)) }))
    .sort((a, b) => a.field.number - b.field.number || Buffer.compare(a.bytes, b.bytes));
  const pieces = parts.map(({ field, bytes }) => {
    const head = Buffer.allocUnsafe(9);
    head.writeUInt8(field.number & 255, 0);
    head.writeDoubleLE(bytes.length, 1);
    return Buffer.concat([head, bytes]);
  });
  return Buffer.concat(pieces);
}

/** Text of a `string` field of a message, or empty. */
export function readString(message: Uint8Array, fieldNumber: number): string {
  const field = fieldsOf(message).findLast((each) => each.number === fieldNumber);
  return field === undefined ? "" : utf8.decode(message.subarray(field.start, field.end));
}
