/** What a script can be refused with: the place, the code, what is said, and what to write instead. */
import { describe, expect, test } from "vitest";
import { readScript, runScript, SCRIPT_PROBLEM_CODES } from "../../src/ruletest/index.ts";
import { formatProblem } from "../../src/slo/index.ts";
import { textOf } from "../tidy/tree.ts";

const RULES = `rules:
  apiVersion: slowburn/v1
  service: shop
  slos:
    a: { objective: 99%, window: 7d, alerts: none, sli: { metric: orders, bad: { bad: true } } }
    b: { objective: 99%, window: 7d, alerts: none, sli: { metric: orders, bad: { bad: true } }, per: [route] }
metric orders counter
metric wait histogram unit s
`;
const LOAD = `load\n  orders 1/s for 1m\n`;

/** All problems of a script, those of its text and those of its run. */
function problemsOf(text: string): readonly string[] {
  const { script, problems } = readScript("a.slo", text);
  const all = script === undefined ? problems : runScript(script).tests.flatMap((t) => t.problems);
  return all.map(formatProblem);
}

const lineOf = (text: string): number => text.split("\n").length;
const AFTER = lineOf(RULES);

test("a second `metric` line of a metric does not win silently", () => {
  const [problem, ...others] = problemsOf(`${RULES}metric orders gauge\nat 5m no alerts\n`);
  expect(problem).toMatch(new RegExp(`^a\\.slo:${AFTER}:1 error metric-twice: orders is declared`));
  expect(others).toEqual([]);
});

