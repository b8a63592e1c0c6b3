import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  beginsOnMultiples,
  calendarSpan,
  calendarWindow,
  instantOf,
  isTimeZone,
  longestCalendarMs,
  parseWallTime,
  windowText,
  zoneOffsetMs,
  type CalendarUnit,
} from "../../src/slo/index.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const at = (text: string): number => Date.parse(text);
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 16);
const spanOf = (window: Parameters<typeof calendarSpan>[0], moment: string) => {
  const { startMs, endMs } = calendarSpan(window, at(moment));
  return `${iso(startMs)} ${iso(endMs)}`;
};

describe("a wall time", () => {
  test.each([
    ["2024-02-29", "2024-02-29T00:00Z"],
    ["2023-12-31T23:59", "2023-12-31T23:59Z"],
    ["2020-01-21 12:30:00", "2020-01-21T12:30Z"],
    ["1970-01-01T00:00:00", "1970-01-01T00:00Z"],
    ["2000-03-01", "2000-03-01T00:00Z"],
    ["2100-03-01", "2100-03-01T00:00Z"],
  ])("%s", (text, utc) => {
    const { year, month, day, timeMs } = parseWallTime(text)!;
    expect(Date.UTC(year, month, day) + timeMs).toBe(at(utc));
  });

  test.each(
    "2023-02-29 2024-13-01 2024-00-01 2024-01-32 2024-01-01T24:00 2024-01-01T09 24-01-01 x".split(
      " ",
    ),
  )("%s is none", (text) => {
    expect(parseWallTime(text)).toBeUndefined();
  });
});

describe("a zone", () => {
  test.each([
    ["Europe/Berlin", true],
    ["UTC", true],
    ["Etc/GMT+5", true],
    ["Europe/Berln", false],
    ["+02:00", false],
    ["", false],
  ])("%s: %s", (name, isOne) => {
    expect(isTimeZone(name)).toBe(isOne);
  });

  test.each([
    ["UTC", "2026-01-01T00:00Z", 0],
    ["Europe/Berlin", "2026-01-01T00:00Z", 60],
    ["Europe/Berlin", "2026-07-01T00:00Z", 120],
    ["Asia/Kathmandu", "2026-07-01T00:00Z", 345],
    ["America/St_Johns", "2026-01-01T00:00Z", -210],
    ["Pacific/Apia", "2026-01-01T00:00Z", 780],
  ])("%s at %s is %i min ahead of UTC", (zone, moment, minutes) => {
    expect(zoneOffsetMs(zone, at(moment))).toBe(minutes * MINUTE);
  });
});

describe("the first instant at or past a wall time", () => {
  test.each([
    ["Europe/Berlin", "2026-03-29T01:59:59Z", "2026-03-29T00:59"], // before the clock is put forward
    ["Europe/Berlin", "2026-03-29T02:00:00Z", "2026-03-29T01:00"], // skipped
    ["Europe/Berlin", "2026-03-29T02:30:00Z", "2026-03-29T01:00"],
    ["Europe/Berlin", "2026-03-29T03:00:00Z", "2026-03-29T01:00"],
    ["Europe/Berlin", "2026-03-29T03:01:00Z", "2026-03-29T01:01"],
    ["Europe/Berlin", "2026-10-25T02:30:00Z", "2026-10-25T00:30"], // comes twice: the first
    ["Europe/Berlin", "2026-10-25T03:00:00Z", "2026-10-25T02:00"],
    ["Australia/Lord_Howe", "2026-10-04T02:10:00Z", "2026-10-03T15:30"], // half an hour is skipped
    ["Africa/Cairo", "2026-04-24T00:00:00Z", "2026-04-23T22:00"], // a midnight is skipped
    ["Pacific/Apia", "2011-12-30T12:00:00Z", "2011-12-30T10:00"], // a whole day is
  ])("%s %s", (zone, wall, utc) => {
    expect(iso(instantOf(at(wall), zone))).toBe(utc);
  });
});

