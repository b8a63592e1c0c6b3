/** SLOs made of others as Prometheus rules over what is recorded of their members. */
import { describe, expect, it } from "vitest";
import { compileRules } from "../../src/export/index.ts";
import { readRuleFile } from "../../src/rules/index.ts";

const SETTINGS = { isSlothCompatible: false, version: "test" };
const sli = "sli: { metric: m, bad: { e: x } }";
function compile(slos: readonly string[], settings = SETTINGS) {
  const text = `apiVersion: slowburn/v1\nservice: s\nslos:\n${slos.map((slo) => `  ${slo}\n`).join("")}`;
  const read = readRuleFile({ file: "s.yaml", text });
  expect(read.problems.filter(({ severity }) => severity === "error")).toEqual([]);
  const { groups, problems } = compileRules(read.slos, settings);
  const rules = groups.flatMap((group) => group.rules);
  const records = rules.filter((rule) => "record" in rule);
  return {
    groups: groups.map(({ name }) => name),
    refused: problems
      .filter(({ severity }) => severity === "error")
      .map(({ message, hint }) => `${message} (${hint})`),
    expr: (slo: string, record: string) =>
      records
        .find((rule) => rule.record === record && rule.labels["sloth_slo"] === slo)
        ?.expr.replaceAll("\n", " ")
        .trim(),
    ranges: (slo: string) =>
      records
        .filter((rule) => rule.labels["sloth_slo"] === slo)
        .flatMap(({ record }) => /ratio_rate(\w+)$/.exec(record)?.[1] ?? []),
  };
}
const series = (slo: string, range: string) =>
  `slo:sli_error:ratio_rate${range}{sloth_id="s-${slo}", sloth_service="s", sloth_slo="${slo}"}`;

describe("expressions", () => {
  it("of a mean leave members without events out of both sums", () => {
    const { expr, refused } = compile([
      `a: { objective: 99%, ${sli} }`,
      `b: { objective: 99%, ${sli} }`,
      "j: { objective: 98%, sli: { weighted: { a: 2, b: 0.5 } } }",
    ]);
    expect(refused).toEqual([]);
    expect(expr("j", "slo:sli_error:ratio_rate1h")).toBe(
      `sum( 2 * ${series("a", "1h")} >= 0 or 0.5 * ${series("b", "1h")} >= 0 ) / ` +
        `sum( 2 + 0 * ${series("a", "1h")} > 0 or 0.5 + 0 * ${series("b", "1h")} > 0 )`,
    );
    expect(expr("j", "slo:error_budget:ratio")).toBe("vector(0.02)");
  });

  it("of the worst are the greatest", () => {
    const { expr } = compile([
      `a: { objective: 99%, ${sli} }`,
      `b: { objective: 99%, ${sli} }`,
      "j: { objective: 98%, sli: { worstOf: [a, b] } }",
    ]);
    expect(expr("j", "slo:sli_error:ratio_rate30d")).toBe(
      `max( ${series("a", "30d")} >= 0 or ${series("b", "30d")} >= 0 )`,
    );
  });
});

it("members are recorded over what is read of them, and are otherwise as they were", () => {
  const members = [
    `a: { objective: 99%, window: 7d, ${sli}, alerts: none }`,
    `b: { objective: 99%, window: 7d, ${sli}, alerts: none }`,
  ];
  const alone = compile(members);
  const both = compile([
    "j: { objective: 98%, sli: { worstOf: [a, b] }, alerts: { tiers: [{ severity: page, factor: 10, long: 4h, short: 1m }] } }",
    ...members,
  ]);
  const more = both.ranges("a").filter((range) => !alone.ranges("a").includes(range));
  expect(more).toEqual(["1m", "4h", "30d"]);
  for (const range of both.ranges("j")) expect(both.ranges("a")).toContain(range);
  expect(both.expr("a", "slo:current_burn_rate:ratio")).toBe(
    alone.expr("a", "slo:current_burn_rate:ratio"),
  );
  expect(both.groups[0]).toBe("sloth-slo-sli-recordings-s-j"); // in the order of the SLOs
});

describe("refused are", () => {
  it.each<[string, readonly string[], string]>([
    [
      "slices in which all hold",
      [
        `a: { objective: 99%, ${sli} }`,
        `b: { objective: 99%, ${sli} }`,
        "j: { objective: 98%, sli: { allOf: [a, b] } }",
      ],
      "s/j: slices of time in which all hold would take a subquery over the whole window at each evaluation (use weighted or worstOf, or let slowburn compute it)",
    ],
    [
      "members that are not there",
      [`a: { objective: 99%, ${sli} }`, "j: { objective: 98%, sli: { worstOf: [a, other/b] } }"],
      "s/j: its member other/b has no rules here (compile all of its members with it, or let slowburn compute it)",
    ],
    [
      "members with groups",
      [
        `a: { objective: 99%, ${sli} }`,
        `b: { objective: 99%, ${sli}, per: [route] }`,
        "j: { objective: 98%, sli: { worstOf: [a, b] } }",
      ],
      "s/j: its member s/b is recorded by route alone, not as a whole (make it of members without groups, or let slowburn compute it)",
    ],
    [
      "calendar windows",
      [
        `a: { objective: 99%, ${sli} }`,
        `b: { objective: 99%, ${sli} }`,
        "j: { objective: 98%, window: { calendar: month, timeZone: UTC }, sli: { worstOf: [a, b] } }",
      ],
      "s/j: PromQL has no calendar windows (give it a rolling window: 30d)",
    ],
  ])("%s", (_, slos, message) => {
    const { refused, groups } = compile(slos);
    expect(refused).toEqual([message]);
    expect(groups.some((name) => name.endsWith("-s-a"))).toBe(true);
    expect(groups.some((name) => name.endsWith("-s-j"))).toBe(false);
  });

  it("those of a member that has no rules itself", () => {
    const { refused } = compile([
      `a: { objective: 99%, ${sli} }`,
      `b: { objective: 99%, ${sli}, budgeting: { slices: 1m, good: 95% } }`,
      "j: { objective: 98%, sli: { worstOf: [a, b] } }",
    ]);
    expect(refused).toHaveLength(2);
    expect(refused[1]).toContain("its member s/b has no rules here");
  });
});

it("Sloth's own mean of ratios is of the composite's", () => {
  const { expr } = compile(
    [
      `a: { objective: 99%, ${sli} }`,
      `b: { objective: 99%, ${sli} }`,
      "j: { objective: 98%, sli: { worstOf: [a, b] } }",
    ],
    { ...SETTINGS, isSlothCompatible: true },
  );
  expect(expr("j", "slo:sli_error:ratio_rate30d")).toContain(
    `sum_over_time(${series("j", "5m")}[30d])`,
  );
});
