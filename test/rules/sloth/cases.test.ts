/**
 * What an SRE reads for each kind of slip in a file of Sloth: every file of cases/, rendered, beside it as
 * golden/<name>.txt; a right one as golden/<name>.json. Update: `npx vitest run test/rules/sloth/cases.test.ts -u`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readRuleFile, renderProblems, RULE_PROBLEM_CODES } from "../../../src/rules/index.ts";

const DIRECTORY = "test/rules/sloth/cases";
const names = readdirSync(DIRECTORY);
const read = (name: string) => {
  const text = readFileSync(`${DIRECTORY}/${name}`, "utf8");
  return { text, ...readRuleFile({ file: name, text }) };
};

describe("problems", () => {
  it.each(names)("of %s", async (name) => {
    const { text, problems } = read(name);
    const rendered = renderProblems(problems, { sources: new Map([[name, text]]) });
    await expect(rendered).toMatchFileSnapshot(`golden/${name.replace(".yaml", ".txt")}`);
    for (const { code } of problems) expect(Object.keys(RULE_PROBLEM_CODES)).toContain(code);
  });
});

describe("a right file", () => {
  it("has no error and yields the model, whole", async () => {
    const { slos, problems } = read("right.yaml");
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(JSON.parse(JSON.stringify(slos))).toEqual(slos);
    await expect(`${JSON.stringify(slos, null, 2)}\n`).toMatchFileSnapshot("golden/right.json");
  });
});
