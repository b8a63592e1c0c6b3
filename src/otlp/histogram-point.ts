/**
 * HistogramDataPoint of metrics.proto: start 2, time 3, count 4, sum 5, bucket_counts 6, explicit_bounds 7, exemplars 8,
 * attributes 9, flags 10, min 11, max 12.
 */
import { gatherAttributes, gatherBodies, type Scratch } from "./gather.ts";
import {
  clearPoint,
  clearRange,
  emptyRange,
  newPoint,
  pointLayout,
  readAttributes,
  readPointField,
} from "./point-parts.ts";
import type { ByteRange, HistogramPointCursor } from "./sink.ts";
import { fromHalves, type WireReader } from "./wire-reader.ts";

const LAYOUT = pointLayout("HistogramDataPoint");
const BUCKET_COUNTS = 6;
const EXPLICIT_BOUNDS = 7;

export const histogramPointCursor = (): HistogramPointCursor => ({
  ...newPoint(),
  count: 0,
  bucketCounts: emptyRange(),
  explicitBounds: emptyRange(),
  min: NaN,
  max: NaN,
});

function clear(point: HistogramPointCursor, reader: WireReader): void {
  clearPoint(point, reader);
  point.count = 0;
  clearRange(point.bucketCounts, reader);
  clearRange(point.explicitBounds, reader);
  point.min = NaN;
  point.max = NaN;
  reader.isContiguous = true;
}

/** One packed piece of 8-byte values; a second one must be gathered. */
function readPacked(reader: WireReader, range: ByteRange, body: number, end: number): number {
  const bodyEnd = reader.bodyEnd(body, end);
  const start = reader.next;
  if (((bodyEnd - start) & 7) !== 0)
    reader.fail(body - 1, "is not a whole number of 8-byte values");
  if (range.start !== range.end) reader.isContiguous = false;
  range.start = start;
  range.end = bodyEnd;
  return bodyEnd;
}

/** Fills `point` from the message in [start, end). Shaped for speed: bench/decode.ts. */
export function readHistogramPoint(
  reader: WireReader,
  scratch: Scratch,
  start: number,
  end: number,
  point: HistogramPointCursor,
): void {
  const { bytes, view } = reader;
  clear(point, reader);
  for (let position = start; position < end;) {
    let tag = bytes[position]!;
    let body = position + 1;
    if (tag > 127) {
      tag = reader.tag(position, end);
      body = reader.next;
    }
    switch (tag) {
      case 0x21:
        position = reader.fixedEnd(body, 8, end);
        point.count = fromHalves(view.getUint32(body + 4, true), view.getUint32(body, true));
        break;
      case 0x32:
        position = readPacked(reader, point.bucketCounts, body, end);
        break;
      case 0x3a:
        position = readPacked(reader, point.explicitBounds, body, end);
        break;
      case 0x31:
      case 0x39:
        position = reader.fixedEnd(body, 8, end);
        reader.isContiguous = false;
        break;
      case 0x59:
        position = reader.fixedEnd(body, 8, end);
        point.min = view.getFloat64(body, true);
        break;
      case 0x61:
        position = reader.fixedEnd(body, 8, end);
        point.max = view.getFloat64(body, true);
        break;
      case 0x4a:
        position = readAttributes(reader, point, tag, position, body, end);
        break;
      default:
        position = readPointField(reader, LAYOUT, point, tag, position, body, end);
    }
  }
  if (reader.isContiguous) return;
  gatherAttributes(reader, scratch, LAYOUT.attributes, start, end, point.attributes);
  gatherBodies(reader, scratch, BUCKET_COUNTS, start, end, point.bucketCounts);
  gatherBodies(reader, scratch, EXPLICIT_BOUNDS, start, end, point.explicitBounds);
}
