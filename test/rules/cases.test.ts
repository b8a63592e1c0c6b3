/**
 * What an SRE reads for each kind of slip: every file of cases/, rendered, beside it as golden/<name>.txt; a right one as
 * golden/<name>.json. Update: `npx vitest run test/rules/cases.test.ts -u`, and review the diff.
 */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readRuleFile, renderProblems, RULE_PROBLEM_CODES } from "../../src/rules/index.ts";

const DIRECTORY = "test/rules/cases";
const names = readdirSync(DIRECTORY).filter((name) => name.endsWith(".yaml"));
const read = (name: string) => {
  const text = readFileSync(`${DIRECTORY}/${name}`, "utf8");
  return { text, ...readRuleFile({ file: name, text }) };
};

describe("problems", () => {
  it.each(names.filter((name) => name !== "right.yaml"))("of %s", async (name) => {
    const { text, problems } = read(name);
    expect(problems).not.toEqual([]);
    const rendered = renderProblems(problems, { sources: new Map([[name, text]]) });
    await expect(rendered).toMatchFileSnapshot(`golden/${name.replace(".yaml", ".txt")}`);
  });

  it("have a documented code, a place and a path that leads there", () => {
    for (const name of names) {
      const { problems, text } = read(name);
      for (const { code, line, column } of problems) {
        expect(Object.keys(RULE_PROBLEM_CODES)).toContain(code);
        if (line === undefined || column === undefined) continue;
        const lines = text.split("\n");
        expect(lines.length, `${name} ${code}`).toBeGreaterThanOrEqual(line);
        expect((lines[line - 1] ?? "").length + 1, `${name} ${code}`).toBeGreaterThanOrEqual(
          column,
        );
      }
    }
  });
});

describe("a right file", () => {
  it("has no problem and yields the model, whole", async () => {
    const { slos, problems } = read("right.yaml");
    expect(problems).toEqual([]);
    await expect(`${JSON.stringify(slos, null, 2)}\n`).toMatchFileSnapshot("golden/right.json");
  });

  it("is plain data: JSON round-trips it", () => {
    const { slos } = read("right.yaml");
    expect(JSON.parse(JSON.stringify(slos))).toEqual(slos);
  });
});
