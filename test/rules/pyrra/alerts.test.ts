/** Pyrra's windows (pyrra slo/rules.go, `Windows`; its own table is slo/rules_test.go). */
import { describe, expect, it } from "vitest";
import { formatDuration } from "../../../src/slo/index.ts";
import { readRuleFile } from "../../../src/rules/index.ts";

const read = (window: string, target = "99", alerting = "absent: false", bucketMs = 10_000) =>
  readRuleFile(
    {
      file: "x",
      text: `apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: { name: a, namespace: n }
spec:
  target: "${target}"
  window: ${window}
  indicator: { ratio: { errors: { metric: e }, total: { metric: t } } }
  alerting: { ${alerting} }
`,
    },
    { bucketMs },
  );
const tiersOf = (reading: ReturnType<typeof read>) =>
  (reading.slos[0]?.alerts.tiers ?? []).map(
    ({ severity, factorMilli, shortMs, longMs, forMs }) =>
      `${severity} ${factorMilli / 1000} ${[shortMs, longMs, forMs].map(formatDuration).join(" ")}`,
  );

describe("lookbacks and `for` grow with the window, rounded to minutes; factors stay", () => {
  it.each([
    ["28d", ["page 14 5m 1h 2m", "page 7 30m 6h 15m", "ticket 2 2h 1d 1h", "ticket 1 6h 4d 3h"]],
    ["4w", ["page 14 5m 1h 2m", "page 7 30m 6h 15m", "ticket 2 2h 1d 1h", "ticket 1 6h 4d 3h"]],
    [
      "30d",
      [
        "page 14 5m 1h4m 2m",
        "page 7 32m 6h26m 16m",
        "ticket 2 2h9m 1d1h43m 1h4m",
        "ticket 1 6h26m 4d6h51m 3h13m",
      ],
    ],
    [
      "7d",
      ["page 14 1m 15m 1m", "page 7 8m 1h30m 4m", "ticket 2 30m 6h 15m", "ticket 1 1h30m 1d 45m"],
    ],
    [
      "2w",
      ["page 14 3m 30m 1m", "page 7 15m 3h 8m", "ticket 2 1h 12h 30m", "ticket 1 3h 2d 1h30m"],
    ],
    // Pyrra's first short window rounds to 0 s here, which no query can have: a minute it is.
    ["1d", ["page 14 1m 2m 0s", "page 7 1m 13m 1m", "ticket 2 4m 51m 2m", "ticket 1 13m 3h26m 6m"]],
  ])("%s", (window, tiers) => {
    const reading = read(window);
    expect(reading.problems).toEqual([]);
    expect(tiersOf(reading)).toEqual(tiers);
  });
});

it("has no gate against chance", () => {
  const tiers = read("4w").slos[0]?.alerts.tiers ?? [];
  expect(tiers.every(({ significance }) => significance === 1)).toBe(true);
});

it("leaves out what never fires, as it never does at Pyrra, and says so", () => {
  const reading = read("4w", "90");
  expect(tiersOf(reading)).toEqual(["page 7 30m 6h 15m", "ticket 2 2h 1d 1h", "ticket 1 6h 4d 3h"]);
  expect(reading.problems).toMatchObject([{ code: "tier-never-fires", severity: "warning" }]);
});

it("leaves out lookbacks that the buckets are too coarse for, and says so", () => {
  const reading = read("1d", "99", "absent: false", 60_000);
  expect(tiersOf(reading)).toEqual(["ticket 2 4m 51m 2m", "ticket 1 13m 3h26m 6m"]);
  expect(reading.problems.map(({ code }) => code)).toEqual(["tier-lookback", "tier-lookback"]);
});

describe("`alerting`", () => {
  it.each(["disabled: true", "burnrates: false"])("%s: none", (text) => {
    const { slos, problems } = read("4w", "99", `${text}, absent: false`);
    expect(slos[0]?.alerts).toEqual({ name: "none", tiers: [] });
    expect(problems).toEqual([]);
  });

  it("names alerts, and keeps Pyrra's words for their severity", () => {
    expect(read("4w").slos[0]?.alerting).toMatchObject({
      alertName: "ErrorBudgetBurn",
      bySeverity: {
        page: { labels: { severity: "critical" } },
        ticket: { labels: { severity: "warning" } },
      },
    });
    const text = "absent: false, name: Burning, severities: { slowBurn: page, longTermBurn: info }";
    const { slos, problems } = read("4w", "99", text);
    expect(slos[0]?.alerts.tiers.map(({ severity }) => severity)).toEqual([
      "page",
      "page",
      "page",
      "ticket",
    ]);
    expect(slos[0]?.alerting).toMatchObject({
      alertName: "Burning",
      bySeverity: {
        page: { labels: { severity: "critical" } },
        ticket: { labels: { severity: "info" } },
      },
    });
    expect(problems).toMatchObject([{ code: "not-applied", severity: "warning" }]);
  });

  it.each([
    // Pyrra's own are 10m and 3m (slo/rules_test.go); 5m more pass until `absent()` sees it
    ["99", "absent: true", "page 15m"],
    ["99", "name: a", "page 15m"],
    ["99.9", "severities: { absent: warning }", "ticket 8m"],
    ["99", "burnrates: false", "page 15m"],
  ])("of %s %%, %s: an alert on absence, %s", (target, text, expected) => {
    const { slos, problems } = read("4w", target, text);
    const absent = slos[0]?.absent;
    expect(`${absent?.severity} ${formatDuration(absent?.afterMs ?? 0)}`).toBe(expected);
    expect(problems).toEqual([]);
  });

  it("names it, and keeps Pyrra's word for its severity", () => {
    const absentOf = (text: string) => read("4w", "99", text).slos[0]?.alerting?.absent;
    expect(absentOf("name: a")).toEqual({ alertName: "SLOMetricAbsent", severity: "critical" });
    const said = "absentName: Gone, severities: { absent: sev2 }";
    expect(absentOf(said)).toEqual({ alertName: "Gone", severity: "sev2" });
  });

  it.each(["absent: false", "disabled: true"])("%s: no alert on absence", (text) => {
    expect(read("4w", "99", text).slos[0]?.absent).toBeUndefined();
  });
});
