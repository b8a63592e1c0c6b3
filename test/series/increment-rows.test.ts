import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { INCREMENT_ROWS } from "./increment-rows.ts";

/** Every test of the rooms that decide what a point adds. */
const TESTS = [import.meta.dirname, join(import.meta.dirname, "../engine")]
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  .filter((path) => path.endsWith(".test.ts"))
  .map((path) => readFileSync(path, "utf8"));

const pinned = new Set(
  TESTS.flatMap((text) =>
    [...text.matchAll(/(?:\/\/ row: |\brow: ")([\w-]+)/g)].map(([, row]) => row),
  ),
);

test("every row of the increment table is pinned by a test, and no test names another", () => {
  expect(pinned).toEqual(new Set(Object.keys(INCREMENT_ROWS)));
});
