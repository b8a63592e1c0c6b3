/** What a composite is made of, as of the last tick. */
import { errorRatio } from "../slo/index.ts";
import type { Composite, Member } from "./composites.ts";
import type { MemberReading } from "./view.ts";

export const readMembers = ({ stream, members }: Composite): readonly MemberReading[] =>
  members.map((member) => ({
    sloId: member.sloId,
    weight: member.weight,
    windows: stream.shard.windowsMs.map((windowMs, k) => {
      const { good, total } = sumsOf(member, k);
      return { windowMs, good, total, errorRatio: errorRatio(good, total) };
    }),
  }));

/** Events that straddle a threshold as estimated. */
function sumsOf(
  { sums, windowIndexes }: Member,
  window: number,
): { readonly good: number; readonly total: number } {
  const k = windowIndexes[window] ?? -1;
  if (sums === undefined || k < 0) return { good: 0, total: 0 };
  return { good: sums.sure[k]! + sums.estimated[k]!, total: sums.total[k]! };
}
