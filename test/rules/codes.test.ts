import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { RULE_PROBLEM_CODES } from "../../src/rules/index.ts";

it("the room's README explains every code, in the words of the code", () => {
  const readme = readFileSync("src/rules/README.md", "utf8");
  const rows = readme.match(/^\| `[a-z-]+` +\|.*$/gm) ?? [];
  const table = rows.map((row) =>
    row
      .split("|")
      .slice(1, 3)
      .map((cell) => cell.trim().replaceAll(/^`([a-z-]+)`$/g, "$1")),
  );
  expect(Object.fromEntries(table)).toEqual(RULE_PROBLEM_CODES);
});
