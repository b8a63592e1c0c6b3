/** SLOs of several rule sets on one engine: each set's are its own. */
import { expect, test } from "vitest";
import { plain, withOwnIds } from "../../src/backtest/shared-slos.ts";
import { parseObjective, type Slo } from "../../src/slo/index.ts";
import { sloOf } from "../engine/fixtures.ts";

const [a, b] = ["s/a", "s/b"].map((id) => sloOf({ id })) as [Slo, Slo];
const journey = sloOf({
  id: "s/journey",
  indicator: {
    kind: "composite",
    rule: "worst",
    members: [a, b].map(({ id }) => ({ sloId: id, weight: 1 })),
  },
});
const membersOf = ({ indicator }: Slo): readonly string[] =>
  indicator.kind === "composite" ? indicator.members.map(({ sloId }) => sloId) : [];

test("what is the same stands there once", () => {
  const [first, second] = withOwnIds([
    [a, b, journey],
    [a, { ...b }, { ...journey }],
  ]);
  expect(second).toEqual(first);
  expect(second!.map((slo, index) => slo === first![index])).toEqual([true, true, true]);
});

test("a composite is made of its own set's members, also where only one of those differs", () => {
  const strict = { ...b, objective: parseObjective("99.99%")! };
  const [first, second] = withOwnIds([
    [a, b, journey],
    [a, strict, journey],
  ]);
  const [sameA, ownB, ownJourney] = second as [Slo, Slo, Slo];
  expect(sameA).toBe(a);
  expect(new Set([...first!, ...second!].map(({ id }) => id)).size).toBe(5);
  expect([ownB, ownJourney].map(({ id }) => plain(id))).toEqual(["s/b", "s/journey"]);
  expect(membersOf(ownJourney)).toEqual([a.id, ownB.id]);
  expect(membersOf(journey)).toEqual([a.id, b.id]);
});
