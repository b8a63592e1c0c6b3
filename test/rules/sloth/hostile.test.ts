/** Files of Sloth that people and editors broke: always a problem or a sound SLO, never a crash. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readRuleFile } from "../../../src/rules/index.ts";

const right = readFileSync("test/rules/sloth/cases/right.yaml", "utf8");
const rightSloCount = readRuleFile({ file: "x.yaml", text: right }).slos.length;

const edit = fc.record({
  at: fc.nat(right.length),
  removed: fc.integer({ min: 0, max: 12 }),
  added: fc.oneof(
    fc.constantFrom("", " ", "\n", ":", "{", "}", "[", "]", "(", ")", '"', "'", "- ", "null"),
    fc.constantFrom(
      "rate(",
      "sum by (",
      "{{.window}}",
      "=~",
      "or vector(0)",
      "offset 5m",
      "|",
      "&a ",
    ),
    fc.string({ unit: "binary", maxLength: 6 }),
  ),
});

test("mutated files never throw; what has no error yields SLOs of the model", () => {
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      const text = edits.reduce(
        (before, { at, removed, added }) =>
          before.slice(0, at) + added + before.slice(at + removed),
        right,
      );
      const { slos, problems } = readRuleFile({ file: "x.yaml", text });
      for (const { line, column, endColumn, message } of problems) {
        expect(message).not.toMatch(/undefined|\[object/);
        expect([line ?? 1, column ?? 1].every((place) => place >= 1)).toBe(true);
        expect(endColumn ?? Infinity).toBeGreaterThan(column ?? 1);
      }
      if (problems.some(({ severity }) => severity === "error")) return;
      expect(slos.length).toBeLessThanOrEqual(rightSloCount);
      for (const { indicator, objective } of slos) {
        expect(indicator.kind === "sums" && indicator.total.length).toBeGreaterThan(0);
        expect(objective.budgetPpb).toBeGreaterThan(0);
      }
    }),
    { numRuns: 300 },
  );
});

test("any value in any field never throws", () => {
  const paths = ["labels", "slo_plugins", "slos", "service", "version"];
  const sloPaths = ["name", "objective", "sli", "alerting", "labels", "plugins", "description"];
  fc.assert(
    fc.property(
      fc.constantFrom(...paths),
      fc.constantFrom(...sloPaths),
      fc.jsonValue(),
      (a, b, value) => {
        const slo = {
          name: "availability",
          objective: 99,
          sli: { events: { error_query: "sum(rate(a[{{.window}}]))", total_query: value } },
          alerting: { name: "A", page_alert: value },
          [b]: value,
        };
        const file = { version: "prometheus/v1", service: "shop", slos: [slo], [a]: value };
        for (const each of [file, { ...file, slos: [slo] }])
          expect(readRuleFile({ file: "x", text: JSON.stringify(each) }).problems).toBeInstanceOf(
            Array,
          );
      },
    ),
    { numRuns: 300 },
  );
});
