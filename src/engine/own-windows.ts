/** Of the windows that a stream is read over, its own: composites read it over theirs. */
import { isOwnWindow } from "../slo/index.ts";
import { windowStartMs } from "./ladder.ts";
import type { Stream } from "./streams.ts";

/** When that of its own windows began that reaches back farthest. */
export function ownOldestMs({ shard, slo }: Pick<Stream, "shard" | "slo">): number {
  if (slo.readOver === undefined) return shard.oldestMs;
  const endMs = shard.counts.openIndex * shard.layout.bucketMs;
  const starts = shard.windows.map((window, k) =>
    isOwnWindow(slo, window) ? windowStartMs(shard.layout, k, endMs) : Infinity,
  );
  return Math.min(...starts);
}
