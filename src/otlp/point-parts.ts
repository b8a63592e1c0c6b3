/** What the readers of the four kinds of point share: cursors, the run of attributes, bodies that are only checked. */
import { checkAttribute, checkMessage } from "./message-check.ts";
import type { MessageSchema } from "./schema.ts";
import type { ByteRange, PointCursor } from "./sink.ts";
import { NO_BYTES, type WireReader } from "./wire-reader.ts";

export const emptyRange = (): ByteRange => ({ bytes: NO_BYTES, start: 0, end: 0 });

export function clearRange(range: ByteRange, reader: WireReader): void {
  range.bytes = reader.bytes;
  range.start = 0;
  range.end = 0;
}

/** State must not leak from one point into the next. */
export function clearPoint(point: PointCursor, reader: WireReader): void {
  clearRange(point.attributes, reader);
  point.attributeCount = 0;
  point.startHi = 0;
  point.startLo = 0;
  point.timeHi = 0;
  point.timeLo = 0;
  point.flags = 0;
}

/**
 * Checks the attributes from `position` (the tag's first byte; `body` follows the tag) up to the next other field, adds
 * them to the cursor and returns the position after them. False in `reader.isContiguous` asks for `gatherAttributes`.
 */
export function readAttributes(
  reader: WireReader,
  point: PointCursor,
  tag: number,
  position: number,
  body: number,
  end: number,
): number {
  const bytes = reader.bytes;
  const range = point.attributes;
  if (point.attributeCount === 0) range.start = position;
  else if (range.end !== position) reader.isContiguous = false;
  // A tag of more than one byte is legal and nobody writes it: gathering writes it short.
  if (body !== position + 1) reader.isContiguous = false;
  let count = 0;
  let next = body - 1;
  do {
    next = checkAttribute(reader, next, end);
    count++;
  } while (next < end && bytes[next] === tag);
  range.end = next;
  point.attributeCount += count;
  return next;
}

/** Checks a sub-message that no SLI needs (an exemplar, a quantile) and returns the position after it. */
export function checkBody(
  reader: WireReader,
  schema: MessageSchema,
  position: number,
  end: number,
): number {
  const bodyEnd = reader.bodyEnd(position, end);
  checkMessage(reader, schema, reader.next, bodyEnd, 0);
  return bodyEnd;
}
