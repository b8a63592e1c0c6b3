import { describe, expect, test } from "vitest";
import { budgetRatio, objectiveRatio, parseObjective } from "../../src/slo/index.ts";

describe("an objective is an exact decimal", () => {
  test.each([
    ["99.9%", 0.999, 0.001],
    ["99.99 %", 0.9999, 0.0001],
    ["99.999%", 0.99999, 0.00001],
    ["99.9999999%", 0.999999999, 0.000000001],
    ["0%", 0, 1],
    ["90%", 0.9, 0.1],
  ])("%s leaves exactly its budget", (text, ratio, budget) => {
    const objective = parseObjective(text)!;
    expect(objectiveRatio(objective)).toBe(ratio);
    expect(budgetRatio(objective)).toBe(budget);
    expect(objective.text).toBe(text);
  });

  test.each(["100%", "100.0%", "101%", "0.999", "99.9", "99.99999999%", "-1%", "99,9%", "%", ""])(
    "%j is none",
    (text) => {
      expect(parseObjective(text)).toBeUndefined();
    },
  );
});
