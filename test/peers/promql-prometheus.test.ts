/**
 * The queries of a file of Sloth, evaluated by a real Prometheus and computed by a running slowburn from the same samples.
 * As in e2e-burn-rates.test.ts, semantics agree because series are older than all ranges and samples lie on their ends.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseDuration } from "../../src/slo/index.ts";
import { Home } from "../e2e/home.ts";
import { at, request, send } from "../e2e/otlp.ts";
import { createRandom, SEED } from "../e2e/random.ts";
import { startHere } from "../e2e/running-server.ts";
import { until } from "../e2e/until.ts";
import { Prometheus } from "./prometheus-process.ts";

const STEP = 30_000;
const HOUR = 3_600_000;
const END = Math.floor(Date.now() / 86_400_000) * 86_400_000;
const BEGIN = END - 7 * HOUR;
const LOOKBACKS = ["5m", "30m", "1h", "2h", "6h"];
const ZONES = ["a", "b"] as const;
const CODES = ["200", "404", "500"] as const;
const BOUNDS = [0.1, 0.25, 0.5, 1];

interface Query {
  /** Error ratio; or errors and total. */
  readonly raw?: string;
  readonly events?: readonly [errors: string, total: string];
  readonly per?: "zone";
  /**
   * Of gauges Prometheus 2 takes the samples at both ends of a range: a second less leaves those that slowburn has.
   * Their values are fractions here, which slowburn rounds to 2^-20.
   */
  readonly isOfSamples?: true;
}

const QUERIES: Readonly<Record<string, Query>> = {
  errors: {
    events: [
      'sum(rate(orders_total{code="500"}[{{.window}}])) or vector(0)',
      "sum(rate(orders_total[{{.window}}]))",
    ],
  },
  "all-matchers": {
    events: [
      'sum(increase(orders_total{code!="200",code!~"4..",zone=~"a|b",none=""}[{{.window}}]))',
      'sum(increase(orders_total{zone!="c"}[{{.window}}]))',
    ],
  },
  latency: {
    raw: '1 - sum(rate(request_duration_seconds_bucket{le="0.25"}[{{.window}}])) / sum(rate(request_duration_seconds_count[{{.window}}]))',
  },
  slow: {
    events: [
      'sum(rate(request_duration_seconds_count[{{.window}}])) - sum(rate(request_duration_seconds_bucket{le="0.5"}[{{.window}}]))',
      'sum(rate(request_duration_seconds_bucket{le="+Inf"}[{{.window}}]))',
    ],
  },
  "under-a-second": {
    raw: '1 - sum(rate(request_duration_seconds_bucket{le="0.25"}[{{.window}}])) / sum(rate(request_duration_seconds_bucket{le="1"}[{{.window}}]))',
  },
  "two-metrics": {
    events: [
      'max(2 * sum(rate(orders_total{code="500"}[{{.window}}])) + (sum(rate(request_duration_seconds_count[{{.window}}])) - sum(rate(request_duration_seconds_bucket{le="1"}[{{.window}}]))) / 4)',
      "2 * sum(rate(orders_total[{{.window}}])) + sum(rate(request_duration_seconds_count[{{.window}}]))",
    ],
  },
  grouped: {
    per: "zone",
    raw: 'sum by (zone) (rate(orders_total{code=~"[45].."}[{{.window}}])) / (sum by (zone) (rate(orders_total[{{.window}}])) > 0)',
  },
  "gauge-steps": {
    isOfSamples: true,
    events: [
      "sum_over_time((count(queue_depth > 50))[{{.window}}:30s]) OR on() vector(0)",
      "sum_over_time((count(queue_depth))[{{.window}}:30s])",
    ],
  },
  "gauge-mean": { isOfSamples: true, raw: "avg(avg_over_time(queue_depth[{{.window}}])) / 100" },
};

const rules = (): string =>
  JSON.stringify({
    version: "prometheus/v1",
    service: "shop",
    slos: Object.entries(QUERIES).map(([name, { raw, events }]) => ({
      name,
      objective: 99.9,
      sli: {
        ...(raw === undefined ? {} : { raw: { error_ratio_query: raw } }),
        ...(events === undefined
          ? {}
          : { events: { error_query: events[0], total_query: events[1] } }),
      },
      alerting: { name },
    })),
  });

interface Point {
  readonly time: number;
  readonly start: number;
  /** Counts so far by zone and code, and by zone and bucket; the present depth by zone. */
  readonly orders: Readonly<Record<string, number>>;
  readonly buckets: Readonly<Record<string, readonly number[]>>;
  readonly depth: Readonly<Record<string, number>>;
}

/** Seven hours of traffic with an incident and a restart. */
function history(): readonly Point[] {
  const random = createRandom(SEED);
  const points: Point[] = [];
  let start = BEGIN;
  let orders: Record<string, number> = {};
  let buckets: Record<string, readonly number[]> = {};
  for (let time = BEGIN + STEP; time <= END; time += STEP) {
    if (END - time === 40 * 60_000) [start, orders, buckets] = [time - 10_000, {}, {}];
    const isIncident = END - time < 15 * 60_000 || (END - time > 3 * HOUR && END - time < 4 * HOUR);
    orders = { ...orders };
    buckets = { ...buckets };
    const depth: Record<string, number> = {};
    for (const zone of ZONES) {
      for (const code of CODES) {
        const most = code === "200" ? 300 : isIncident ? 40 : 3;
        orders[zone + code] = (orders[zone + code] ?? 0) + random.below(most);
      }
      const before = buckets[zone];
      buckets[zone] = [60, 30, 20, 10, 5].map(
        (most, i) => (before?.[i] ?? 0) + random.below(isIncident ? 60 : most),
      );
      depth[zone] = random.below(isIncident ? 120 : 60);
    }
    points.push({ time, start, orders, buckets, depth });
  }
  return points;
}

