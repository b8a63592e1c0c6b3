/**
 * Prometheus as an independent implementation: the same counter samples as blocks of its database and as OTLP to a running
 * slowburn, and burn rates over every lookback of the workbook compared. Semantics agree here because the series are older
 * than all ranges and samples lie on the ranges' ends, so `increase` has nothing to extrapolate.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Home } from "../e2e/home.ts";
import { at, request, send } from "../e2e/otlp.ts";
import { createRandom, SEED } from "../e2e/random.ts";
import { startHere } from "../e2e/running-server.ts";
import { until } from "../e2e/until.ts";
import { Prometheus } from "./prometheus-process.ts";

const RULES = `
apiVersion: slowburn/v1
service: shop
slos:
  orders:
    objective: 99.9%
    window: 30d
    sli: { metric: orders, bad: { code: "500" } }
`;
const DAY = 86_400_000;
const STEP = 30_000;
/** A midnight: a multiple of every bucket width, so that slowburn's windows have no edge. */
const END = Math.floor(Date.now() / DAY) * DAY;
const BEGIN = END - 3 * DAY - 3_600_000;
const LOOKBACKS = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"];
/** Both sides add integers and divide twice; Prometheus' `increase` multiplies and divides once more. */
const TOLERANCE = 1e-12;

interface Point {
  readonly time: number;
  /** Of the process at the time. */
  readonly start: number;
  readonly good: number;
  readonly bad: number;
}

/** Three days of traffic with two incidents and two restarts of the sender. */
function history(): readonly Point[] {
  const random = createRandom(SEED);
  const points: Point[] = [];
  let [start, good, bad] = [BEGIN, 0, 0];
  for (let time = BEGIN + STEP; time <= END; time += STEP) {
    const ago = END - time;
    if (ago === 2 * DAY || ago === 120_000) [start, good, bad] = [time - 10_000, 0, 0];
    const isIncident = ago < 20 * 60_000 || (ago > 30 * 3_600_000 && ago < 31 * 3_600_000);
    good += 1 + random.below(500);
    bad += random.chance(isIncident ? 0.9 : 0.2) ? 1 + random.below(isIncident ? 60 : 2) : 0;
    points.push({ time, start, good, bad });
  }
  return points;
}

/** Blocks of Prometheus' own making, from its own text format. */
function backfill(directory: string, points: readonly Point[]): void {
  const series = (code: string, value: (point: Point) => number) =>
    points.map((point) => `orders_total{code="${code}"} ${value(point)} ${point.time / 1000}`);
  const lines = [
    "# TYPE orders counter",
    ...series("200", ({ good }) => good),
    ...series("500", ({ bad }) => bad),
    "# EOF\n",
  ];
  const file = join(directory, "orders.om");
  writeFileSync(file, lines.join("\n"));
  const data = join(directory, "data");
  execFileSync("/usr/bin/promtool", ["tsdb", "create-blocks-from", "openmetrics", file, data], {
    stdio: "pipe",
  });
}

const exportOf = (points: readonly Point[]) =>
  request("shop", [
    {
      name: "orders",
      sum: {
        points: points.flatMap(({ time, start, good, bad }) => {
          const times = { start: at(start), time: at(time) };
          return [
            { attributes: { code: "200" }, ...times, int: good },
            { attributes: { code: "500" }, ...times, int: bad },
          ];
        }),
      },
    },
  ]);

test(`burn rates of the workbook's lookbacks are Prometheus' (SLOWBURN_SEED=${SEED})`, async () => {
  const points = history();
  const directory = mkdtempSync(join(tmpdir(), "slowburn-backfill-"));
  backfill(directory, points);
  const prometheus = await Prometheus.start(directory, "[]");
  let clock = BEGIN;
  const home = new Home({ "shop.yaml": RULES });
  const slowburn = await startHere(home, { evaluationInterval: "10s" }, { now: () => clock });
  clock = END - 50; // the next tick is the one of END
  for (let from = 0; from < points.length; from += 500)
    await send(slowburn.http, exportOf(points.slice(from, from + 500)));
  await until(
    "the tick of the end",
    async () => Date.parse((await slowburn.api.slos()).at ?? "") === END,
  );
  const { burnRates } = await slowburn.api.reading("shop/orders");
  for (const lookback of LOOKBACKS) {
    const increase = (selector: string) => `sum(increase(orders_total${selector}[${lookback}]))`;
    const burn = `(${increase('{code="500"}')} / ${increase("")}) / (1 - 0.999)`;
    const [total] = await prometheus.query(increase(""), END / 1000);
    const [theirs] = await prometheus.query(burn, END / 1000);
    const ours = burnRates.find((each) => each.lookback === lookback);
    expect(ours?.total, `events over ${lookback}`).toBe(Math.round(total!.value));
    expect(total!.value / ours!.total, `events over ${lookback}`).toBeCloseTo(1, 12);
    // 1 - 0.999 is 0.001 + 2e-17 as a double: slowburn's budget is exact, theirs is off by 2e-14
    expect(Math.abs(ours!.burnRate! / theirs!.value - 1), lookback).toBeLessThan(TOLERANCE);
  }
  expect(burnRates.find(({ lookback }) => lookback === "5m")!.burnRate).toBeGreaterThan(14.4);
  await prometheus.stop();
  await slowburn.close();
  rmSync(directory, { recursive: true });
});
