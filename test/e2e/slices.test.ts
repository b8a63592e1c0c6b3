/** An SLO of a gauge, of slices and of a calendar year, through the whole server and a crash. */
import { expect, test } from "vitest";
import { calendarSpan, calendarWindow } from "../../src/slo/index.ts";
import { Home } from "./home.ts";
import { at, request, send } from "./otlp.ts";
import { startHere, startProcess, type Slowburn } from "./running-server.ts";
import { until } from "./until.ts";

const RULES = `
apiVersion: slowburn/v1
service: jobs
slos:
  backlog:
    objective: 50%
    window: { calendar: year, timeZone: UTC }
    sli: { metric: queue.depth, below: 100 }
    budgeting: { slices: 1s, good: 60% }
    alerts: none
`;

const depths = (points: readonly (readonly [timeMs: number, depth: number])[]) =>
  request("jobs", [
    {
      name: "queue.depth",
      gauge: { points: points.map(([timeMs, double]) => ({ time: at(timeMs), double })) },
    },
  ]);

test("slices keep what they came to through a crash, and are judged again by what comes after", async () => {
  const home = new Home({ "jobs.yaml": RULES });
  const first = await startProcess(home, {}, { snapshotEveryMs: 100 });
  const end = Math.floor(Date.now() / 1000) * 1000 - 2000;
  await send(
    first.http,
    depths([
      [end - 900, 5],
      [end - 500, 5],
      [end - 100, 500],
      [end + 500, 5],
    ]),
  );
  const isCounted = async ({ api }: Pick<Slowburn, "api">, good: number) => {
    const { reading } = await api.slo("jobs/backlog");
    return reading?.total === 2 && reading.good === good;
  };
  await until("two good slices", () => isCounted(first, 2));
  await first.end("SIGKILL");

  const second = await startHere(home);
  expect(await isCounted(second, 2)).toBe(true);
  await send(second.http, depths([[end - 50, 500]])); // two of four
  await until("the first is bad", () => isCounted(second, 1));
  // Of a window that began before the SLO, nothing can be foretold until time has passed that was listened to.
  await until("something is foretold", async () => {
    const { reading } = await second.api.slo("jobs/backlog");
    return reading?.budgetProjected !== null;
  });
  const { window, budgeting, reading } = await second.api.slo("jobs/backlog");
  expect(window).toMatchObject({ kind: "calendar", text: "year", calendar: { timeZone: "UTC" } });
  expect(budgeting).toEqual({ kind: "timeslices", sliceSeconds: 1, sliceTarget: 0.6 });
  expect(reading).toMatchObject({ sli: 0.5, budgetRemaining: 0 });
  const { startMs, endMs } = calendarSpan(calendarWindow("year", "UTC"), end);
  const { startedAt, endsAt } = reading!.calendar!;
  expect([startedAt, endsAt].map((moment) => Date.parse(moment))).toEqual([startMs, endMs]);
  // Of a year that has just begun to be counted, one slice is next to nothing.
  expect(reading!.budgetProjected).toBeCloseTo(1, 4);
  const projected = await second.api.metric("slowburn_slo_error_budget_projected_ratio");
  expect(projected).toBeCloseTo(1, 4);
});
