/** What a plan says of an edit is what happens when the edit is made: whatever ran, whatever came, whatever is edited. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { AlertView } from "../../src/alerts/index.ts";
import type { RuleChange, StreamReading } from "../../src/engine/index.ts";
import type { Slo } from "../../src/slo/index.ts";
import { at } from "../e2e/otlp.ts";
import type { MetricInput } from "../otlp/request-builder.ts";
import { slosOf, START, World } from "./world.ts";

const pick = <T>(...values: T[]) => fc.constantFrom(...values);
const sli = pick(
  "{ metric: orders, bad: { code: '500' } }",
  "{ metric: orders, where: { route: /pay }, bad: { code: '500' } }",
  "{ metric: orders, good: { code: '200' } }",
  "{ metric: took, faster: 250ms }",
  "{ metric: took, faster: 300ms }",
  "{ total: { metric: orders }, bad: { metric: refusals } }",
);
const alerts = pick(
  "none",
  "workbook",
  "{ name: a, tiers: [{ severity: page, factor: 2, long: 10m, short: 1m }] }",
  "{ name: b, tiers: [{ severity: page, factor: 2, long: 20m, short: 1m, for: 5m }] }",
  "{ name: c, tiers: [{ severity: ticket, factor: 1.5, long: 10m, short: 2m }] }",
);
/** Of the day of START. */
const excluding = (from: string, to: string): string => {
  const moment = (time: string) => `2026-05-01T${time.padEnd(8, ":00")}Z`;
  return `exclude: [{ reason: upgrade, from: ${moment(from)}, to: ${moment(to)} }]`;
};
const sloText = fc
  .record({
    objective: pick("90%", "95%", "99.9%"),
    window: pick(
      "1d",
      "2d",
      "7d",
      "30d",
      "{ calendar: day, timeZone: UTC }",
      "{ calendar: month, timeZone: UTC }",
    ),
    sli,
    alerts,
    more: pick([], [], ["per: [route]"], ["per: [code]", "groupLimit: 1"]),
    budgeting: pick([], [], ["budgeting: { slices: 1m, good: 90% }"]),
    exclude: pick([], [], [excluding("12:00", "12:10")], [excluding("12:05:03", "12:50")]),
    tier: pick("1", "2"),
  })
  .map(({ objective, window, sli: what, alerts: policy, more, budgeting, exclude, tier }) => {
    const lines = [
      `objective: ${objective}`,
      `window: ${window}`,
      `sli: ${what}`,
      `alerts: ${policy}`,
      ...more,
      ...budgeting,
      ...exclude,
      `labels: { tier: "${tier}" }`,
    ];
    return lines.map((line) => `    ${line}\n`).join("");
  });
const composite = fc.record({
  window: pick("1d", "7d", "{ calendar: month, timeZone: UTC }"),
  sli: pick("{ weighted: { a: 3, b: 1 } }", "{ worstOf: [b, a] }", "{ allOf: [a, b] }"),
  alerts,
});
const compositeText = composite.map(
  ({ window, sli: what, alerts: policy }) =>
    `    objective: 90%\n    window: ${window}\n    sli: ${what}\n    alerts: ${policy}\n`,
);
/** Two calendars of one member are refused. */
const isSound = (texts: readonly string[]) =>
  new Set(texts.flatMap((text) => /calendar: \w+/.exec(text) ?? [])).size < 2;
const slosText = fc
  .record({ a: sloText, b: sloText, c: sloText, d: compositeText }, { requiredKeys: [] })
  .filter(({ a, b, d }) => d === undefined || (!!a && !!b && isSound([a, b, d])));
const file = slosText.map((slos) => {
  const texts = Object.entries(slos).map(([name, text]) => `  ${name}:\n${text}`);
  if (texts.length === 0) return [];
  return slosOf(`apiVersion: slowburn/v1\nservice: shop\nslos:\n${texts.join("")}`);
});
/** Minutes of traffic, each with its share of errors. */
const traffic = fc.array(pick(0, 0.02, 0.5), { minLength: 1, maxLength: 90 });

interface Sums {
  good: number;
  bad: number;
}

function metrics({ good, bad }: Sums, nowMs: number): readonly MetricInput[] {
  const start = at(START - 60_000);
  const time = at(nowMs);
  const point = (attributes: Record<string, string>, int: number) => ({
    attributes,
    start,
    time,
    int,
  });
  const orders = ["/pay", "/cart"].flatMap((route) => [
    point({ code: "200", route }, good),
    point({ code: "500", route }, bad),
  ]);
  const took = {
    attributes: { route: "/pay" },
    start,
    time,
    bounds: [0.1, 0.25, 0.5],
    counts: [good, 0, bad, 0],
  };
  return [
    { name: "orders", sum: { points: orders } },
    { name: "refusals", sum: { points: [point({}, bad)] } },
    { name: "took", unit: "s", histogram: { points: [took] } },
  ];
}

