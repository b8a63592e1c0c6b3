/**
 * Published data to test against. It stands beside a checkout, in `../shared/corpora`, or where `SLOWBURN_CORPORA` says, and is
 * no part of the repository: a clone alone skips what needs it.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseObjective, type Objective } from "../../src/slo/index.ts";

const FOLDER: string =
  process.env["SLOWBURN_CORPORA"] ?? join(import.meta.dirname, "../../../shared/corpora");
const isHere = existsSync(FOLDER);

/** A suite that reads corpora; without them its body does not run, and the report says why. */
export function describeCorpora(title: string, body: () => void): void {
  // Corpora are no part of a clone.
  describe.skipIf(!isHere)(isHere ? title : `${title} (skipped: no ${FOLDER})`, () => {
    if (isHere) body();
    else test("needs the corpora", () => undefined);
  });
}

/** The file or folder of the corpora that this path leads to. */
export const corpus = (...path: readonly string[]): string => join(FOLDER, ...path);
export const corpusText = (...path: readonly string[]): string =>
  readFileSync(corpus(...path), "utf8");

interface GoldenCase {
  readonly name: string;
  readonly kind: string;
  readonly input: unknown;
  readonly expected: unknown;
  /** Relative; absolute where 0 is expected. */
  readonly tolerance: number;
}

let golden: readonly GoldenCase[] | undefined;
const allGolden = (): readonly GoldenCase[] =>
  (golden ??= (JSON.parse(corpusText("golden/slo-math.json")) as { cases: readonly GoldenCase[] })
    .cases); // its `schema` says so

export const goldenKinds = (): ReadonlySet<string> => new Set(allGolden().map(({ kind }) => kind));

/** Cases of a kind, in the file's own shapes, which the test that reads them names. There must be some. */
export function goldenCases<Input, Expected>(
  kind: string,
): [name: string, input: Input, expected: Expected, tolerance: number][] {
  const found = allGolden().filter((each) => each.kind === kind);
  if (found.length === 0) throw new Error(`no golden case of kind ${kind}`);
  return found.map(({ name, input, expected, tolerance }) => [
    name,
    input as Input,
    expected as Expected,
    tolerance,
  ]);
}

/** `null` where nothing is expected. */
export function expectNear(
  value: number | undefined,
  expected: number | null,
  tolerance: number,
): void {
  if (expected === null) return expect(value).toBeUndefined();
  const error = Math.abs((value ?? NaN) - expected);
  const allowed = expected === 0 ? tolerance : tolerance * Math.abs(expected);
  return expect(error, `${value} for ${expected}`).toBeLessThanOrEqual(allowed);
}

/** `0.999` → 99.9 %, on the text; `undefined` for 100 %, which is refused. */
export function objectiveOf(ratio: string): Objective | undefined {
  const [whole = "0", decimals = ""] = ratio.split(".");
  const digits = (whole + decimals.padEnd(2, "0")).replace(/^0+(?=\d)/, "");
  const point = digits.length - Math.max(0, decimals.length - 2);
  return parseObjective(`${digits.slice(0, point) || "0"}.${digits.slice(point) || "0"}%`);
}
