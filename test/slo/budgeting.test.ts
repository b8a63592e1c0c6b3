import fc from "fast-check";
import { expect, test } from "vitest";
import { meetsTarget } from "../../src/slo/index.ts";

test.each([
  [49, 50, 980_000_000, true], // exactly
  [48, 50, 980_000_000, false],
  [0, 1, 0, true],
  [0, 1, 1, false],
  [1, 1, 1_000_000_000, true],
  [999_999_999_999, 1_000_000_000_000, 1_000_000_000, false], // beyond a double's digits
  [999_999_999_000, 1_000_000_000_000, 999_999_999, true],
  [99.5, 100, 995_000_000, true], // an estimate
])("%d of %d good meet %i ppb: %s", (good, total, targetPpb, meets) => {
  expect(meetsTarget(good, total, targetPpb)).toBe(meets);
});

test("is decided on integers", () => {
  const count = fc.integer({ min: 1, max: 1e12 });
  fc.assert(
    fc.property(
      count,
      fc.integer({ min: 0, max: 1e9 }),
      fc.integer({ min: -1, max: 1 }),
      (total, targetPpb, off) => {
        const exact = (BigInt(targetPpb) * BigInt(total)) / 1_000_000_000n;
        const good = Math.min(total, Math.max(0, Number(exact) + off));
        const expected = BigInt(good) * 1_000_000_000n >= BigInt(targetPpb) * BigInt(total);
        expect(meetsTarget(good, total, targetPpb)).toBe(expected);
      },
    ),
  );
});
