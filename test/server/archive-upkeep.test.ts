/** The archive's upkeep does what waits, within its time. */
import { expect, test } from "vitest";
import { ArchiveUpkeep } from "../../src/server/archive-upkeep.ts";
import { createEventLog } from "../../src/telemetry/index.ts";

/** Upkeep of so many pages of 2 ms each; returns how many a call did. */
function upkeepOf(pages: number): () => number {
  let [left, clockMs] = [pages, 0];
  const maintain = () => {
    left = Math.max(0, left - 1);
    clockMs += 2;
    return left > 0;
  };
  const log = createEventLog({ format: "json", level: "info", write: () => undefined });
  const upkeep = new ArchiveUpkeep({ maintain, archiveStats: undefined }, log, () => clockMs);
  return () => {
    const before = left;
    upkeep.maintain(0);
    return before - left;
  };
}

test("several pages at a time, for some milliseconds", () => {
  const call = upkeepOf(7);
  expect([call(), call(), call(), call()]).toEqual([3, 3, 1, 0]);
});
