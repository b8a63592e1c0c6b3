/** SummaryDataPoint of metrics.proto: start 2, time 3, count 4, sum 5, quantile_values 6, attributes 7, flags 8. */
import { gatherAttributes, type Scratch } from "./gather.ts";
import { clearPoint, newPoint, pointLayout, readPointField } from "./point-parts.ts";
import type { SummaryPointCursor } from "./sink.ts";
import { fromHalves, type WireReader } from "./wire-reader.ts";

const LAYOUT = pointLayout("SummaryDataPoint");

export const summaryPointCursor = (): SummaryPointCursor => ({
  ...newPoint(),
  count: 0,
});

/** Fills `point` from the message in [start, end). */
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
    if (tag === 0x21) {
      position = reader.fixedEnd(body, 8, end);
      point.count = fromHalves(view.getUint32(body + 4, true), view.getUint32(body, true));
    } else {
      position = readPointField(reader, LAYOUT, point, tag, position, body, end);
    }
  }
  if (!reader.isContiguous)
    gatherAttributes(reader, scratch, LAYOUT.attributes, start, end, point.attributes);
}
