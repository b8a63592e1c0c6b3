/** OpenSLO's durations and calendar windows (OpenSLO README, duration-shorthand; go-sdk duration_shorthand.go). */
import { describe, expect, it } from "vitest";
import { parseShorthand, shorthandMs } from "../../../src/rules/openslo/duration.ts";
import { readRuleFile } from "../../../src/rules/index.ts";

const DAY = 86_400_000;

describe("a duration", () => {
  it.each([
    ["1m", 60_000],
    ["90m", 5_400_000],
    ["12h", 43_200_000],
    ["1d", DAY],
    ["4w", 28 * DAY],
    ["1M", 30 * DAY],
    ["3M", 90 * DAY],
    ["1Q", 90 * DAY],
    ["1Y", 365 * DAY],
    ["0m", 0],
  ])("%s", (text, ms) => {
    const shorthand = parseShorthand(text);
    expect(shorthand === undefined ? undefined : shorthandMs(shorthand)).toBe(ms);
  });

  it.each(["", "m", "1", "1s", "1D", "1 d", "1d12h", "-1d", "1.5h", "1234567d", "1mo"])(
    "%j is none",
    (text) => {
      expect(parseShorthand(text)).toBeUndefined();
    },
  );
});

const sloWith = (version: string, window: string, sli: string, objective: string) =>
  readRuleFile({
    file: "x",
    text: `apiVersion: ${version}\nkind: SLO\nmetadata: { name: a, annotations: { slowburn.dev/alerts: none } }\nspec: { service: s, ${sli}, budgetingMethod: Occurrences, objectives: [{ ${objective} }], ${window} }\n`,
  });
const v1 = (window: string) =>
  sloWith(
    "openslo/v1",
    `timeWindow: [{ ${window} }]`,
    "indicator: { spec: { thresholdMetric: { metricSource: { type: prometheus, spec: { query: m } } } } }",
    "target: 0.9, op: lt, value: 1",
  );
const v1alpha = (window: string) =>
  sloWith(
    "openslo/v1alpha",
    `timeWindows: [{ ${window} }]`,
    "indicator: { thresholdMetric: { source: prometheus, queryType: promql, query: m } }",
    "target: 0.9, op: lt, value: 1",
  );

const calendar = "calendar: { startTime: 2024-03-01 06:30:00, timeZone: Europe/Berlin }";
const calendarOf = (unit: string, count: number, days: number) => ({
  kind: "calendar",
  unit,
  count,
  timeZone: "Europe/Berlin",
  anchor: "2024-03-01T06:30:00",
  lengthMs: days * DAY,
});

describe("a window", () => {
  it.each([
    ["duration: 30d, isRolling: true", { kind: "rolling", lengthMs: 30 * DAY }],
    ["duration: 1M, isRolling: true", { kind: "rolling", lengthMs: 30 * DAY }],
    ["duration: 28d", { kind: "rolling", lengthMs: 28 * DAY }],
    [`duration: 1d, ${calendar}`, calendarOf("day", 1, 1)],
    [`duration: 48h, ${calendar}`, calendarOf("day", 2, 2)],
    [`duration: 2w, isRolling: false, ${calendar}`, calendarOf("week", 2, 14)],
    [`duration: 1M, ${calendar}`, calendarOf("month", 1, 30)],
    [`duration: 1Q, ${calendar}`, calendarOf("quarter", 1, 90)],
    [`duration: 1Y, ${calendar}`, calendarOf("year", 1, 365)],
  ])("of v1: %s", (text, window) => {
    const { slos, problems } = v1(text);
    expect(problems).toEqual([]);
    expect(slos[0]?.window).toEqual(window);
  });

  it.each([
    ["unit: Day, count: 30", { kind: "rolling", lengthMs: 30 * DAY }],
    ["unit: Second, count: 86400", { kind: "rolling", lengthMs: DAY }],
    ["unit: Month, count: 1, isRolling: true", { kind: "rolling", lengthMs: 30 * DAY }],
    [`unit: Week, count: 1, isRolling: false, ${calendar}`, calendarOf("week", 1, 7)],
    [`unit: Quarter, count: 1, ${calendar}`, calendarOf("quarter", 1, 90)],
  ])("of v1alpha: %s", (text, window) => {
    const { slos, problems } = v1alpha(text);
    expect(problems).toEqual([]);
    expect(slos[0]?.window).toEqual(window);
  });

  it("a calendar's `1m` is a month, and said to be one", () => {
    const { slos, problems } = v1(`duration: 1m, ${calendar}`);
    expect(slos[0]?.window).toEqual(calendarOf("month", 1, 30));
    expect(problems).toMatchObject([{ code: "ambiguous-duration", severity: "warning" }]);
  });

  it.each([
    ["duration: 1m", "window-range"],
    ["duration: 5m, isRolling: true", "window-range"],
    [`duration: 13m, ${calendar}`, "invalid-calendar"],
    [`duration: 36h, ${calendar}`, "invalid-calendar"],
    [`duration: 0d, ${calendar}`, "invalid-calendar"],
    [`duration: 2Y, ${calendar}`, "window-range"],
  ])("%s is refused", (text, code) => {
    const { slos, problems } = v1(text);
    expect(slos).toEqual([]);
    expect(problems).toMatchObject([{ code, severity: "error" }]);
  });
});
