/** Recurrence rules: against python-dateutil (golden/recurrence.json holds what it says), RFC 5545's own words, and clocks. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  formatMoment,
  parseMoment,
  recurrenceFault,
  recurrenceNonsense,
} from "../../src/slo/index.ts";
import { occurrencesOf } from "../../src/slo/recurrence.ts";

interface Golden {
  readonly rule: string;
  readonly start: string;
  readonly from: string;
  readonly to: string;
  readonly days: readonly string[];
}
const golden = JSON.parse(
  readFileSync("test/slo/golden/recurrence.json", "utf8"),
) as readonly Golden[];

const between = (rule: string, start: string, timeZone: string, from: string, to: string) =>
  occurrencesOf({ rule, start, timeZone }, parseMoment(from)!, parseMoment(to)!).map(formatMoment);

describe("occurrences", () => {
  test.each(golden.map((each) => [`${each.rule} from ${each.start}`, each] as const))(
    "%s",
    (_, { rule, start, from, to, days }) => {
      expect(recurrenceFault(rule)).toBeUndefined();
      expect(between(rule, start, "UTC", from, to).map((at) => at.slice(0, 10))).toEqual(days);
    },
  );

  test("keep their wall time while clocks are put to and fro", () => {
    expect(
      between(
        "FREQ=WEEKLY",
        "2026-03-22T02:00",
        "Europe/Berlin",
        "2026-03-20T00:00Z",
        "2026-04-07T00:00Z",
      ),
    ).toEqual(["2026-03-22T01:00:00Z", "2026-03-29T01:00:00Z", "2026-04-05T00:00:00Z"]);
  });

  test("at a wall time that is skipped begin when clocks are put forward, at one that comes twice the first time", () => {
    expect(
      between(
        "FREQ=DAILY",
        "2026-03-28T02:30",
        "Europe/Berlin",
        "2026-03-28T00:00Z",
        "2026-03-30T12:00Z",
      ),
    ).toEqual(["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]);
    expect(
      between(
        "FREQ=DAILY",
        "2026-10-25T02:30",
        "Europe/Berlin",
        "2026-10-24T12:00Z",
        "2026-10-25T12:00Z",
      ),
    ).toEqual(["2026-10-25T00:30:00Z"]);
  });

  test("end with UNTIL: a day whole, an instant, a wall time", () => {
    const days = (until: string) =>
      between(
        `FREQ=DAILY;UNTIL=${until}`,
        "2026-01-01T02:00",
        "Asia/Tokyo",
        "2025-12-30T00:00Z",
        "2026-02-01T00:00Z",
      ).length;
    expect([days("20260103"), days("20260102T170000Z"), days("20260102T165959Z")]).toEqual([
      3, 3, 2,
    ]);
    expect(days("20260103T020000")).toBe(3);
  });

  test("of a far future are found without walking there", () => {
    expect(
      between("FREQ=DAILY", "1970-01-01T00:00", "UTC", "9000-01-01T00:00Z", "9000-01-02T00:00Z"),
    ).toEqual(["9000-01-01T00:00:00Z", "9000-01-02T00:00:00Z"]);
  });
});

describe("rules that are not read", () => {
  test.each([
    ["", /is no part of a rule/],
    ["FREQ=HOURLY", /FREQ is one of/],
    ["FREQ=DAILY;BYHOUR=3", /BYHOUR is not read/],
    ["FREQ=DAILY;FREQ=DAILY", /given twice/],
    ["FREQ=DAILY;COUNT=3;UNTIL=20260101", /exclude each other/],
    ["FREQ=DAILY;INTERVAL=0", /^INTERVAL is from 1 to 1000, not 0$/],
    ["FREQ=DAILY;INTERVAL=-1", /^INTERVAL is from 1 to 1000, not -1$/],
    [
      "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-1,-400",
      /^BYSETPOS is from 1 to 366, or from the end, -1 to -366, not -400$/,
    ],
    ["FREQ=MONTHLY;BYMONTHDAY=last", /^BYMONTHDAY is from 1 to 31, or from .*, not LAST$/],
    ["FREQ=DAILY;UNTIL=20260230", /UNTIL is/],
    ["FREQ=WEEKLY;BYDAY=1MO", /how manyth weekday/],
    ["FREQ=WEEKLY;BYMONTHDAY=1", /does not go with/],
    ["FREQ=MONTHLY;BYDAY=0MO", /BYDAY is a list/],
    ["RRULE:FREQ=WEEKLY;BYDAY=su", undefined],
  ])("%s", (rule, fault) => {
    if (fault === undefined) expect(recurrenceFault(rule)).toBeUndefined();
    else expect(recurrenceFault(rule)).toMatch(fault);
  });
});

test("nonsense is told from rules that leave time to count", () => {
  const nonsense = (rule: string, durationMs: number) =>
    recurrenceNonsense({ rule, start: "2026-01-01T00:00", timeZone: "UTC" }, durationMs);
  const hour = 3_600_000;
  expect(nonsense("FREQ=DAILY", 23 * hour)).toBeUndefined();
  expect(nonsense("FREQ=DAILY", 24 * hour)).toMatch(/before the one before it has ended/);
  expect(nonsense("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", hour)).toBe("it never occurs");
  expect(nonsense("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", hour)).toBeUndefined();
  expect(nonsense("FREQ=DAILY;UNTIL=20251231", hour)).toBe("it never occurs");
});

describe("moments", () => {
  test.each([
    ["2026-03-01T02:00:00Z", "2026-03-01T02:00:00Z"],
    ["2026-03-01t02:00z", "2026-03-01T02:00:00Z"],
    ["2026-03-01T02:00:00.5+01:30", "2026-03-01T00:30:00Z"],
    ["2026-03-01T02:00:00-08:00", "2026-03-01T10:00:00Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"],
  ])("%s", (text, said) => expect(formatMoment(parseMoment(text)!)).toBe(said));

  test.each([
    "2026-03-01T02:00",
    "2026-03-01",
    "2026-02-29T00:00:00Z",
    "2026-03-01T25:00:00Z",
    "now",
  ])("%s is none", (text) => expect(parseMoment(text)).toBeUndefined());

  test("are those of Date", () => {
    for (const ms of [0, 951_782_399_000, 1_709_164_800_000, 4_102_444_800_000])
      expect(parseMoment(new Date(ms).toISOString())).toBe(ms);
  });
});
