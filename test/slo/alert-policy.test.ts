import { describe, expect, test } from "vitest";
import {
  formatDuration,
  millis,
  parseDuration,
  parseObjective,
  workbookPolicy,
} from "../../src/slo/index.ts";

const tiersOf = (window: string, objective: string) =>
  workbookPolicy(millis(parseDuration(window)!), parseObjective(objective)!.budgetPpb).tiers.map(
    (tier) =>
      `${tier.severity} ${tier.factorMilli / 1000}x ${formatDuration(tier.longMs)}/${formatDuration(tier.shortMs)}`,
  );

describe("the workbook's policy, scaled to the window", () => {
  test.each([
    ["30d", "99.9%", ["page 14.4x 1h/5m", "page 6x 6h/30m", "ticket 3x 1d/2h", "ticket 1x 3d/6h"]],
    // a 1h tier of 14.4x needs an error ratio over 1 below 93.06 %
    ["30d", "93%", ["page 6x 6h/30m", "ticket 3x 1d/2h", "ticket 1x 3d/6h"]],
    [
      "28d",
      "99.9%",
      ["page 13.44x 1h/5m", "page 5.6x 6h/30m", "ticket 2.8x 1d/2h", "ticket 1x 3d/6h"],
    ],
    // 0.7x of 1 d would fire inside the budget; the slowest is raised to 1
    ["7d", "99%", ["page 3.36x 1h/5m", "page 1.4x 6h/30m", "ticket 1x 3d/6h"]],
    ["90d", "99.9%", ["page 43.2x 1h/5m", "page 18x 6h/30m", "ticket 9x 1d/2h", "ticket 3x 3d/6h"]],
    ["1h", "99.9%", []],
  ])("%s at %s", (window, objective, expected) => {
    expect(tiersOf(window, objective)).toEqual(expected);
  });

  test.each([
    ["1m", ["1h/5m", "6h/30m", "1d/2h", "3d/6h"]],
    ["10m", ["1h/10m", "6h/30m", "1d/2h", "3d/6h"]],
    ["1h", ["6h/1h", "1d/2h", "3d/6h"]],
    ["1d", ["3d/1d"]],
    ["3d", []],
  ])("slices of %s: every short lookback holds one", (slice, expected) => {
    const budgetPpb = parseObjective("99.9%")!.budgetPpb;
    const { tiers } = workbookPolicy(millis(2_592_000_000), budgetPpb, parseDuration(slice));
    const lookbacks = tiers.map((tier) =>
      [tier.longMs, tier.shortMs].map((span) => formatDuration(span)).join("/"),
    );
    expect(lookbacks).toEqual(expected);
  });

  test("pages ask for significance, tickets do not", () => {
    const { tiers } = workbookPolicy(millis(2_592_000_000), parseObjective("99.9%")!.budgetPpb);
    expect(tiers.map((tier) => tier.significance)).toEqual([1e-4, 1e-4, 1, 1]);
  });
});
