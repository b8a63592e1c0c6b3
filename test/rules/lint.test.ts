/** Lints: what loads, and is seldom meant. */
import { describe, expect, it, test } from "vitest";
import { lintSlos, loadRules, readRuleFile } from "../../src/rules/index.ts";

/** `code@line`, with what the message and the hint name. */
function lint(slos: string): readonly string[] {
  const text = `apiVersion: slowburn/v1\nservice: shop\nslos:\n${slos}`;
  const reading = readRuleFile({ file: "shop.yaml", text });
  expect(reading.problems).toEqual([]);
  return lintSlos(reading.slos).map(({ code, line, severity, hint }) => {
    expect(severity).toBe("warning");
    return `${code}@${line}: ${hint}`;
  });
}
const latency = (metric: string, faster: string): string =>
  `  fast: { objective: 99%, sli: { metric: ${metric}, faster: ${faster} } }\n`;

describe("a latency threshold", () => {
  test.each([
    ["http.server.request.duration", "250ms"],
    ["http.server.request.duration", "2500ms"],
    ["http_server_request_duration_seconds_bucket", "750ms"],
    ["db.client.operation.duration", "500ms"],
    ["gen_ai.client.operation.duration", "1280ms"],
    ["cicd.pipeline.run.duration", "250s"],
    ["shop.checkout.duration", "300ms"], // nobody advises its bounds
  ])("of %s at %s is exact, or nobody knows", (metric, faster) => {
    expect(lint(latency(metric, faster))).toEqual([]);
  });

  test.each([
    ["http.server.request.duration", "300ms", "250ms and 500ms"],
    ["http_server_request_duration_seconds_count", "2s", "1s and 2s500ms"],
    ["db.client.operation.duration", "250ms", "100ms and 500ms"],
    ["http.server.request.duration", "20s", "10s"],
    ["http.server.request.duration", "1ms", "5ms"],
    ["cicd.pipeline.run.duration", "10m", "8m20s and 12m30s"],
  ])("of %s at %s lies inside a bucket", (metric, faster, exact) => {
    expect(lint(latency(metric, faster))).toEqual([
      `threshold-off-bound@4: exact are ${exact}; or give the histogram a bound there`,
    ]);
  });
});

test("an older version of a template than the newest is told of, to those who use it", () => {
  const body = "slos: { a: { objective: 99%, sli: { metric: m, bad: { e: 1 } } } }";
  const text = `apiVersion: slowburn/v1
templates: { web@1: { ${body} }, web@2: { ${body} } }
---
apiVersion: slowburn/v1
service: s
slos: { old: { use: web@1, window: 7d }, new: { use: web@2 } }
`;
  const { slos, problems, templates } = readRuleFile({ file: "a.yaml", text });
  expect(problems).toEqual([]);
  expect(lintSlos(slos, { templates })).toMatchObject([
    { code: "newer-template", line: 6, hint: "try use: web@2", path: "slos.old" },
  ]);
  expect(lintSlos(slos)).toEqual([]);
});

describe("two SLOs", () => {
  const slo = (name: string, more: string): string => `  ${name}: { objective: 99%, ${more} }\n`;
  const events = "sli: { metric: orders, where: { a: 1, b: 2 }, bad: { failed: true } }";

  test("that count the same overlap, whatever the order of their conditions", () => {
    const turned = "sli: { metric: orders, where: { b: 2, a: 1 }, bad: { failed: true } }";
    expect(lint(slo("one", events) + slo("two", turned))).toEqual([
      "overlapping-slos@5: keep one, or give them different windows or conditions",
    ]);
  });

  test.each([
    ["another window", `${events}, window: 7d`],
    ["groups", `${events}, per: [route]`],
    ["other conditions", "sli: { metric: orders, where: { a: 1 }, bad: { failed: true } }"],
    ["the opposite", "sli: { metric: orders, where: { a: 1, b: 2 }, good: { failed: true } }"],
  ])("with %s do not", (_, other) => {
    expect(lint(slo("one", events) + slo("two", other))).toEqual([]);
  });
});

test("the rules that ship are clean", () => {
  const { slos, problems } = loadRules("rules", { bucketMs: 10_000, now: () => 0 });
  expect([...problems, ...lintSlos(slos)]).toEqual([]);
});

describe("SLOs made of others", () => {
  const member = (name: string, objective: string) =>
    `  ${name}: { objective: ${objective}, sli: { metric: m, where: { x: ${name} }, bad: { e: 1 } } }\n`;
  const members = member("a", "99.9%") + member("b", "99%") + member("c", "99.5%");

  test.each([
    ["weighted: { a: 1, b: 1 }", "99.45%"],
    ["weighted: { a: 3, b: 1 }", "99.675%"],
    ["worstOf: [a, b]", "99%"],
    ["allOf: [a, b]", "98.9%"],
    ["weighted: { a: 1, other/x: 1 }", "99.99%"], // nobody knows what the other promises
    ["worstOf: [a, other/x]", "99.9%"],
  ])("of %s may have %s", (sli, objective) => {
    expect(lint(`${members}  all: { objective: ${objective}, sli: { ${sli} } }\n`)).toEqual([]);
  });

  test.each([
    ["weighted: { a: 1, b: 1 }", "99.46%", "99.45%"],
    ["weighted: { a: 1, b: 1, c: 1 }", "99.5%", "99.46666%"],
    ["worstOf: [a, b]", "99.001%", "99%"],
    ["worstOf: [a, other/x]", "99.95%", "99.9%"],
    ["allOf: [a, b]", "99%", "98.901%"],
    ["allOf: [a, b, other/x]", "99%", "98.901%"],
  ])("of %s promise less than %s", (sli, objective, most) => {
    expect(lint(`${members}  all: { objective: ${objective}, sli: { ${sli} } }\n`)).toEqual([
      `composite-objective@7: write ${most}, or less; or raise the objectives of its members`,
    ]);
  });

  it("a member that weighs no more than the budget is told of", () => {
    const slos = `${members}  all: { objective: 99%, sli: { weighted: { a: 98, b: 1, c: 1 } } }\n`;
    expect(lint(slos)).toEqual([
      "light-member@7: give it more weight, or use worstOf or allOf, where every member counts",
    ]);
    expect(lint(slos.replace("99%, sli: { weighted", "99.1%, sli: { weighted"))).toEqual([]);
  });

  it("overlap with one another, not with their members", () => {
    const slos = `${members}  one: { objective: 98%, sli: { allOf: [a, b] } }\n  other: { objective: 98%, sli: { allOf: [b, a] } }\n`;
    expect(lint(slos)).toEqual([
      "overlapping-slos@8: keep one, or give them different windows or conditions",
    ]);
  });
});
