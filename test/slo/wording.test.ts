/** Numbers as people read them. */
import { expect, it } from "vitest";
import { percentText, ppb, roundedText, sharePercent, spanText } from "../../src/slo/index.ts";

const SECOND = 1_000;
const [MINUTE, HOUR, DAY] = [60 * SECOND, 3_600 * SECOND, 86_400 * SECOND];

it("measured ones are short", () => {
  const texts = [0.00123, 0.0231, 0.5, 1, 0.999].map(percentText);
  expect(texts).toEqual(["0.12%", "2.3%", "50%", "100%", "100%"]);
  expect([0, 0.5, 1, 6.25, 14.4, 1000].map(roundedText)).toEqual([
    "0",
    "0.5",
    "1",
    "6.3",
    "14",
    "1000",
  ]);
  const spans = [4_400, 51_840, 571_000, 43.2 * MINUTE, 19.1 * HOUR, 51 * HOUR, 30 * DAY];
  expect(spans.map(spanText)).toEqual(["4s", "52s", "9m31s", "43m", "19h", "2d3h", "30d"]);
});

it("those that somebody set have all their decimals", () => {
  const shares = [999_000_000, 999_500_000, 1_000_000, 999_999_999, 10_000, 0, 1_000_000_000];
  expect(shares.map((share) => sharePercent(ppb(share)))).toEqual([
    "99.9%",
    "99.95%",
    "0.1%",
    "99.9999999%",
    "0.001%",
    "0%",
    "100%",
  ]);
});
