/** Brings the `isPartial` columns in line with the marks; a shard whose marks are the same as before is passed over. */
import type { StreamIndex } from "../slo/index.ts";
import { ownOldestMs } from "./own-windows.ts";
import { isOf, type PartialMark, type PartialMarks } from "./partial-marks.ts";
import type { Shard } from "./shard.ts";
import type { Stream, Streams } from "./streams.ts";

export function showMarks(
  shards: readonly Shard[],
  streams: Streams,
  marks: PartialMarks,
  atMs: number,
): void {
  if (shards.length > 0) marks.dropBefore(Math.min(...shards.map((shard) => shard.oldestMs)));
  for (const shard of shards) {
    const shown = marks.within(shard.oldestMs, atMs);
    const key = String(shown.map(({ sloIds }) => sloIds?.join() ?? "*"));
    if (key === shard.shownMarks) continue;
    shard.shownMarks = key;
    showOn(shard, streams, shown);
  }
}

function showOn(shard: Shard, streams: Streams, shown: readonly PartialMark[]): void {
  for (let slot = 0; slot < shard.slotCount; slot++) {
    const stream = streams.at(shard.streams[slot]! as StreamIndex); // -1 finds none
    const isDoubtful =
      stream !== undefined &&
      (stream.doubts.size > 0 || shown.some((mark) => isShownOn(mark, stream)));
    shard.isPartial[slot] = isDoubtful ? 1 : 0;
  }
}

/** Not where it is only composites that read the stream so far back. */
const isShownOn = (mark: PartialMark, stream: Stream): boolean =>
  isOf(mark, stream.slo.id) && mark.toMs > ownOldestMs(stream);
