import { describe, expect, it } from "vitest";
import { slosOf, World } from "./world.ts";

const file = (slos: string): string => `apiVersion: slowburn/v1\nservice: shop\nslos:\n${slos}`;
const ORDERS = "  orders: { objective: 99%, sli: { metric: orders, bad: { code: '500' } } }\n";

describe("what is a change", () => {
  it.each<
    [
      what: string,
      text: string,
      fields: readonly (readonly [string, string | undefined, string | undefined])[],
    ]
  >([
    ["the same", ORDERS, []],
    [
      "another line and order of fields",
      `\n  orders: { sli: { bad: { code: '500' }, metric: orders }, objective: 99% }\n`,
      [],
    ],
    ["another objective", ORDERS.replace("99%", "99.5%"), [["objective", "99%", "99.5%"]]],
    [
      "a label more",
      ORDERS.replace("{ obj", "{ labels: { tier: '1' }, obj"),
      [["labels.tier", undefined, "1"]],
    ],
    [
      "an owner",
      ORDERS.replace("{ obj", "{ owner: shop-team, obj"),
      [["owner", undefined, "shop-team"]],
    ],
    [
      "a calendar window",
      ORDERS.replace("{ obj", "{ window: { calendar: month, timeZone: Europe/Berlin }, obj"),
      [["window", "30d", "calendar month, Europe/Berlin, from 2024-01-01T00:00:00"]],
    ],
    [
      "slices",
      ORDERS.replace("{ obj", "{ budgeting: { slices: 1m, good: 95% }, obj"),
      [["budgeting", "events", "slices of 1m, good from 95% on"]],
    ],
    [
      "another condition",
      ORDERS.replace("500", "503"),
      [
        [
          "indicator",
          "An event is one that orders counts. It is bad when code is 500; all others are good.",
          "An event is one that orders counts. It is bad when code is 503; all others are good.",
        ],
      ],
    ],
  ])("%s", async (_what, text, fields) => {
    const world = new World();
    world.load(slosOf(file(ORDERS)));
    const { changes } = await world.plan(slosOf(file(text), "elsewhere/other.yaml"));
    const told = changes.flatMap((each) => (each.kind === "changed" ? each.fields : []));
    expect(told.map(({ field, before, after }) => [field, before, after])).toEqual(
      fields.map(([field, before, after]) => [field, before, after]),
    );
  });
});

describe("an SLO that comes back within its retirement", () => {
  it("is added, and keeps what was counted", async () => {
    const world = new World();
    const slos = slosOf(file(ORDERS));
    world.load(slos);
    world.load([]);
    const { changes, unchangedCount } = await world.plan(slos);
    expect(changes).toMatchObject([{ kind: "added", history: { kind: "kept" } }]);
    expect(unchangedCount).toBe(0);
  });
});

describe("rules that are put in force while a plan is made", () => {
  const next = slosOf(file(ORDERS.replace("99%", "98%")));

  it("make it begin again", async () => {
    const world = new World();
    world.load(slosOf(file(ORDERS)));
    let pauses = 0;
    const { changes } = await world.plan(next, undefined, () => {
      if (pauses++ === 0) world.load(slosOf(file(ORDERS.replace("99%", "97%"))));
      return Promise.resolve();
    });
    expect(changes).toMatchObject([
      { fields: [{ field: "objective", before: "97%", after: "98%" }] },
    ]);
  });

  it("again and again end it", async () => {
    const world = new World();
    const slos = slosOf(file(ORDERS));
    world.load(slos);
    const plan = world.plan(next, undefined, () => {
      world.load(slos);
      return Promise.resolve();
    });
    await expect(plan).rejects.toMatchObject({ code: "plan-overtaken", retryable: true });
  });
});

it("the engine's limit of streams is the plan's too", async () => {
  const world = new World(1);
  world.load(slosOf(file(ORDERS)));
  const more = slosOf(file(ORDERS + ORDERS.replace("orders:", "more:")));
  const { changes } = await world.plan(more);
  const { notes } = world.load(more);
  expect(
    changes.flatMap(({ slo, history }) => history.notes.map((note) => `${slo.id}: ${note}`)),
  ).toEqual(notes);
  expect(notes).toHaveLength(1);
});
