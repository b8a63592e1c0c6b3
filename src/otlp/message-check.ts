/**
 * Checks the wire form of what the decoder hands on unread (resource, scope, attributes) or drops (exemplars, metadata,
 * quantiles), so that what is stored once can be read without fear.
 */
import { schemaOf, FIELD_NUMBERS, type MessageSchema } from "./schema.ts";
import type { WireReader } from "./wire-reader.ts";

/** An attribute's value is level 1, an element of its array level 2 (DESIGN section 5). */
export const MAX_VALUE_LEVELS = 16;

const KEY_VALUE = schemaOf("KeyValue");
const ANY_VALUE = schemaOf("AnyValue");

/** Checks the message in [start, end). `level` counts the AnyValues around it. */
export function checkMessage(
  reader: WireReader,
  schema: MessageSchema,
  start: number,
  end: number,
  level: number,
): void {
  const inner = schema === ANY_VALUE ? level + 1 : level;
  if (inner > MAX_VALUE_LEVELS)
    reader.fail(start - 1, `is nested deeper than ${MAX_VALUE_LEVELS} levels`);
  for (let position = start; position < end;) {
    const tag = reader.tag(position, end);
    const body = reader.next;
    const number = tag >>> 3;
    const message = number < FIELD_NUMBERS ? schema.fields[number]?.message : undefined;
    if (message !== undefined && (tag & 7) === 2) {
      position = reader.bodyEnd(body, end);
      checkMessage(reader, message, reader.next, position, inner);
    } else {
      position = reader.skip(tag, body, end, schema);
    }
  }
}

/**
 * Checks one `KeyValue` field (its tag is one byte, at `position`) and returns the position after it. What SDKs send, a
 * short key and a short string, boolean, integer or double, is recognised in one go: bench/decode.ts.
 */
export function checkAttribute(reader: WireReader, position: number, end: number): number {
  const bytes = reader.bytes;
  if (end - position >= 8) {
    const bodyEnd = position + 2 + bytes[position + 1]!;
    // `0a key 12 value`, every length one byte, each filling its message to the end.
    if (bytes[position + 1]! < 128 && bodyEnd <= end && bytes[position + 2] === 0x0a) {
      const valueTag = position + 4 + bytes[position + 3]!;
      if (valueTag + 4 <= bodyEnd && bytes[position + 3]! < 128 && bytes[valueTag] === 0x12) {
        const size = bytes[valueTag + 1]!;
        if (valueTag + 2 + size === bodyEnd && isPlainValue(bytes, valueTag + 2, size))
          return bodyEnd;
      }
    }
  }
  const bodyEnd = reader.bodyEnd(position + 1, end);
  checkMessage(reader, KEY_VALUE, reader.next, bodyEnd, 0);
  return bodyEnd;
}

/** An AnyValue of `size` >= 2 bytes that holds one string, one-byte boolean or integer, or double. */
function isPlainValue(bytes: Uint8Array, start: number, size: number): boolean {
  switch (bytes[start]!) {
    case 0x0a:
      return bytes[start + 1] === size - 2;
    case 0x10:
    case 0x18:
      return size === 2 && bytes[start + 1]! < 128;
    case 0x21:
      return size === 9;
    default:
      return false;
  }
}
