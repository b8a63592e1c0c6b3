/** Lints: what loads, and is seldom meant. */
import { describe, expect, test } from "vitest";
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
