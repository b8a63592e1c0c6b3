import { expect, test } from "vitest";
import { benchExposition } from "../../bench/exposition.ts";

test("the bench runs on a small exposition, beside prom-client", async () => {
  const rows = await benchExposition(1000);
  expect(rows).toHaveLength(4);
  for (const { value, unit } of rows) {
    expect(unit).toBe("ms");
    expect(value).toBeGreaterThan(0);
  }
  expect(rows[0]?.peer?.name).toBe("prom-client");
});
