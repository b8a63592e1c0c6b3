/** What an edit changes of an SLO, in the words that people read. */
import { expect, test } from "vitest";
import { fieldChanges } from "../../src/plan/field-changes.ts";
import { calendarWindow, millis, parseObjective, type Slo } from "../../src/slo/index.ts";
import { exampleSlo } from "../slo/example-slo.ts";

const ID = "checkout/availability";

test.each<[field: string, before: Partial<Slo>, after: Partial<Slo>, texts: readonly unknown[]]>([
  ["objective", {}, { objective: parseObjective("99.95%")! }, ["99.9%", "99.95%"]],
  [
    "window",
    {},
    { window: calendarWindow("month", "UTC") },
    ["30d", "calendar month, UTC, from 2024-01-01T00:00:00"],
  ],
  [
    "absent",
    {},
    { absent: { severity: "page", afterMs: millis(3_900_000) } },
    [undefined, "page after 1h5m"],
  ],
  ["per", {}, { per: ["http.route"] }, ["no groups", "http.route"]],
  ["owner", { owner: "a" }, {}, ["a", undefined]],
  [
    "budgeting",
    {},
    {
      budgeting: {
        kind: "timeslices",
        widthMs: millis(60_000),
        targetPpb: parseObjective("99.95%")!.goodPpb,
      },
    },
    ["events", "slices of 1m, good from 99.95% on"],
  ],
])("%s", (field, before, after, [old, now]) => {
  const policy = { alerts: { name: "none", tiers: [] } }; // the default's factors go with window and objective
  const [was, is] = [before, after].map((part) => exampleSlo(ID, { ...policy, ...part })) as [
    Slo,
    Slo,
  ];
  expect(fieldChanges(was, is)).toEqual([{ field, before: old, after: now }]);
  expect(fieldChanges(is, was)).toEqual([{ field, before: now, after: old }]);
  expect(fieldChanges(is, is)).toEqual([]);
});

test("where an exclusion stands is not what it says: folders are called otherwise elsewhere", () => {
  const exclusion = (file: string) => ({
    exclusions: [
      {
        reason: "upgrade",
        when: { kind: "once" as const, startMs: 0, endMs: 60_000 },
        source: { file, line: 3 },
      },
    ],
  });
  const here = exampleSlo(ID, exclusion("rules/a.yaml"));
  expect(fieldChanges(here, exampleSlo(ID, exclusion("/srv/rules/a.yaml")))).toEqual([]);
  expect(fieldChanges(here, exampleSlo(ID))).toMatchObject([{ field: "exclusions" }]);
});
