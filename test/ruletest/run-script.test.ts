/** What a run says: claims that hold and that do not, worlds of their own, the example of the page. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  isPassed,
  readScript,
  renderVerdict,
  runScript,
  summaryText,
  type ScriptVerdict,
} from "../../src/ruletest/index.ts";
import { textOf } from "../tidy/tree.ts";

const RULES = `rules:
  apiVersion: slowburn/v1
  service: shop
  slos:
    orders:
      objective: 99%
      sli: { metric: orders, bad: { status: "500" } }
      alerts: { tiers: [{ severity: page, factor: 10, long: 1h, short: 5m }] }
metric orders counter
`;

function run(file: string, text: string): { verdict: ScriptVerdict; rendered: string } {
  const { script, problems } = readScript(file, text);
  expect(problems).toEqual([]);
  const verdict = runScript(script!);
  const rendered = renderVerdict(verdict, { colour: false, sources: new Map([[file, text]]) });
  return { verdict, rendered };
}

test("a failed claim is told at its place, with what was, and an alert's with what it did", async () => {
  const { verdict, rendered } = run(
    "shop.slo",
    `${RULES}
test "holds"
load
  orders{status="200"}   10/s for 1h
at 1h total 36000

test "does not"
load
  orders{status="200"}   10/s for 1h
  orders{status="500"}   0 for 1h, 10/s for 1h
at 1h
  total{window="5m"} 3001
  ratio 100%
  ratio{window="5m"} absent
alert page fires at 1h
alert page resolves at 1h30m
at 2h
  alert page inactive
  no alerts
  rejected 1
  integrity partial
  burn_rate{window="5m"} 99 ~ 0.5%
`,
  );
  expect(isPassed(verdict)).toBe(false);
  expect(verdict.tests.map(({ failures }) => failures.length)).toEqual([0, 9]);
  await expect(rendered + summaryText([verdict])).toMatchFileSnapshot("golden/failures.txt");
});

test("the example of the page passes", () => {
  const [, example = ""] = /```text\n(rules [^`]*)```/.exec(textOf("src/ruletest/README.md")) ?? [];
  const { rendered } = run(join("rules", "tests", "example.slo"), example);
  expect(rendered).toMatch(/^pass /);
});

describe("tests of a script", () => {
  test("share what stands before the first, and nothing else", () => {
    const { verdict } = run(
      "shop.slo",
      `${RULES}load\n  orders 1/s for 1m\ntest "a"\nload\n  orders{status="500"} +1\nat 1m total 61\ntest "b"\nat 1m total 60\n`,
    );
    expect(isPassed(verdict)).toBe(true);
  });

  test("are one without a name where none is named", () => {
    const { verdict } = run("shop.slo", `${RULES}at 1m total 0\n`);
    expect(verdict.tests).toEqual([
      { name: "", line: 1, claimCount: 1, failures: [], alerts: [], problems: [] },
    ]);
  });

  test("go on after a claim that does not hold, and end at what cannot be looked at", () => {
    const { verdict } = run(
      "shop.slo",
      `${RULES}at 1m\n  total 1\n  total 0\n  total{slo="shop/x"} 0\n  total 0\n`,
    );
    expect(verdict.tests[0]).toMatchObject({ claimCount: 2, failures: [{ expected: "1" }] });
    expect(verdict.tests[0]?.problems).toHaveLength(1);
  });
});

describe("numbers", () => {
  const holds = (claim: string): boolean =>
    isPassed(
      run(
        "shop.slo",
        `${RULES}load\n  orders{status="200"} 2/s for 10m\n  orders{status="500"} 1/s for 10m\nat 10m ${claim}\n`,
      ).verdict,
    );

  test.each<[claim: string, holds: boolean]>([
    ["total 1800", true],
    ["total 1801", false],
    ["total 1801 ~ 1", true],
    ["total 1790 ~ 1%", true],
    ["total absent", false],
    ["ratio 2/3", true],
    ["ratio 0.6666666666667", true],
    ["ratio 0.66666666667", false],
    ["ratio 66.66%", false],
    ["ratio 66.66% ~ 0.02%", true],
    ["error_ratio 1/3", true],
    ["burn_rate 100/3", true],
    ["burn_rate 33.3333333333333", true],
    ["budget_remaining -97/3", true],
    ["good_highest 1200", true],
    ["bad 600", true],
    ["bad 6e2", true],
  ])("%s: %s", (claim, expected) => {
    expect(holds(claim)).toBe(expected);
  });
});
