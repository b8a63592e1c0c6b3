/** Scripts that nobody meant: whatever the text, there is a verdict or a problem, and soon. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { readScript } from "../../src/ruletest/index.ts";
import { filesBelow, textOf } from "../tidy/tree.ts";

const SCRIPTS = filesBelow("test/conformance", [".slo"]).map(textOf);
const PIECES = [
  "{",
  "}",
  '"',
  "\\",
  "#",
  " ",
  "\n",
  "\t",
  "x9",
  "~",
  "%",
  "-",
  "for",
  "at",
  "é",
  "\0",
];

test("a script with pieces cut out and put in is read without a throw", () => {
  const edit = fc.record({
    at: fc.nat(10_000),
    cut: fc.nat(12),
    put: fc.constantFrom(...PIECES),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(...SCRIPTS),
      fc.array(edit, { minLength: 1, maxLength: 5 }),
      (text, edits) => {
        let cut = text;
        for (const { at, cut: length, put } of edits) {
          const from = at % cut.length;
          cut = cut.slice(0, from) + put + cut.slice(from + length);
        }
        const { script, problems } = readScript("a.slo", cut);
        expect(script === undefined).toBe(problems.length > 0);
        const lineCount = cut.split("\n").length;
        for (const { line = 0, column = 0, endColumn = 0 } of problems) {
          expect(line).toBeGreaterThan(0);
          expect(line).toBeLessThanOrEqual(lineCount);
          expect(endColumn).toBeGreaterThan(column);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test.each<[what: string, text: string]>([
  ["samples", `metric a counter\nload\n  a ${"1 ".repeat(300_000)}?\n`],
  ["quotes", `at 5m ${'"\\'.repeat(300_000)}\n`],
  ["braces", `at 5m good${"{".repeat(500_000)}\n`],
  ["hashes", `resource {a="${"#".repeat(300_000)}" ${"#".repeat(300_000)}\n`],
  ["spaces", `at${" ".repeat(900_000)}5m good 1\n`],
])("a line of many %s is refused or read in no time", (_, text) => {
  const startedAt = performance.now();
  readScript("a.slo", text);
  expect(performance.now() - startedAt).toBeLessThan(3000);
});
