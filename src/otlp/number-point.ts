/** NumberDataPoint of metrics.proto: start 2, time 3, as_double 4, exemplars 5, as_int 6, attributes 7, flags 8. */
import { gatherAttributes, type Scratch } from "./gather.ts";
import { checkBody, clearPoint, emptyRange, readAttributes } from "./point-parts.ts";
import { schemaOf } from "./schema.ts";
import type { NumberPointCursor } from "./sink.ts";
import { fromHalves, type WireReader } from "./wire-reader.ts";

const SCHEMA = schemaOf("NumberDataPoint");
const EXEMPLAR = schemaOf("Exemplar");
const ATTRIBUTES = 7;

export const numberPointCursor = (): NumberPointCursor => ({
  attributes: emptyRange(),
  attributeCount: 0,
  startHi: 0,
  startLo: 0,
  timeHi: 0,
  timeLo: 0,
  flags: 0,
  value: NaN,
  hasValue: false,
});

/** Fills `point` from the message in [start, end). Shaped for speed: bench/decode.ts. */
// oxlint-disable-next-line max-lines-per-function -- one message, one switch
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
      case 0x11:
        position = reader.fixedEnd(body, 8, end);
        point.startLo = view.getUint32(body, true);
        point.startHi = view.getUint32(body + 4, true);
        break;
      case 0x19:
        position = reader.fixedEnd(body, 8, end);
        point.timeLo = view.getUint32(body, true);
        point.timeHi = view.getUint32(body + 4, true);
        break;
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
      case 0x40:
        point.flags = reader.varint(body, end);
        position = reader.next;
        break;
      case 0x2a:
        position = checkBody(reader, EXEMPLAR, body, end);
        break;
      default:
        position = reader.skipField(position, end, SCHEMA);
    }
  }
  if (!reader.isContiguous)
    gatherAttributes(reader, scratch, ATTRIBUTES, start, end, point.attributes);
}
