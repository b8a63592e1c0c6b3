/** Which kinds of golden vectors the tests here use: one that none does, without a reason, is a gap. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeCorpora, goldenKinds } from "./corpora.ts";

/** Kinds of what slowburn does not compute yet: the entry goes when it does. */
const NOT_YET: Readonly<Record<string, string>> = {
  pyrraWindows: "rule files of Pyrra",
  forecast: "forecasts",
  forecastRolling: "forecasts",
  forecastExpiry: "forecasts",
  exhaustionInterval: "forecasts",
  binomialInterval: "reports that say how sure a ratio is",
  eDetector: "sequential detection, as a policy to choose",
  incidentTimes: "incidents",
  alertQuality: "incidents",
  neumaierSum:
    "rejected: window sums are made again from their buckets instead (src/engine/README.md)",
};

const TESTS = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => readFileSync(join(import.meta.dirname, name), "utf8"))
  .filter((text) => text.includes("goldenCases<"));
/** `goldenCases<…>("kind")`, however its types are laid out. */
const isUsed = (kind: string): boolean =>
  TESTS.some((text) => new RegExp(`>\\(\\s*"${kind}",?\\s*\\)`).test(text));

describeCorpora("golden vectors", () => {
  test("every kind is used, or it is known why not", () => {
    const kinds = [...goldenKinds()];
    expect(kinds.filter((kind) => !isUsed(kind)).sort()).toEqual(Object.keys(NOT_YET).sort());
  });
});
