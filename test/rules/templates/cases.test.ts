/**
 * What an SRE reads for each slip with templates: every file of cases/, read beside published.yaml, as golden/<name>.txt.
 * Update: `npx vitest run test/rules/templates -u`, and review the diff.
 */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readRuleFiles, renderProblems } from "../../../src/rules/index.ts";

const DIRECTORY = "test/rules/templates/cases";
const textOf = (file: string) => readFileSync(`${DIRECTORY}/${file}`, "utf8");
const published = { file: "published.yaml", text: textOf("published.yaml") };
const names = readdirSync(DIRECTORY).filter((name) => name !== "published.yaml");

describe("problems", () => {
  it.each(names)("of %s", async (name) => {
    const text = textOf(name);
    const [ofPublished, read] = readRuleFiles([published, { file: name, text }]);
    expect(ofPublished?.problems).toEqual([]);
    const sources = new Map([
      [name, text],
      [published.file, published.text],
    ]);
    const rendered = renderProblems(read?.problems ?? [], { sources });
    await expect(rendered).toMatchFileSnapshot(`golden/${name.replace(".yaml", ".txt")}`);
  });
});
