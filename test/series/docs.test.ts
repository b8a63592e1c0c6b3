import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { DIAGNOSTICS } from "../../src/series/index.ts";

test("the README's table has every kind of diagnostic, and no other", () => {
  const readme = readFileSync("src/series/README.md", "utf8");
  const listed = [...readme.matchAll(/^\| `(\w+)`/gm)].map(([, kind]) => kind);
  expect(listed).toEqual(Object.values(DIAGNOSTICS));
});
