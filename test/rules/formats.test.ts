/**
 * Other tools' formats. What an SRE reads for each kind of slip: every file of <format>/cases, rendered, in
 * <format>/golden/<name>.txt; and what right.yaml is read as, in <format>/golden/right.json. Update:
 * `npx vitest run test/rules/formats.test.ts -u`, and review the diff.
 */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readRuleFile, renderProblems, RULE_PROBLEM_CODES } from "../../src/rules/index.ts";

const read = (directory: string, name: string) => {
  const text = readFileSync(`${directory}/${name}`, "utf8");
  return { text, ...readRuleFile({ file: name, text }) };
};

describe.each(["openslo", "pyrra"])("%s", (format) => {
  const directory = `test/rules/${format}/cases`;
  const names = readdirSync(directory);

  it.each(names.filter((name) => name !== "right.yaml"))(
    "says what is wrong in %s",
    async (name) => {
      const { text, problems } = read(directory, name);
      expect(problems).not.toEqual([]);
      const rendered = renderProblems(problems, { sources: new Map([[name, text]]) });
      const golden = `${format}/golden/${name.replace(/\.\w+$/, ".txt")}`;
      await expect(rendered).toMatchFileSnapshot(golden);
    },
  );

  it("has a documented code and a place for every problem", () => {
    for (const name of names) {
      const { problems, text } = read(directory, name);
      const lines = text.split("\n");
      for (const { code, line, column } of problems) {
        expect(Object.keys(RULE_PROBLEM_CODES)).toContain(code);
        const width = (lines[(line ?? 0) - 1] ?? "").length;
        expect(column ?? 0, `${name}:${line} ${code}`).toBeGreaterThan(0);
        expect(column ?? 0, `${name}:${line} ${code}`).toBeLessThanOrEqual(width + 1);
      }
    }
  });

  it("reads a right file into the model, whole, as plain data", async () => {
    const { slos, problems } = read(directory, "right.yaml");
    expect(problems).toEqual([]);
    expect(JSON.parse(JSON.stringify(slos))).toEqual(slos);
    const text = `${JSON.stringify(slos, null, 2)}\n`;
    await expect(text).toMatchFileSnapshot(`${format}/golden/right.json`);
  });
});
