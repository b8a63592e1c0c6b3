/** SLOs whose rule file is gone are counted on for a day. */
import { describe, expect, test } from "vitest";
import {
  nextRetirementEnd,
  RETIRED_FOR_MS,
  retiredProblems,
  withRetired,
} from "../../src/server/retired-slos.ts";
import { millis, type Slo } from "../../src/slo/index.ts";
import { sloOf } from "../engine/fixtures.ts";

const NOW = 1_700_000_000_000;
const [a, b, c] = ["s/a", "s/b", "s/c"].map((id) => sloOf({ id })) as [Slo, Slo, Slo];
const retired = (slo: Slo, at: number): Slo => ({ ...slo, retiredAt: millis(at) });

describe("what is counted", () => {
  test.each<[string, readonly Slo[], readonly Slo[], readonly Slo[]]>([
    ["all that the files hold", [a, b], [], [a, b]],
    ["and what they held until now", [a, c], [a, b, c], [a, retired(b, NOW), c]],
    ["since when it was gone", [a], [a, retired(b, NOW - 1000)], [a, retired(b, NOW - 1000)]],
    ["until a day is over", [a], [a, retired(b, NOW - RETIRED_FOR_MS)], [a]],
    ["what is back is back", [a, b], [a, retired(b, NOW - 1000)], [a, b]],
    ["also from an empty folder", [], [a], [retired(a, NOW)]],
  ])("%s", (_, loaded, inForce, counted) => {
    expect(withRetired(loaded, inForce, NOW)).toEqual(counted);
  });

  test("and for as long as an SLO of a file is made of them", () => {
    const over = sloOf({
      id: "x/journey",
      indicator: {
        kind: "composite",
        rule: "worst",
        members: [a, b].map(({ id }) => ({ sloId: id, weight: 1 })),
      },
    });
    const gone = retired(b, NOW - 2 * RETIRED_FOR_MS);
    expect(withRetired([a, over], [a, gone, over], NOW)).toEqual([a, gone, over]);
    expect(nextRetirementEnd([a, gone, over])).toBe(Infinity);
    expect(withRetired([a], [a, gone, over], NOW)).toEqual([a, retired(over, NOW)]);
  });

  test("though no file holds it is told, with the place where it was and the end", () => {
    const { file, line } = b.source;
    expect(retiredProblems([a, retired(b, NOW)])).toMatchObject([
      {
        code: "slo-retired",
        severity: "warning",
        file,
        line,
        message:
          "s/b is in no file any more: its events are counted, unseen, until 2023-11-15T22:13:20Z",
      },
    ]);
  });

  test("is looked at again when the first day is over", () => {
    expect(nextRetirementEnd([a, retired(b, NOW), retired(c, NOW - 5)])).toBe(
      NOW - 5 + RETIRED_FOR_MS,
    );
    expect(nextRetirementEnd([a])).toBe(Infinity);
  });
});
