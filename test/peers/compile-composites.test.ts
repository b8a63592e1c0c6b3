/** SLOs made of others, as Prometheus computes their compiled rules, against research/math.md section 7 for random traffic. */
import fc from "fast-check";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { compileRules, ruleFileText } from "../../src/export/index.ts";
import { readRuleFile } from "../../src/rules/index.ts";
import { runTool } from "./tool.ts";

const MEMBERS = ["a", "b", "c"] as const;
const RULES = `apiVersion: slowburn/v1
service: s
slos:
${MEMBERS.map((name) => `  ${name}: { objective: 99%, window: 1d, sli: { promql: { bad: "sum(rate(${name}_bad[{{.window}}]))", total: "sum(rate(${name}_all[{{.window}}]))" } }, alerts: none }`).join("\n")}
  mean: { objective: 99%, sli: { weighted: { a: 3, b: 1, c: 0.5 } } }
  worst: { objective: 99%, sli: { worstOf: [a, b, c] } }
`;
const WEIGHTS = { a: 3, b: 1, c: 0.5 } as const;

let dir = "";
beforeAll(() => (dir = mkdtempSync(join(tmpdir(), "slowburn-composites-"))));
afterAll(() => rmSync(dir, { recursive: true }));

const MINUTES = 60;
const traffic = fc.record({
  bad: fc.integer({ min: 0, max: 9 }),
  good: fc.integer({ min: 0, max: 90 }),
});

test("Prometheus comes to the mean, and to the worst, of members that have events", () => {
  const { slos, problems } = readRuleFile({ file: "s.yaml", text: RULES });
  expect(problems).toEqual([]);
  const compiled = compileRules(slos, { isSlothCompatible: false, version: "test" });
  expect(compiled.problems.filter(({ severity }) => severity === "error")).toEqual([]);
  const file = ruleFileText(compiled.groups, { target: "prom2.42", wrapper: "plain" });
  writeFileSync(join(dir, "rules.yaml"), file);
  fc.assert(
    fc.property(fc.tuple(traffic, traffic, traffic), (rates) => {
      const series = MEMBERS.flatMap((name, index) => {
        const { bad = 0, good = 0 } = rates[index] ?? {};
        return [
          { series: `${name}_bad`, values: `0+${bad}x${MINUTES}` },
          { series: `${name}_all`, values: `0+${bad + good}x${MINUTES}` },
        ];
      });
      const counted = MEMBERS.flatMap((name, index) => {
        const { bad = 0, good = 0 } = rates[index] ?? {};
        return bad + good === 0 ? [] : [{ weight: WEIGHTS[name], ratio: bad / (bad + good) }];
      });
      const weight = counted.reduce((sum, each) => sum + each.weight, 0);
      const mean = counted.reduce((sum, each) => sum + each.weight * each.ratio, 0) / weight;
      const worst = Math.max(...counted.map(({ ratio }) => ratio));
      const claim = (slo: string, window: string, value: number) => ({
        expr: `abs(slo:sli_error:ratio_rate${window}{sloth_slo="${slo}"} - ${value}) < bool 1e-9`,
        eval_time: `${MINUTES}m`,
        exp_samples:
          counted.length === 0
            ? []
            : [
                {
                  labels: `{sloth_id="s-${slo}", sloth_service="s", sloth_slo="${slo}", sloth_window="${window}"}`,
                  value: 1,
                },
              ],
      });
      const script = {
        rule_files: ["rules.yaml"],
        tests: [
          {
            interval: "1m",
            input_series: series,
            promql_expr_test: ["5m", "1h", "30d"].flatMap((window) => [
              claim("mean", window, mean),
              claim("worst", window, worst),
            ]),
          },
        ],
      };
      writeFileSync(join(dir, "test.yaml"), stringify(script));
      const { exitCode, text } = runTool("promtool", ["test", "rules", join(dir, "test.yaml")]);
      expect(exitCode, text).toBe(0);
    }),
    {
      numRuns: 8,
      examples: [
        [
          [
            { bad: 1, good: 9 },
            { bad: 0, good: 0 },
            { bad: 2, good: 2 },
          ],
        ],
        [
          [
            { bad: 0, good: 0 },
            { bad: 0, good: 0 },
            { bad: 0, good: 0 },
          ],
        ],
      ],
    },
  );
});