const sumTo = (counts: readonly number[], end: number): number =>
  counts.slice(0, end).reduce((sum, count) => sum + count, 0);

function backfill(directory: string, points: readonly Point[]): void {
  const lines = (name: string, value: (point: Point) => number) =>
    points.map((point) => `${name} ${value(point)} ${point.time / 1000}`);
  const text = [
    "# TYPE orders counter",
    ...ZONES.flatMap((zone) =>
      CODES.flatMap((code) =>
        lines(
          `orders_total{code="${code}",zone="${zone}"}`,
          ({ orders }) => orders[zone + code] ?? 0,
        ),
      ),
    ),
    "# TYPE request_duration_seconds histogram",
    ...ZONES.flatMap((zone) => [
      ...[...BOUNDS, "+Inf"].flatMap((le, i) =>
        lines(`request_duration_seconds_bucket{le="${le}",zone="${zone}"}`, ({ buckets }) =>
          sumTo(buckets[zone] ?? [], i + 1),
        ),
      ),
      ...lines(`request_duration_seconds_count{zone="${zone}"}`, ({ buckets }) =>
        sumTo(buckets[zone] ?? [], BOUNDS.length + 1),
      ),
    ]),
    "# TYPE queue_depth gauge",
    ...ZONES.flatMap((zone) =>
      lines(`queue_depth{zone="${zone}"}`, ({ depth }) => depth[zone] ?? 0),
    ),
    "# EOF\n",
  ];
  const file = join(directory, "shop.om");
  writeFileSync(file, text.join("\n"));
  const data = join(directory, "data");
  execFileSync("/usr/bin/promtool", ["tsdb", "create-blocks-from", "openmetrics", file, data], {
    stdio: "pipe",
  });
}

const exportOf = (points: readonly Point[]) => {
  const each = <T>(read: (point: Point, zone: string) => T) =>
    points.flatMap((point) =>
      ZONES.map((zone) => ({
        attributes: { zone },
        start: at(point.start),
        time: at(point.time),
        ...read(point, zone),
      })),
    );
  return request("shop", [
    {
      name: "orders",
      sum: {
        points: CODES.flatMap((code) =>
          each(({ orders }, zone) => ({
            attributes: { zone, code },
            int: orders[zone + code] ?? 0,
          })),
        ),
      },
    },
    {
      name: "request.duration",
      unit: "s",
      histogram: {
        points: each(({ buckets }, zone) => ({ bounds: BOUNDS, counts: buckets[zone] ?? [] })),
      },
    },
    {
      name: "queue.depth",
      gauge: { points: each(({ depth }, zone) => ({ int: depth[zone] ?? 0 })) },
    },
  ]);
};

/** The query as Sloth would have Prometheus record it over the lookback. */
function expressionOf({ raw, events, isOfSamples }: Query, lookback: string): string {
  const seconds = parseDuration(lookback)! / 1000;
  const window = isOfSamples === true ? `${seconds - 1}s` : lookback;
  const text = raw ?? `(${events![0]}) / (${events![1]})`;
  return text.replaceAll("{{.window}}", window);
}

test(`queries come to what Prometheus evaluates (SLOWBURN_SEED=${SEED})`, async () => {
  const points = history();
  const directory = mkdtempSync(join(tmpdir(), "slowburn-promql-"));
  backfill(directory, points);
  const prometheus = await Prometheus.start(directory, "[]");
  let clock = BEGIN;
  const home = new Home({ "shop.yaml": rules() });
  const slowburn = await startHere(home, { evaluationInterval: "10s" }, { now: () => clock });
  clock = END - 50; // the next tick is the one of END
  for (let from = 0; from < points.length; from += 200)
    await send(slowburn.http, exportOf(points.slice(from, from + 200)));
  await until(
    "the tick of the end",
    async () => Date.parse((await slowburn.api.slos()).at ?? "") === END,
  );
  let comparedCount = 0;
  for (const [name, query] of Object.entries(QUERIES)) {
    for (const lookback of LOOKBACKS) {
      const theirs = await prometheus.query(expressionOf(query, lookback), END / 1000);
      expect(theirs, `${name} over ${lookback}`).toHaveLength(query.per === undefined ? 1 : 2);
      for (const { labels, value } of theirs) {
        const group = query.per === undefined ? undefined : labels[query.per];
        const { burnRates } = await slowburn.api.reading(`shop/${name}`, group);
        const ours = burnRates.find((each) => each.lookback === lookback)!.burnRate! * 0.001;
        const tolerance = query.isOfSamples === true ? 1e-6 : 1e-11; // rates multiply and divide by seconds
        expect(value, `${name} over ${lookback} is something`).toBeGreaterThan(0);
        expect(Math.abs(ours / value - 1), `${name} over ${lookback}`).toBeLessThan(tolerance);
        comparedCount++;
      }
    }
  }
  console.log(
    `${comparedCount} readings of ${Object.keys(QUERIES).length} queries are Prometheus'`,
  );
  await prometheus.stop();
  await slowburn.close();
  rmSync(directory, { recursive: true });
});
