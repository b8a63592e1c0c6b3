/** Several captures as one, by the moments of their records. */
import { ProblemError } from "../slo/index.ts";
import { captureProblem } from "./capture-problem.ts";
import type { CaptureRecord, RecordSource } from "./capture.ts";
import { gapMessage, isTooFar } from "./record-gap.ts";

interface Source {
  readonly file: string;
  readonly records: AsyncGenerator<CaptureRecord>;
  head: CaptureRecord;
}

/**
 * Records of equal moments in the order of `captures`. A record is valid until the next is asked for. Throws `ProblemError`
 * where captures lie too far apart, as one does for its own records.
 */
export async function* mergeCaptures(
  captures: readonly RecordSource[],
): AsyncGenerator<CaptureRecord> {
  const sources: Source[] = [];
  try {
    for (const capture of captures) {
      const records = capture.records();
      const { value, done } = await records.next();
      if (done !== true) sources.push({ file: capture.file, records, head: value });
    }
    let before = { file: "", atMs: -Infinity };
    while (sources.length > 0) {
      const source = sources.reduce((a, b) => (b.head.arrivedMs < a.head.arrivedMs ? b : a));
      const { file, head } = source;
      refuseGap(before, { file, atMs: head.arrivedMs });
      before = { file, atMs: head.arrivedMs };
      yield head;
      const { value, done } = await source.records.next();
      if (done === true) sources.splice(sources.indexOf(source), 1);
      else source.head = value;
    }
  } finally {
    for (const { records } of sources) await records.return(undefined);
  }
}

interface Moment {
  readonly file: string;
  readonly atMs: number;
}

/** Of two captures: one looks at its own records itself. */
function refuseGap(before: Moment, { file, atMs }: Moment): void {
  if (!isTooFar(before.atMs, atMs)) return;
  const message = gapMessage(
    "its next record",
    atMs,
    `the one before it, in ${before.file},`,
    before.atMs,
  );
  const hint = "nothing of the one counts in the other: take each by itself";
  throw new ProblemError([captureProblem("record-gap", file, message, { hint })]);
}