describe("the window that a moment lies in", () => {
  const berlin = (unit: CalendarUnit, more?: Parameters<typeof calendarWindow>[2]) =>
    calendarWindow(unit, "Europe/Berlin", more);
  const leapAnchor = { anchor: "2024-01-31T00:00" };
  test.each([
    ["day", berlin("day"), "2026-03-29T12:00Z", "2026-03-28T23:00 2026-03-29T22:00"],
    ["week, Monday", berlin("week"), "2026-03-29T12:00Z", "2026-03-22T23:00 2026-03-29T22:00"],
    ["month", berlin("month"), "2026-03-15T00:00Z", "2026-02-28T23:00 2026-03-31T22:00"],
    ["quarter", berlin("quarter"), "2026-05-15T00:00Z", "2026-03-31T22:00 2026-06-30T22:00"],
    ["year", berlin("year"), "2026-05-15T00:00Z", "2025-12-31T23:00 2026-12-31T23:00"],
    // It is open on the left: what happened until the stroke of midnight belongs to the old one.
    ["its end", berlin("month"), "2026-03-31T22:00Z", "2026-02-28T23:00 2026-03-31T22:00"],
    [
      "just after",
      berlin("month"),
      "2026-03-31T22:00:00.001Z",
      "2026-03-31T22:00 2026-04-30T22:00",
    ],
    [
      "before the anchor",
      berlin("month"),
      "1999-12-31T23:30Z",
      "1999-12-31T23:00 2000-01-31T23:00",
    ],
    [
      "two weeks",
      berlin("week", { count: 2 }),
      "2024-01-16T00:00Z",
      "2024-01-14T23:00 2024-01-28T23:00",
    ],
    [
      "from the 31st, clamped",
      berlin("month", leapAnchor),
      "2026-02-10T00:00Z",
      "2026-01-30T23:00 2026-02-27T23:00",
    ],
    [
      "and back on the 31st",
      berlin("month", leapAnchor),
      "2026-03-10T00:00Z",
      "2026-02-27T23:00 2026-03-30T22:00",
    ],
    [
      "a day that is left out",
      calendarWindow("day", "Pacific/Apia"),
      "2011-12-30T10:00Z",
      "2011-12-29T10:00 2011-12-30T10:00",
    ],
  ] as const)("%s", (_, window, moment, span) => {
    expect(spanOf(window, moment)).toBe(span);
  });

  const zones = [
    "UTC",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "Pacific/Apia",
  ]; // prettier-ignore -- one line of zones
  const windows = fc
    .record({
      unit: fc.constantFrom<CalendarUnit>("day", "week", "month", "quarter", "year"),
      zone: fc.constantFrom(...zones),
      count: fc.integer({ min: 1, max: 3 }),
      anchor: fc.constantFrom("2024-01-01", "2023-10-31T02:30", "2024-02-29T12:15:30"),
    })
    .map(({ unit, zone, ...more }) => calendarWindow(unit, zone, more));
  const moments = fc.integer({ min: at("2008-01-01"), max: at("2040-01-01") });

  test("contains it, and the next one begins where it ends", () => {
    fc.assert(
      fc.property(windows, moments, (window, moment) => {
        const { startMs, endMs } = calendarSpan(window, moment);
        expect(startMs).toBeLessThan(moment);
        expect(endMs).toBeGreaterThanOrEqual(moment);
        expect(calendarSpan(window, endMs)).toEqual({ startMs, endMs });
        expect(calendarSpan(window, endMs + 1).startMs).toBe(endMs);
        expect(endMs - startMs).toBeLessThanOrEqual(longestCalendarMs(window));
      }),
      { numRuns: 300 },
    );
  });
});

describe("windows begin on multiples of", () => {
  test.each([
    ["Europe/Berlin", undefined, HOUR, true],
    ["Asia/Kolkata", undefined, HOUR, false],
    ["Asia/Kolkata", undefined, HOUR / 2, true],
    ["Australia/Lord_Howe", undefined, HOUR, false],
    ["Australia/Lord_Howe", undefined, HOUR / 2, true],
    ["Asia/Kathmandu", undefined, HOUR / 4, true],
    ["Europe/Berlin", "2024-01-01T09:05", 5 * MINUTE, true],
    ["Europe/Berlin", "2024-01-01T09:05", HOUR / 4, false],
    ["UTC", undefined, 7000, false],
  ])("%s, anchored at %s: %i ms, %s", (zone, anchor, widthMs, does) => {
    const window = calendarWindow("month", zone, anchor === undefined ? {} : { anchor });
    expect(beginsOnMultiples(window, widthMs)).toBe(does);
  });
});

test("windows have names, and a length that policies are scaled to", () => {
  const zone = "UTC";
  const units = ["day", "week", "month", "quarter", "year"] as const;
  expect(units.map((unit) => calendarWindow(unit, zone).lengthMs / DAY)).toEqual([
    1, 7, 30, 90, 365,
  ]);
  expect(windowText(calendarWindow("month", zone))).toBe("month");
  const fortnight = calendarWindow("week", zone, { count: 2 });
  expect([windowText(fortnight), fortnight.lengthMs / DAY]).toEqual(["2 weeks", 14]);
});
