/**
 * A series that is in several terms of one sum books once for each stream: `errors` is a part of `total`, and both are one
 * increment of one counter. Good and total of an increment then stay together, however it is spread or cut.
 */
import type { Target } from "./target.ts";

/** Targets of one stream that measure the same become one, and those that come to nothing are left out. */
export function mergeTargets(targets: readonly Target[]): readonly Target[] {
  if (targets.length < 2) return targets;
  const merged: Target[] = [];
  for (const target of targets) {
    const at = merged.findIndex((each) => areAlike(each, target));
    const known = merged[at];
    if (known === undefined) merged.push(target);
    else {
      merged[at] = {
        ...known,
        goodWeight: known.goodWeight + target.goodWeight,
        totalWeight: known.totalWeight + target.totalWeight,
      };
    }
  }
  return joinThresholds(
    merged.filter((target) => target.goodWeight !== 0 || target.totalWeight !== 0),
  );
}

const areAlike = (a: Target, b: Target): boolean =>
  a.stream === b.stream &&
  a.threshold === b.threshold &&
  JSON.stringify(a.sample) === JSON.stringify(b.sample);

/**
 * Good from a bucket and total from the count of the same histogram are a latency target: where the bucket is not known
 * (bounds that changed), the total must not count either.
 */
function joinThresholds(targets: readonly Target[]): readonly Target[] {
  const joined = [...targets];
  for (const cut of targets) {
    if (cut.threshold < 0 || cut.totalWeight !== 0) continue;
    const whole = joined.findIndex(
      (each) => each.stream === cut.stream && each.threshold < 0 && each.goodWeight === 0,
    );
    const total = joined[whole];
    if (total === undefined) continue;
    const { isTotalCut: _, ...latency } = cut;
    joined[joined.indexOf(cut)] = { ...latency, totalWeight: total.totalWeight };
    joined.splice(whole, 1);
  }
  return joined;
}
