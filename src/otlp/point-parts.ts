/** What the readers of the four kinds of point share: the fields that all have, and those that are only checked. */
import { checkAttribute, checkMessage } from "./message-check.ts";
import { FIELD_NUMBERS, schemaOf, type MessageSchema } from "./schema.ts";
import type { ByteRange, PointCursor } from "./sink.ts";
import { NO_BYTES, type WireReader } from "./wire-reader.ts";

export const emptyRange = (): ByteRange => ({ bytes: NO_BYTES, start: 0, end: 0 });

export function clearRange(range: ByteRange, reader: WireReader): void {
  range.bytes = reader.bytes;
  range.start = 0;
  range.end = 0;
}

/** The part of a cursor that every kind of point has; spread into the kind's own, so that each is one flat object. */
export const newPoint = (): PointCursor => ({
  attributes: emptyRange(),
  attributeCount: 0,
  startHi: 0,
  startLo: 0,
  timeHi: 0,
  timeLo: 0,
  flags: 0,
});

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

/** Where a kind of point has the fields that all kinds have; start (2) and time (3) are the same in all. */
export interface PointLayout {
  readonly schema: MessageSchema;
  /** Field number of `attributes`. */
  readonly attributes: number;
  readonly attributesTag: number;
  readonly flagsTag: number;
}

const START_TAG = 0x11;
const TIME_TAG = 0x19;

export function pointLayout(message: string): PointLayout {
  const schema = schemaOf(message);
  const attributes = schema.byJsonName.get("attributes")!.number;
  const flags = schema.byJsonName.get("flags")!.number;
  return { schema, attributes, attributesTag: (attributes << 3) | 2, flagsTag: flags << 3 };
}

/**
 * Reads a field that the reader of the kind left: one that all points have, or one that no SLI needs, which is only
 * checked. Returns the position after it. `position` is that of the tag, `body` follows it. What sharing costs: README,
 * decision 11.
 */
export function readPointField(
  reader: WireReader,
  layout: PointLayout,
  point: PointCursor,
  tag: number,
  position: number,
  body: number,
  end: number,
): number {
  const view = reader.view;
  switch (tag) {
    case START_TAG: {
      const next = reader.fixedEnd(body, 8, end);
      point.startLo = view.getUint32(body, true);
      point.startHi = view.getUint32(body + 4, true);
      return next;
    }
    case TIME_TAG: {
      const next = reader.fixedEnd(body, 8, end);
      point.timeLo = view.getUint32(body, true);
      point.timeHi = view.getUint32(body + 4, true);
      return next;
    }
    case layout.attributesTag:
      return readAttributes(reader, point, tag, position, body, end);
    case layout.flagsTag:
      point.flags = reader.varint(body, end);
      return reader.next;
    default:
      return checkField(reader, layout.schema, position, end);
  }
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

/** Checks a field that no SLI needs: an exemplar or a quantile down to its bottom. */
function checkField(
  reader: WireReader,
  schema: MessageSchema,
  position: number,
  end: number,
): number {
  // Read anew: loops may have taken the tag's first byte for the tag.
  const tag = reader.tag(position, end);
  const body = reader.next;
  const message = tag >>> 3 < FIELD_NUMBERS ? schema.fields[tag >>> 3]?.message : undefined;
  if (message === undefined || (tag & 7) !== 2) return reader.skip(tag, body, end, schema);
  const bodyEnd = reader.bodyEnd(body, end);
  checkMessage(reader, message, reader.next, bodyEnd, 0);
  return bodyEnd;
}
