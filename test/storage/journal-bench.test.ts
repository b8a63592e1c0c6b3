import { expect, test } from "vitest";
import { benchJournal } from "../../bench/journal.ts";

test("a tiny run of the journal bench checks its own journal and fills every row", async () => {
  const rows = await benchJournal(0.05);
  expect(rows).toHaveLength(18);
  for (const { name, value } of rows) expect([name, value > 0]).toEqual([name, true]);
});
