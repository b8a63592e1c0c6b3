/**
 * ExponentialHistogramDataPoint of metrics.proto: attributes 1, start 2, time 3, count 4, sum 5, scale 6, zero_count 7,
 * positive 8, negative 9, flags 10, exemplars 11, min 12, max 13, zero_threshold 14; Buckets: offset 1, bucket_counts 2.
 */
import { gatherAttributes, gatherInnerBodies, type Scratch } from "./gather.ts";
import {
  clearPoint,
  clearRange,
  emptyRange,
  newPoint,
  pointLayout,
  readPointField,
} from "./point-parts.ts";
import { schemaOf } from "./schema.ts";
import type { ByteRange, ExponentialPointCursor } from "./sink.ts";
import { fromHalves, type WireReader } from "./wire-reader.ts";

const LAYOUT = pointLayout("ExponentialHistogramDataPoint");
const BUCKETS = schemaOf("Buckets");
const POSITIVE = 8;
const NEGATIVE = 9;
const BUCKET_COUNTS = 2;

export const exponentialPointCursor = (): ExponentialPointCursor => ({
  ...newPoint(),
  count: 0,
  scale: 0,
  zeroCount: 0,
  zeroThreshold: 0,
  positiveOffset: 0,
  positiveCounts: emptyRange(),
  negativeOffset: 0,
  negativeCounts: emptyRange(),
  min: NaN,
  max: NaN,
});

function clear(point: ExponentialPointCursor, reader: WireReader): void {
  clearPoint(point, reader);
  point.count = 0;
  point.scale = 0;
  point.zeroCount = 0;
  point.zeroThreshold = 0;
  point.positiveOffset = 0;
  clearRange(point.positiveCounts, reader);
  point.negativeOffset = 0;
  clearRange(point.negativeCounts, reader);
  point.min = NaN;
  point.max = NaN;
  reader.isContiguous = true;
}

/** sint32: zig-zag of the lower 32 bits. */
const fromZigZag = (bits: number): number => (bits >>> 1) ^ -(bits & 1);

/** Reads a `Buckets` message into `counts` and returns its offset, or `offset` when it has none (parts merge). */
function readBuckets(
  reader: WireReader,
  start: number,
  end: number,
  offset: number,
  counts: ByteRange,
): number {
  let found = offset;
  for (let position = start; position < end;) {
    const tag = reader.tag(position, end);
    const body = reader.next;
    switch (tag) {
      case 0x08:
        found = fromZigZag(reader.varint(body, end));
        position = reader.next;
        break;
      case 0x12:
        position = readPackedVarints(reader, counts, body, end);
        break;
      case 0x10:
        reader.varint(body, end);
        position = reader.next;
        reader.isContiguous = false;
        break;
      default:
        position = reader.skip(tag, body, end, BUCKETS);
    }
  }
  return found;
}

function readPackedVarints(
  reader: WireReader,
  range: ByteRange,
  position: number,
  end: number,
): number {
  const { bytes } = reader;
  const bodyEnd = reader.bodyEnd(position, end);
  const start = reader.next;
  for (let next = start; next < bodyEnd;) {
    if (bytes[next]! < 128) {
      next++;
    } else {
      reader.varint(next, bodyEnd);
      next = reader.next;
    }
  }
  if (range.start !== range.end) reader.isContiguous = false;
  range.start = start;
  range.end = bodyEnd;
  return bodyEnd;
}

/** Fills `point` from the message in [start, end). */
export function readExponentialPoint(
  reader: WireReader,
  scratch: Scratch,
  start: number,
  end: number,
  point: ExponentialPointCursor,
): void {
  const { view } = reader;
  clear(point, reader);
  for (let position = start; position < end;) {
    const tag = reader.tag(position, end);
    const body = reader.next;
    switch (tag) {
      case 0x21:
        position = reader.fixedEnd(body, 8, end);
        point.count = fromHalves(view.getUint32(body + 4, true), view.getUint32(body, true));
        break;
      case 0x30:
        point.scale = fromZigZag(reader.varint(body, end));
        position = reader.next;
        break;
      case 0x39:
        position = reader.fixedEnd(body, 8, end);
        point.zeroCount = fromHalves(view.getUint32(body + 4, true), view.getUint32(body, true));
        break;
      case 0x42: {
        position = reader.bodyEnd(body, end);
        const { positiveOffset, positiveCounts } = point;
        const found = readBuckets(reader, reader.next, position, positiveOffset, positiveCounts);
        point.positiveOffset = found;
        break;
      }
      case 0x4a: {
        position = reader.bodyEnd(body, end);
        const { negativeOffset, negativeCounts } = point;
        const found = readBuckets(reader, reader.next, position, negativeOffset, negativeCounts);
        point.negativeOffset = found;
        break;
      }
      case 0x61:
        position = reader.fixedEnd(body, 8, end);
        point.min = view.getFloat64(body, true);
        break;
      case 0x69:
        position = reader.fixedEnd(body, 8, end);
        point.max = view.getFloat64(body, true);
        break;
      case 0x71:
        position = reader.fixedEnd(body, 8, end);
        point.zeroThreshold = view.getFloat64(body, true);
        break;
      default:
        position = readPointField(reader, LAYOUT, point, tag, position, body, end);
    }
  }
  if (reader.isContiguous) return;
  gatherAttributes(reader, scratch, LAYOUT.attributes, start, end, point.attributes);
  gatherInnerBodies(reader, scratch, POSITIVE, BUCKET_COUNTS, start, end, point.positiveCounts);
  gatherInnerBodies(reader, scratch, NEGATIVE, BUCKET_COUNTS, start, end, point.negativeCounts);
}