describe("a line that is wrong", () => {
  test.each<[text: string, place: string, code: string, says: RegExp]>([
    ["att 5m", "1", "unknown-statement", /did you mean `at`\?/],
    ["frobnicate", "1", "unknown-statement", /one of: rules, edit rules, start/],
    ["  orders 1/s for 1m", "3", "misplaced-line", /belongs to nothing/],
    ["start yesterday", "7", "script-syntax", /write 2024-01-01T00:00:00Z/],
    ["start 2024-01-01T00:00:00+01:00", "7", "script-syntax", /no moment of UTC/],
    ["start 2024-01-01T00:00:00Z 5m", "28", "script-syntax", /must end here/],
    ["bucket 10ms", "1", "off-grid", /at least 1s/],
    ["bucket", "7", "script-syntax", /not the line's end/],
    ["metric orders conter", "15", "script-syntax", /one of: counter, updown/],
    ["metric orders delta gauge", "8", "script-syntax", /no deltas/],
    ["metric w histogram bounds 2 1", "27", "script-syntax", /ascend/],
    ["metric w histogram bounds", "26", "script-syntax", /bounds must stand here/],
    ['resource {a="b" c="d"}', "17", "script-syntax", /apart by commas/],
    ['resource {a="b",a="c"}', "17", "script-syntax", /stands there already/],
    ["resource {a=b}", "13", "script-syntax", /"text", 500, true or false/],
    ["test no quotes", "6", "script-syntax", /in double quotes/],
    ["rules", "6", "script-syntax", /a file must stand here/],
    ["rules:\nat 5m no alerts", "1", "script-syntax", /no YAML stands below/],
    ["load", "1", "script-syntax", /nothing is loaded/],
    ["load 0s\n  orders 1/s for 1m", "1", "off-grid", /longer than nothing/],
    ["at soon no alerts", "4", "script-syntax", /a moment must stand here/],
    ["at 3y no alerts", "4", "script-syntax", /no longer than 2y/],
    ["metric w exponential histogram scale 21", "38", "script-syntax", /from -10 to 20/],
    ["at 5m goood 12", "7", "script-syntax", /did you mean good\?/],
    ["at 5m good", "11", "script-syntax", /a number, a fraction like 1\/3/],
    ["at 5m good 1/0", "12", "script-syntax", /no number/],
    ["at 5m good 12 ~", "16", "script-syntax", /a tolerance/],
    ["at 5m good 12 13", "15", "script-syntax", /must end here/],
    ["at 5m alert pager firing", "13", "script-syntax", /one of: page, ticket/],
    ["at 5m alert page burning", "18", "script-syntax", /pending, firing, resolved, inactive/],
    ["alert page firing", "12", "script-syntax", /a state needs a moment/],
    ["alert page fires between 3h and 2h", "33", "script-syntax", /before the first moment/],
    ["alert page fires 5m", "18", "script-syntax", /between 62m and 63m/],
    ["at 5m integrity whole", "17", "script-syntax", /complete, partial/],
  ])("%s", (text, column, code, says) => {
    const [problem] = problemsOf(`${RULES}${text}\n`).length === 0 ? [] : problemsOf(text);
    expect(problem).toMatch(new RegExp(`^a\\.slo:1:${column} error ${code}: `));
    expect(problem).toMatch(says);
  });

  test.each<[line: string, column: number, code: string, says: RegExp]>([
    ["order 1/s for 1m", 3, "unknown-metric", /did you mean orders\?/],
    ["orders", 9, "script-syntax", /values must stand here/],
    ["orders 1/s", 13, "script-syntax", /`for` must stand here/],
    ["orders 1/s for 15s", 18, "off-grid", /no multiple of the export interval/],
    ["orders 1/s for 0s", 18, "off-grid", /no multiple/],
    ["orders 0.01/s for 10s", 10, "fraction-of-event", /no whole number of events/],
    ["orders 99999999999999/s for 1h", 10, "wrong-values", /more events than/],
    ["orders counted 1.5 +1", 18, "wrong-values", /no number of events/],
    ["orders 5 for 1m", 10, "wrong-values", /events, not a level/],
    ["orders -1/s for 1m", 10, "wrong-values", /only grows/],
    ["orders 1/s at 5ms for 1m", 10, "wrong-values", /only histograms/],
    ["wait 1/s for 1m", 8, "wrong-values", /events have a value/],
    ["wait 1/s at 5x for 1m", 8, "wrong-values", /no value of a metric in "s"/],
    ["wait 1 2 3", 8, "wrong-values", /no samples/],
    ["orders 0+1x99999999", 10, "wrong-values", /over 1000000 samples/],
    ["orders 1/s for 1m soon", 21, "script-syntax", /segments are apart by commas/],
  ])("of a load block: %s", (line, column, code, says) => {
    const [problem] = problemsOf(`${RULES}load\n  ${line}\nat 5m no alerts\n`);
    expect(problem).toMatch(new RegExp(`^a\\.slo:${AFTER + 1}:${column} error ${code}: `));
    expect(problem).toMatch(says);
  });

  test("hides none of the others", () => {
    expect(problemsOf(`att 5m\nload\n  a 1/s for 1m\n  b 1/s for 1m\nat 5m god 1\n`)).toHaveLength(
      4,
    );
  });
});

describe("what only shows when it runs", () => {
  test.each<[text: string, line: number, code: string, says: RegExp]>([
    [`${LOAD}at 1m good 1`, 2, "unknown-slo", /one of: shop\/a, shop\/b/],
    [`at 1m good{slo="shop/c"} 1`, 0, "unknown-slo", /did you mean slo="shop\/a"\?/],
    [`at 1m good{slo="shop/a",window="5m"} 1`, 0, "unknown-window", /one of: 7d/],
    [
      `at 1m budget_remaining{slo="shop/a",window="7d"} 1`,
      0,
      "unknown-window",
      /leave window= out/,
    ],
    [`at 1m good{slo="shop/a",route="/"} 1`, 0, "unknown-label", /it is not split/],
    [
      `load\n  orders{route="x"} +1\n  orders{route="y"} +1\nat 1m good{slo="shop/b"} 1`,
      3,
      "unknown-label",
      /shop\/b\{route="x"\}, shop\/b\{route="y"\}/,
    ],
    ["at 5m\nat 4m no alerts", 1, "time-backwards", /forward only/],
    [`${LOAD}load\n  orders 1/s for 1m\nat 1m no alerts`, 3, "series-busy", /move the clock on/],
    ["rules nowhere.yaml\nat 5m no alerts", 0, "rules-broken", /does not exist/],
  ])("%s", (text, line, code, says) => {
    const [problem] = problemsOf(`${RULES}${text}\n`);
    expect(problem).toMatch(new RegExp(`^a\\.slo:${AFTER + line}:\\d+ error ${code}: `));
    expect(problem).toMatch(says);
  });

  test("no rules", () => {
    expect(problemsOf("at 5m good 1\n")).toEqual([
      "a.slo:1:7 error no-rules: no rules are in force (hint: begin with `rules …`)",
    ]);
  });

  test("errors of inline rules stand at their place in the script", () => {
    const [problem] = problemsOf(
      RULES.replace("objective: 99%", "objective: 0.99") + "at 5m no alerts",
    );
    expect(problem).toMatch(/^a\.slo:5:21 error objective-sign: /);
  });

  test("nothing at all is tested", () => {
    for (const text of ["", "# nothing\n", RULES, `${RULES}${LOAD}at 5m\n`])
      expect(problemsOf(text)[0]).toMatch(/^a\.slo:1:1 error script-empty: /);
  });
});

test("start and bucket stand before what happens", () => {
  expect(problemsOf(`${RULES}bucket 5s\nat 5m no alerts`)[0]).toMatch(/misplaced-line/);
});

test("the README's table is that of the code", () => {
  const rows = [...textOf("src/ruletest/README.md").matchAll(/^\| `([a-z-]+)` +\| (.+?) +\|$/gm)]
    .map(([, code, meaning]) => [code, meaning])
    .slice(-Object.keys(SCRIPT_PROBLEM_CODES).length);
  expect(Object.fromEntries(rows)).toEqual(SCRIPT_PROBLEM_CODES);
});
