/** What a composite is made of, as of the last tick. */
import { errorRatio } from "../slo/index.ts";
import type { Composite, Member } from "./composites.ts";
import type { Stream } from "./streams.ts";
import type { MemberReading } from "./view.ts";

export const streamsOfMembers = ({ members }: Composite): readonly Stream[] =>
  members.flatMap(({ streams }) => streams.map(({ stream }) => stream));

export const readMembers = ({ stream, members }: Composite): readonly MemberReading[] =>
  members.map((member) => ({
    sloId: member.sloId,
    weight: member.weight,
    windows: stream.shard.windowsMs.map((windowMs, k) => {
      const { good, total } = sumsOf(member, k);
      return { windowMs, good, total, errorRatio: errorRatio(good, total) };
    }),
  }));

/** Of all groups; events that straddle a threshold as estimated. */
function sumsOf(
  { streams }: Member,
  window: number,
): { readonly good: number; readonly total: number } {
  let good = 0;
  let total = 0;
  for (const { stream, windowIndexes } of streams) {
    const { counts, straddleCounts } = stream.shard;
    const { slot } = stream;
    const k = windowIndexes[window]!;
    if (k < 0) continue;
    good += counts.goodSums[k]![slot]! + (straddleCounts?.goodSums[k]![slot] ?? 0);
    total += counts.totalSums[k]![slot]!;
  }
  return { good, total };
}
