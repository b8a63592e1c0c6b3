import { expect, test } from "vitest";
import { benchTick } from "../../bench/tick.ts";

test("the tick's bench runs, and checks its sums", () => {
  const rows = benchTick([16]);
  expect(rows.map((row) => row.unit)).toEqual(["ms", "ms", "ns/increment", "B/stream", "ms"]);
  expect(rows.every((row) => row.value > 0)).toBe(true);
});
