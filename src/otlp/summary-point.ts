/** SummaryDataPoint of metrics.proto: start 2, time 3, count 4, sum 5, quantile_values 6, attributes 7, flags 8. */
import { gatherAttributes, type Scratch } from "./gather.ts";
import { checkBody, clearPoint, emptyRange, readAttributes } from "./point-parts.ts";
import { schemaOf } from "./schema.ts";
import type { SummaryPointCursor } from "./sink.ts";
import { fromHalves, type WireReader } from "./wire-reader.ts";

const SCHEMA = schemaOf("SummaryDataPoint");
const VALUE_AT_QUANTILE = schemaOf("ValueAtQuantile");
const ATTRIBUTES = 7;

export const summaryPointCursor = (): SummaryPointCursor => ({
  attributes: emptyRange(),
  attributeCount: 0,
  startHi: 0,
  startLo: 0,
  timeHi: 0,
  timeLo: 0,
  flags: 0,
  count: 0,
});

/** Fills `point` from the message in [start, end). */
// oxlint-disable-next-line max-lines-per-function -- one message, one switch
export function readSummaryPoint(
  reader: WireReader,
  scratch: Scratch,
  start: number,
  end: number,
  point: SummaryPointCursor,
): void {
  const { view } = reader;
  clearPoint(point, reader);
  point.count = 0;
  reader.isContiguous = true;
  for (let position = start; position < end;) {
    const tag = reader.tag(position, end);
    const body = reader.next;
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
        point.count = fromHalves(view.getUint32(body + 4, true), view.getUint32(body, true));
        break;
      case 0x32:
        position = checkBody(reader, VALUE_AT_QUANTILE, body, end);
        break;
      case 0x3a:
        position = readAttributes(reader, point, tag, position, body, end);
        break;
      case 0x40:
        point.flags = reader.varint(body, end);
        position = reader.next;
        break;
      default:
        position = reader.skip(tag, body, end, SCHEMA);
    }
  }
  if (!reader.isContiguous)
    gatherAttributes(reader, scratch, ATTRIBUTES, start, end, point.attributes);
}
