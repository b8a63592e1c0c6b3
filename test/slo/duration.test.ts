import { describe, expect, test } from "vitest";
import { formatDuration, parseDuration, parseDurationNanos } from "../../src/slo/index.ts";

describe("a duration's text", () => {
  test.each([
    ["250ms", 250],
    ["30s", 30_000],
    ["5m", 300_000],
    ["1h30m", 5_400_000],
    ["30d", 2_592_000_000],
    ["4w", 2_419_200_000],
    ["1d2h3m4s5ms", 93_784_005],
    ["1.5s", 1500],
    ["1.1s", 1100],
    ["0s", 0],
    ["180d", 15_552_000_000],
    ["1y", 31_536_000_000],
    ["1000us", 1],
  ])("%s is %i ms", (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  test.each([
    "",
    "5",
    "m",
    "5 m",
    "-5m",
    "5m1h",
    "5m5m",
    "1.5h30m",
    "5min",
    "1e3s",
    "500us",
    "1.0001s",
  ])("%j is none, or finer than a millisecond", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test.each([
    ["500us", 500_000],
    ["0.25s", 250_000_000],
    ["2.5ms", 2_500_000],
    ["0.0000000001s", undefined],
    ["200d", undefined],
  ])("%s is %s ns", (text, expected) => {
    expect(parseDurationNanos(text)).toBe(expected);
  });

  test.each([
    [300_000, "5m"],
    [5_400_000, "1h30m"],
    [0, "0s"],
    [2_592_000_000, "30d"],
    [1500, "1s500ms"],
    [86_461_001, "1d1m1s1ms"],
    [31_536_000_000, "365d"],
  ])("%i ms is written %s, and read back", (span, text) => {
    expect(formatDuration(span)).toBe(text);
    expect(parseDuration(text)).toBe(span);
  });
});
