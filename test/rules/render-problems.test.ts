import { describe, expect, it } from "vitest";
import { nearestName, problemsToJson, renderProblems } from "../../src/rules/index.ts";
import type { Problem } from "../../src/slo/index.ts";

const problem: Problem = {
  code: "objective-sign",
  severity: "error",
  message: "0.999 could mean 99.9% or 0.999%",
  hint: "write 99.9%",
  file: "rules/checkout.yaml",
  line: 2,
  column: 12,
  path: "slos.x.objective",
};
const sources = new Map([["rules/checkout.yaml", "a: 1\nobjective: 0.999\n"]]);

describe("renderProblems", () => {
  it("shows place, code, fix, source line and caret", () => {
    expect(renderProblems([problem], { sources })).toBe(
      [
        "rules/checkout.yaml:2:12 error objective-sign: 0.999 could mean 99.9% or 0.999% (hint: write 99.9%)",
        "    2 | objective: 0.999",
        "      |            ^",
        "",
      ].join("\n"),
    );
  });

  it("paints only when told to", () => {
    expect(renderProblems([problem], { sources })).not.toContain("\u001b");
    expect(renderProblems([problem], { sources, colour: true })).toContain(
      "\u001b[31;1merror\u001b[0m",
    );
  });

  it("does without place or source", () => {
    const { line: _line, column: _column, ...placeless } = problem;
    expect(renderProblems([placeless], { sources }).split("\n")).toHaveLength(2);
    expect(renderProblems([problem]).split("\n")).toHaveLength(2);
    expect(renderProblems([])).toBe("");
  });

  it("lets no file steer the terminal: control and direction characters are dots", () => {
    const text = "x\u001b[2J\u202ey: \t0.9";
    const rendered = renderProblems(
      [{ ...problem, message: "bad \u001b]0;title\u0007", line: 1, column: 3 }],
      { sources: new Map([["rules/checkout.yaml", text]]) },
    );
    for (const steering of ["\u001b", "\u0007", "\u202e", "\t"])
      expect(rendered).not.toContain(steering);
    expect(rendered).toContain("x·[2J·y:  0.9");
  });

  it("cuts a long line around the caret", () => {
    const long = `${"a".repeat(500)}X${"b".repeat(500)}`;
    const [, excerpt = "", caret = ""] = renderProblems([{ ...problem, line: 1, column: 501 }], {
      sources: new Map([["rules/checkout.yaml", long]]),
    }).split("\n");
    expect(excerpt.length).toBeLessThan(140);
    expect(excerpt[caret.indexOf("^")]).toBe("X");
  });

  it("underlines a part of the line, as far as it is shown", () => {
    const carets = (text: string, part: Partial<Problem>) =>
      renderProblems([{ ...problem, line: 1, ...part }], {
        sources: new Map([["rules/checkout.yaml", text]]),
      }).split("\n")[2];
    expect(carets("query: absent(up) > 0", { column: 8, endColumn: 18 })).toBe(
      `      | ${" ".repeat(7)}${"^".repeat(10)}`,
    );
    const long = `${"a".repeat(500)}${"X".repeat(500)}`;
    const marked = carets(long, { column: 501, endColumn: 1001 });
    expect(marked?.length).toBeLessThan(140);
    expect(marked).toMatch(/\^{50,}$/);
  });

  it("never shows the line a secret was written in", () => {
    const secret = { ...problem, code: "secret-reference", line: 1, column: 1 };
    const rendered = renderProblems([secret], {
      sources: new Map([["rules/checkout.yaml", "tok: canary"]]),
    });
    expect(rendered).not.toContain("canary");
  });
});

it("problemsToJson counts by severity", () => {
  const warning = { ...problem, severity: "warning" as const };
  expect(problemsToJson([problem, warning, warning])).toMatchObject({
    errorCount: 1,
    warningCount: 2,
  });
});

describe("nearestName", () => {
  const names = ["objective", "window", "sli", "keepFiringFor", "for"];
  it.each([
    ["objectiv", "objective"],
    ["obejctive", "objective"],
    ["OBJECTIVE", "objective"],
    ["keep_firing_for", "keepFiringFor"],
    ["windw", "window"],
    ["sl", "sli"],
    ["fro", "for"],
    ["budget", undefined],
    ["", undefined],
    ["x".repeat(100_000), undefined],
  ])("%s → %s", (word, nearest) => expect(nearestName(word, names)).toBe(nearest));
});
