/** SLOs made of others while their files are edited: what runs, and whose fault it is. */
import fc from "fast-check";
import { rmSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import type { RuleSet } from "../../src/rules/index.ts";
import type { Slo } from "../../src/slo/index.ts";
import {
  ids,
  inMonth,
  inRoot,
  journey,
  load,
  membersOf,
  native,
  plain,
  put,
  states,
  told,
} from "./member-folder.ts";

describe("edits", () => {
  beforeEach(() => {
    put("journey.yaml", journey("{ worstOf: [checkout/a, checkout/b] }"));
    put("checkout.yaml", native("checkout", [plain("a"), plain("b")]));
  });

  it("a composite that breaks keeps its last good version, and comes back", () => {
    const before = load();
    put("journey.yaml", journey("{ worstOf: [checkout/a, checkout/z] }"));
    const broken = load(before);
    expect(states(broken)).toEqual({ "checkout.yaml": "loaded", "journey.yaml": "kept-last-good" });
    expect(membersOf(broken, "shop/journey")).toEqual(["checkout/a", "checkout/b"]);
    put("checkout.yaml", native("checkout", [plain("a"), plain("b"), plain("z")]));
    const mended = load(broken);
    expect(told(mended.problems)).toEqual([]);
    expect(membersOf(mended, "shop/journey")).toEqual(["checkout/a", "checkout/z"]);
  });

  it.each(["b is gone", "the file is gone"])(
    "a member goes (%s): the composite stays as it is",
    (what) => {
      const before = load();
      if (what === "b is gone") put("checkout.yaml", native("checkout", [plain("a")]));
      else rmSync(inRoot("checkout.yaml"));
      const after = load(before);
      expect(told(after.problems).at(-1)).toMatch(/^journey.yaml:4:60 unknown-member/);
      expect(states(after)["journey.yaml"]).toBe("kept-last-good");
      expect(membersOf(after, "shop/journey")).toEqual(["checkout/a", "checkout/b"]);
      const again = load(after);
      expect(again.slos).toEqual(after.slos);
      expect(again.problems).toEqual(after.problems);
    },
  );

  it("a member's file that breaks stops nothing: its last good version has the member", () => {
    const before = load();
    put("checkout.yaml", "a: [");
    const after = load(before);
    expect(states(after)).toEqual({ "checkout.yaml": "kept-last-good", "journey.yaml": "loaded" });
    expect(after.slos).toEqual(before.slos);
  });

  it("a member that becomes a composite is its own file's fault", () => {
    const before = load();
    put(
      "checkout.yaml",
      native("checkout", [
        plain("a"),
        plain("c"),
        "b: { objective: 99%, sli: { worstOf: [a, c] } }",
      ]),
    );
    const after = load(before);
    expect(told(after.problems)).toEqual([
      "checkout.yaml:6:1 invalid-member as a member of shop/journey (journey.yaml:4): checkout/b is made of others itself (name its members instead: checkout/a, checkout/c)",
    ]);
    expect(after.slos).toEqual(before.slos);
  });

  it("after a restart the last good version is the stored one", () => {
    const before = load();
    const stored = JSON.parse(JSON.stringify(before)) as RuleSet;
    rmSync(inRoot("checkout.yaml"));
    const after = load(stored);
    expect(membersOf(after, "shop/journey")).toEqual(["checkout/a", "checkout/b"]);
    expect(after.problems.map(({ code }) => code)).toEqual(["unknown-member", "unknown-member"]);
  });
});

describe("calendar windows", () => {
  it("one is shared by a member and all its composites, beside any rolling ones", () => {
    put("checkout.yaml", native("checkout", [plain("a", inMonth("UTC")), plain("b")]));
    put(
      "journey.yaml",
      native("shop", [
        `j: { objective: 99%, ${inMonth("UTC")} sli: { worstOf: [checkout/a, checkout/b] } }`,
        `k: { objective: 98%, ${inMonth("UTC")} sli: { weighted: { checkout/a: 1, checkout/b: 1 } } }`,
        "l: { objective: 98%, window: 7d, sli: { allOf: [checkout/a, checkout/b] } }",
      ]),
    );
    expect(told(load().problems)).toEqual([]);
  });

  it.each<readonly [name: string, own: string, composite: string]>([
    ["another zone", inMonth("UTC"), inMonth("Europe/Berlin")],
    ["another unit", inMonth("UTC"), "window: { calendar: week, timeZone: UTC },"],
    [
      "another anchor",
      inMonth("UTC"),
      'window: { calendar: month, timeZone: UTC, start: "2024-01-15" },',
    ],
  ])("%s than the member's own is refused", (_, own, composite) => {
    put("checkout.yaml", native("checkout", [plain("a", own), plain("b")]));
    put("journey.yaml", journey("{ worstOf: [checkout/a, checkout/b] }", composite));
    const set = load();
    expect(set.problems).toMatchObject([{ code: "composite-window", line: 4 }]);
    expect(told(set.problems)[0]).toContain("journey.yaml:4:");
    expect(ids(set)).toEqual(["checkout/a", "checkout/b"]);
  });

  it("two composites of different calendars over one SLO: the newer is refused", () => {
    put("checkout.yaml", native("checkout", [plain("a"), plain("b"), plain("c")]));
    put("z.yaml", journey("{ worstOf: [checkout/a, checkout/b] }", inMonth("UTC")));
    const before = load();
    expect(before.problems).toEqual([]);
    put(
      "a.yaml",
      native("x", [
        `j: { objective: 99%, ${inMonth("Asia/Tokyo")} sli: { worstOf: [checkout/c, checkout/b] } }`,
      ]),
    );
    const after = load(before);
    expect(told(after.problems)).toEqual([
      "a.yaml:4:104 composite-window checkout/b is read over month in UTC from 2024-01-01T00:00:00, since it is a member of shop/journey, over it: it cannot be over month in Asia/Tokyo from 2024-01-01T00:00:00 as well (give both the same calendar, or one of them a rolling window)",
    ]);
    expect(after.slos).toEqual(before.slos);
  });

  it("a member that changes to another calendar is its own file's fault", () => {
    put("checkout.yaml", native("checkout", [plain("a"), plain("b")]));
    put("journey.yaml", journey("{ worstOf: [checkout/a, checkout/b] }", inMonth("UTC")));
    const before = load();
    put("checkout.yaml", native("checkout", [plain("a"), plain("b", inMonth("Asia/Tokyo"))]));
    const after = load(before);
    expect(after.problems).toMatchObject([{ code: "composite-window", line: 5 }]);
    expect(states(after)).toEqual({ "checkout.yaml": "kept-last-good", "journey.yaml": "loaded" });
    expect(after.slos).toEqual(before.slos);
  });
});

/** Whatever is edited, in whatever order: what runs is sound, and a fault is never told of what ran before. */
it("no edits put SLOs in force that cannot be counted together", () => {
  const windows = ["", inMonth("UTC"), inMonth("Asia/Tokyo"), "window: 7d,"];
  const member = fc.record({
    name: fc.constantFrom("a", "b", "c"),
    window: fc.constantFrom(...windows),
    members: fc.option(
      fc.uniqueArray(fc.constantFrom("x/a", "x/b", "y/a", "y/c", "z/b"), { minLength: 2 }),
      { nil: undefined, freq: 2 },
    ),
  });
  const edit = fc.record({
    service: fc.constantFrom("x", "y", "z"),
    slos: fc.option(fc.uniqueArray(member, { selector: ({ name }) => name, minLength: 1 }), {
      nil: undefined,
      freq: 5,
    }),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
      for (const file of ["x", "y", "z"]) rmSync(inRoot(`${file}.yaml`), { force: true });
      let set: RuleSet | undefined;
      for (const { service, slos } of edits) {
        const before = new Set(set?.slos.map(({ id }) => id));
        if (slos === undefined) rmSync(inRoot(`${service}.yaml`), { force: true });
        else
          put(
            `${service}.yaml`,
            native(
              service,
              slos.map(({ name, window, members }) =>
                members === undefined
                  ? plain(name, window)
                  : `${name}: { objective: 99%, ${window} sli: { worstOf: [${members.join(", ")}] } }`,
              ),
            ),
          );
        set = load(set);
        expectSound(set.slos, before);
      }
    }),
    { numRuns: 150 },
  );
});

/** `before`: ids that ran, of which a composite may go on with one that is gone. */
function expectSound(slos: readonly Slo[], before: ReadonlySet<string>): void {
  const byId = new Map(slos.map((slo) => [slo.id, slo]));
  const calendars = new Map<string, Set<string>>();
  const note = (id: string, { window }: Slo) => {
    if (window.kind !== "calendar") return;
    calendars.set(id, (calendars.get(id) ?? new Set()).add(JSON.stringify(window)));
  };
  for (const slo of slos) {
    note(slo.id, slo);
    if (slo.indicator.kind !== "composite") continue;
    for (const { sloId } of slo.indicator.members) {
      expect(byId.get(sloId)?.indicator.kind).not.toBe("composite");
      if (!byId.has(sloId)) expect(before.has(slo.id)).toBe(true);
      note(sloId, slo);
    }
  }
  for (const windows of calendars.values()) expect(windows.size).toBe(1);
}
