/** What is counted for the files at hand: edits that are rebuilt are counted unseen until they are whole. */
import { describe, expect, test } from "vitest";
import { fatesOf } from "../../src/engine/index.ts";
import { rulesInForce } from "../../src/server/rules-in-force.ts";
import { millis, parseObjective, pendingId, pendingOf, type Slo } from "../../src/slo/index.ts";
import { EVENTS, sloOf } from "../engine/fixtures.ts";

const NOW = 1_800_000_000_000;
const SINCE = millis(NOW - 3_600_000);
const OLD = sloOf({ id: "shop/orders", indicator: EVENTS });
const CHANGED = sloOf({ id: "shop/orders", indicator: EVENTS, per: ["route"] });
const NEW = sloOf({ id: "shop/new", indicator: EVENTS });

const inForceOf = (loaded: readonly Slo[], inForce: readonly Slo[], done = false, since = true) =>
  rulesInForce(
    loaded,
    { inForce, heldSince: () => (since ? SINCE : undefined), isRebuilt: () => done },
    NOW,
  );
const ids = (slos: readonly Slo[]): readonly string[] => slos.map(({ id }) => id);

describe("an SLO whose counts the archive can make", () => {
  test("is pending while the old definition answers, and then takes its place", () => {
    const pending = inForceOf([CHANGED], [OLD]);
    expect(pending).toEqual([OLD, pendingOf(CHANGED, SINCE)]);
    expect(inForceOf([CHANGED], pending)).toEqual(pending);
    const ready = inForceOf([CHANGED], pending, true);
    expect(ready).toEqual([{ ...CHANGED, rebuiltFrom: SINCE }]);
    expect(inForceOf([CHANGED], ready)).toEqual(ready);
  });

  test("is pending alone when it is new", () => {
    const pending = inForceOf([NEW], []);
    expect(ids(pending)).toEqual([pendingId(NEW.id)]);
    expect(ids(inForceOf([NEW], pending, true))).toEqual([NEW.id]);
  });

  test("keeps since when its counts go back through edits that keep them", () => {
    const ready = inForceOf([CHANGED], inForceOf([CHANGED], [OLD]), true);
    const objective = parseObjective("95%")!;
    expect(inForceOf([{ ...CHANGED, objective }], ready)).toEqual([
      { ...CHANGED, objective, rebuiltFrom: SINCE },
    ]);
  });

  test("is dropped when the edit is taken back, or its file goes", () => {
    const pending = inForceOf([CHANGED], [OLD]);
    expect(inForceOf([OLD], pending, true)).toEqual([OLD]);
    expect(ids(inForceOf([], inForceOf([NEW], [])))).toEqual([]);
    expect(inForceOf([], pending)).toEqual([{ ...OLD, retiredAt: millis(NOW) }]);
  });

  test("is begun again when it changes meanwhile", () => {
    const pending = inForceOf([CHANGED], [OLD]);
    const again = sloOf({ id: "shop/orders", indicator: EVENTS, per: ["status"] });
    expect(inForceOf([again], pending, true)).toEqual([OLD, pendingOf(again, SINCE)]);
  });
});

describe("the fate of an SLO", () => {
  const fateOf = (slo: Slo, inForce: readonly Slo[], since: typeof SINCE | undefined) =>
    fatesOf([slo], { inForce, heldSince: () => since, isRebuilt: () => false }).get(slo);

  test("is told of the rules and the archive alone", () => {
    const objective = parseObjective("95%")!;
    expect(fateOf({ ...OLD, objective }, [OLD], undefined)).toEqual({ kind: "kept" });
    expect(fateOf(CHANGED, [OLD], undefined)).toEqual({ kind: "restarted" });
    expect(fateOf(CHANGED, [OLD], SINCE)).toEqual({ kind: "rebuilt", sinceMs: SINCE });
    expect(fateOf(NEW, [OLD], undefined)).toEqual({ kind: "added" });
    expect(fateOf(NEW, [OLD], SINCE)).toEqual({ kind: "rebuilt", sinceMs: SINCE });
  });
});

test("without an archive an edit puts the new definition in force at once", () => {
  expect(inForceOf([CHANGED, NEW], [OLD], false, false)).toEqual([NEW, CHANGED]);
});
