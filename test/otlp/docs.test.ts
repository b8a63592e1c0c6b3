import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { REFUSAL_REASONS } from "../../src/otlp/refusal.ts";

test("the README's table has every reason to refuse a request, and no other", () => {
  const readme = readFileSync("src/otlp/README.md", "utf8");
  const [, table = ""] = readme.split("## Refusals");
  const rows = table.split("## JSON")[0]!.match(/^\| `[^|]+\|/gm) ?? [];
  const listed = rows.flatMap((row) => [...row.matchAll(/`([^`]+)`/g)].map(([, reason]) => reason));
  expect(new Set(listed)).toEqual(new Set(REFUSAL_REASONS));
  expect(listed).toHaveLength(REFUSAL_REASONS.length);
});