const shown = ({ stream, ...numbers }: StreamReading) => ({ key: stream.key, ...numbers });
const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1);
const readAll = ({ engine }: World, id: string) =>
  engine
    .streamsOf(id)
    .map(({ index }) => shown(engine.read(index)))
    .toSorted(byKey);

const told = ({ streamKey, severity, state, tier, activeAt, labels }: AlertView) => ({
  key: `${streamKey} ${severity}`,
  state,
  tier,
  activeAt,
  labels,
});
const live = (world: World, id: string) =>
  world.alerts
    .current()
    .filter(({ sloId, state }) => sloId === id && state !== "resolved")
    .map(told)
    .toSorted(byKey);

/** Series that go to a stream of the SLO, by the real bindings. */
function boundSeries({ engine, core }: World, id: string): number {
  const own = new Set<number>(engine.streamsOf(id).map(({ index }) => index));
  const { bindings, identity } = core.series;
  let count = 0;
  for (let series = 0; series < identity.series.count; series++)
    if (bindings.of(series).streams.some((stream) => own.has(stream))) count++;
  return count;
}

const happened = ({ kept, rebuilt, restarted }: RuleChange, { id, indicator }: Slo) => {
  if (rebuilt.some((slo) => slo.id === id)) return "rebuilt";
  if (indicator.kind === "composite" && indicator.rule !== "all" && !kept.includes(id))
    return "members";
  return kept.includes(id) ? "kept" : restarted.includes(id) ? "restarted" : "begins";
};

it("kept, rebuilt, restarted and notes, series, readings and alerts are as foretold", async () => {
  const seen = { kept: 0, rebuilt: 0, restarted: 0, begins: 0, members: 0, retired: 0, alerts: 0 };
  await fc.assert(
    fc.asyncProperty(file, file, traffic, async (old, next, minutes) => {
      const world = new World();
      world.load(old);
      const sums: Sums = { good: 0, bad: 0 };
      for (const errors of minutes) {
        sums.good += Math.round(100 * (1 - errors));
        sums.bad += Math.round(100 * errors);
        world.send(metrics(sums, world.nowMs));
        world.advance(60_000);
      }
      const state = () =>
        JSON.stringify(old.map(({ id }) => [readAll(world, id), live(world, id)]));
      const before = state();
      const plan = await world.plan(next);
      expect(state()).toBe(before);

      const change = world.load(next);
      world.alerts.evaluate(world.engine.shards, world.nowMs);
      const notes: string[] = [];
      for (const each of plan.changes) {
        const { id } = each.slo;
        seen[each.history.kind]++;
        if (each.kind === "removed") {
          expect(next.some((slo) => slo.id === id)).toBe(false);
          expect(live(world, id)).toEqual([]);
          continue;
        }
        if (each.history.kind === "rebuilt") {
          const reasons = readAll(world, id).flatMap(({ integrity }) =>
            integrity.kind === "partial" ? integrity.reasons : [],
          );
          const said = [...reasons, ...change.notes.map((note) => note.replace(`${id}: `, ""))];
          expect(said).toEqual(expect.arrayContaining([...each.history.notes]));
        } else {
          const own = each.history.notes.filter((note) => !note.startsWith("its member "));
          notes.push(...own.map((note) => (note.startsWith("shop/") ? note : `${id}: ${note}`)));
        }
        const rebuilt = change.rebuilt.find((slo) => slo.id === id);
        expect([each.history.kind, each.history.sinceMs]).toEqual([
          happened(change, each.slo),
          rebuilt?.sinceMs,
        ]);
        // what a member is rebuilt to comes after the edit
        if (each.history.notes.some((note) => note.includes("once that is rebuilt"))) {
          expect(each.after).toBeUndefined();
          continue;
        }
        expect(each.after!.readings.map(shown).toSorted(byKey)).toEqual(readAll(world, id));
        expect(each.after!.alerts.map(told).toSorted(byKey)).toEqual(live(world, id));
        expect(each.series.total + each.series.part).toBe(boundSeries(world, id));
        seen.alerts += each.after!.alerts.length;
      }
      const isOfRebuilt = (note: string) =>
        change.rebuilt.some(({ id }) => note.startsWith(`${id}: `) || note.includes(`(${id})`));
      // what is counted for a composite that goes is told to nobody
      const isForRemoved = (note: string) =>
        plan.changes.some(({ kind, slo }) => kind === "removed" && note.startsWith(`${slo.id} (`));
      const isToldOf = (note: string) => !isOfRebuilt(note) && !isForRemoved(note);
      expect(new Set(notes.filter(isToldOf))).toEqual(new Set(change.notes.filter(isToldOf)));
      const planned = new Set(plan.changes.map(({ slo }) => slo.id));
      const untouched = next.filter(({ id }) => !planned.has(id)).map(({ id }) => id);
      expect(change.kept).toEqual(expect.arrayContaining(untouched));
      expect(plan.unchangedCount).toBe(untouched.length);
    }),
    { numRuns: 60 },
  );
  expect(
    Object.values(seen).every((count) => count > 0),
    JSON.stringify(seen),
  ).toBe(true);
}, 120_000);
