/** Several captures as one, by the moments of their records. */
import type { CaptureRecord, RecordSource } from "./capture.ts";

interface Source {
  readonly records: AsyncGenerator<CaptureRecord>;
  head: CaptureRecord;
}

/** Records of equal moments in the order of `captures`. A record is valid until the next is asked for. */
export async function* mergeCaptures(
  captures: readonly RecordSource[],
): AsyncGenerator<CaptureRecord> {
  const sources: Source[] = [];
  try {
    for (const capture of captures) {
      const records = capture.records();
      const { value, done } = await records.next();
      if (done !== true) sources.push({ records, head: value });
    }
    while (sources.length > 0) {
      const source = sources.reduce((a, b) => (b.head.arrivedMs < a.head.arrivedMs ? b : a));
      yield source.head;
      const { value, done } = await source.records.next();
      if (done === true) sources.splice(sources.indexOf(source), 1);
      else source.head = value;
    }
  } finally {
    for (const { records } of sources) await records.return(undefined);
  }
}
