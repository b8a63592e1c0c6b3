/** NumberDataPoint of metrics.proto: start 2, time 3, as_double 4, exemplars 5, as_int 6, attributes 7, flags 8. */
import { gatherAttributes, type Scratch } from "./gather.ts";
import {
  clearPoint,
  newPoint,
  pointLayout,
  readAttributes,
  readPointField,
} from "./point-parts.ts";
import type { NumberPointCursor } from "./sink.ts";
import { fromHalves, type WireReader } from "./wire-reader.ts";

const LAYOUT = pointLayout("NumberDataPoint");

export const numberPointCursor = (): NumberPointCursor => ({
  ...newPoint(),
  value: NaN,
  hasValue: false,
});

/** Fills `point` from the message in [start, end). Shaped for speed: bench/decode.ts. */
export function readNumberPoint(
  reader: WireReader,
  scratch: Scratch,
  start: number,
  end: number,
  point: NumberPointCursor,
): void {
  const { bytes, view } = reader;
  clearPoint(point, reader);
  point.value = NaN;
  point.hasValue = false;
  reader.isContiguous = true;
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
        point.value = view.getFloat64(body, true);
        point.hasValue = true;
        break;
      case 0x31:
        position = reader.fixedEnd(body, 8, end);
        point.value = fromHalves(view.getInt32(body + 4, true), view.getUint32(body, true));
        point.hasValue = true;
        break;
      case 0x3a:
        position = readAttributes(reader, point, tag, position, body, end);
        break;
      default:
        position = readPointField(reader, LAYOUT, point, tag, position, body, end);
    }
  }
  if (!reader.isContiguous)
    gatherAttributes(reader, scratch, LAYOUT.attributes, start, end, point.attributes);
}
