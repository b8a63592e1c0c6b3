/** The exposition and the dashboards' queries against a real Prometheus 2.42 and its promtool. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  dashboards,
  Exposition,
  METRICS,
  processMetrics,
  scrape,
  writeDashboards,
  type ExpositionFormat,
} from "../../src/export/index.ts";
import { until } from "../e2e/until.ts";
import { expand, readJson, type DashboardJson } from "../export/dashboard-queries.ts";
import { shopSource, type FakeEngine } from "../export/fake-source.ts";
import { parseExposition, type ParsedSample } from "../export/parse-exposition.ts";
import { Prometheus } from "./prometheus-process.ts";
import { checkMetrics, runTool } from "./tool.ts";

const ACCEPT: Readonly<Record<ExpositionFormat, string>> = {
  text: "text/plain",
  openmetrics: "application/openmetrics-text;version=1.0.0",
};

const isOfPrometheus = ({ headers }: IncomingMessage): boolean =>
  headers["user-agent"]?.startsWith("Prometheus/") === true;

/** slowburn's `/metrics` in one format whatever is asked, its counters and its clock going on. */
class Target {
  /** Samples of each scrape by Prometheus, in order: process metrics are more or fewer from one to the next. */
  readonly scraped: number[] = [];
  /** The newest scrape. */
  samples: readonly ParsedSample[] = [];
  readonly #format: ExpositionFormat;
  readonly #server: Server;

  constructor(format: ExpositionFormat) {
    this.#format = format;
    const source = shopSource({ more: [processMetrics()] });
    const exposition = new Exposition(source);
    this.#server = createServer((request, response) => {
      goOn(source.engine as FakeEngine);
      const { headers, body } = scrape(exposition, {
        accept: ACCEPT[format],
        acceptEncoding: request.headers["accept-encoding"],
      });
      void buffer(body).then((bytes) => {
        if (isOfPrometheus(request)) this.#note(bytes);
        response.writeHead(200, headers).end(bytes);
      });
    });
  }

  #note(bytes: Buffer): void {
    const text = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString();
    this.samples = parseExposition(text, this.#format).flatMap((family) => family.samples);
    this.scraped.push(this.samples.length);
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `127.0.0.1:${portOf(this.#server)}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function goOn(engine: FakeEngine): void {
  engine.tickedAtMs = Date.now();
  for (const shard of engine.shards) {
    shard.newestPointMs.fill(Date.now() - 2000);
    for (const [slot, good] of shard.lifetimeGood!.entries()) {
      shard.lifetimeGood![slot] = good + 8;
      shard.lifetimeTotal![slot]! += 10;
    }
  }
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;
const keyOf = (labels: Readonly<Record<string, string>>) =>
  JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));

describe.each(["text", "openmetrics"] as const)("Prometheus scraping %s", (format) => {
  let dir = "";
  const target = new Target(format);
  let prometheus: Prometheus;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "slowburn-prometheus-"));
    const written = writeDashboards(dir, { slowburnTarget: await target.start() });
    const config = written.find(({ path }) => path.endsWith("prometheus.yml"))!.path;
    const text = (await readFile(config, "utf8")).replace("15s", "1s");
    await writeFile(config, `global: { evaluation_interval: 1s }\n${text}`);
    prometheus = await Prometheus.startWith(config, dir);
    await until("four scrapes", () => target.scraped.length >= 4, { withinMs: 60_000 });
  });

  afterAll(async () => {
    await prometheus.stop();
    await target.stop();
    await rm(dir, { recursive: true });
  });

  test("takes every sample of every scrape", async () => {
    const counts = await prometheus.values('scrape_samples_scraped{job="slowburn"}[10m]');
    expect(counts.length).toBeGreaterThanOrEqual(3);
    expect(target.scraped.slice(0, counts.length)).toEqual(counts);
    expect(new Set(await prometheus.values('up{job="slowburn"}[10m]'))).toEqual(new Set([1]));
  });

  test("takes the values sent", async () => {
    for (const { name } of [
      METRICS.burnRate,
      METRICS.budgetRemainingRatio,
      METRICS.sloInfo,
      METRICS.alertState,
    ]) {
      const ours = target.samples.filter((sample) => sample.name === name);
      const theirs = new Map(
        (await prometheus.query(name)).map(
          ({ labels: { __name__: _n, job: _j, instance: _i, ...labels }, value }) => [
            keyOf(labels),
            value,
          ],
        ),
      );
      expect(theirs.size).toBe(ours.length);
      for (const { labels, value } of ours) expect(theirs.get(keyOf(labels))).toBe(value);
    }
  });

  test("knows type and help of every family", async () => {
    const data =
      await prometheus.data<Record<string, [{ type: string; help: string }]>>("metadata");
    for (const { name, help, type } of Object.values(METRICS)) {
      const suffix = { counter: "_total", info: "_info", gauge: "" }[type];
      const key = format === "text" ? name : name.slice(0, name.length - suffix.length);
      const expected = format === "text" && type === "info" ? "gauge" : type;
      expect(data[key]?.[0], key).toMatchObject({ type: expected, help });
    }
  });

  test.each(dashboards().map((file) => [file.uid, readJson(file)] as const))(
    "answers every query of %s with data",
    async (_uid, json) => {
      const names = ["checkout/availability", "checkout/latency", "checkout/routes"];
      const slos = [...names, "deploy/pipelines"];
      for (const [title, expr, instant] of queriesOf(json)) {
        let seriesCount = 0;
        for (const slo of slos) {
          const query = expand(expr, variables(slo));
          seriesCount += instant
            ? (await prometheus.query(query)).length
            : await prometheus.range(query);
        }
        expect(seriesCount, `${title}: ${expr}`).toBeGreaterThan(0);
      }
    },
  );

  test("fills the fleet's table with one row per SLO or group", async () => {
    const json = readJson(dashboards()[0]!);
    const table = json.panels.find(({ type }) => type === "table")!;
    const rows = async (letter: string) => {
      const { expr } = table.targets!.find(({ refId }) => refId === letter)!;
      return prometheus.query(expand(expr, variables("")));
    };
    for (const letter of ["A", "F", "G"]) expect(await rows(letter), letter).toHaveLength(6);
    for (const letter of ["B", "C", "D", "E"]) expect(await rows(letter), letter).toHaveLength(5);
    const [availability] = (await rows("E")).filter(
      ({ labels }) => labels["slo"] === "checkout/availability",
    );
    expect(availability?.value).toBeCloseTo(25 / 14.4, 9);
    const labels = (await rows("A")).find(
      (row) => row.labels["slo"] === "checkout/availability",
    )?.labels;
    expect(labels).toMatchObject({ owner: "shop-team", objective: "99.9%", window: "30d" });
  });

  test("evaluates the monitoring rules, of which the broken file alerts", async () => {
    await expect
      .poll(
        async () => {
          const { groups } = await prometheus.data<{
            groups: { rules: { name: string; health: string; state: string }[] }[];
          }>("rules");
          return groups.flatMap(({ rules }) =>
            rules.map(({ name, health, state }) => [name, health, state].join(" ")),
          );
        },
        { timeout: 90_000, interval: 1000 },
      )
      .toEqual([
        "SlowburnDown ok inactive",
        "SlowburnEvaluationStalled ok inactive",
        "SlowburnNotificationsWait ok inactive",
        "SlowburnNotificationsGivenUp ok inactive",
        "SlowburnRuleFileBroken ok pending",
        "SlowburnDataStopped ok inactive",
        "SlowburnDataPartial ok pending",
      ]);
  });
});

const variables = (slo: string): Record<string, string> => ({
  owner: ".*",
  service: "checkout|deploy",
  slo,
  group: ".*",
  lookback: "1h",
  __range: "30s",
  __interval: "1s", // as the scrapes: steps of five seconds may all lie before the first
  __rate_interval: "30s",
});

/** Panels' and annotations' queries, and what the variables are filled from. */
function queriesOf(
  json: DashboardJson,
): readonly (readonly [title: string, expr: string, instant: boolean])[] {
  const labelValues = /^label_values\((.*), (\w+)\)$/;
  return [
    ...json.panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr, instant }) => [title, expr, instant] as const),
    ),
    ...json.annotations.list.map(({ expr }) => ["annotation", expr, false] as const),
    ...json.templating.list.flatMap(({ name, query }) => {
      const match = typeof query === "string" ? null : labelValues.exec(query.query);
      return match ? [[name, `count by (${match[2]}) (${match[1]})`, true] as const] : [];
    }),
  ];
}

describe("tools", () => {
  test("promtool check metrics finds nothing", async () => {
    const source = shopSource({ more: [processMetrics()] });
    const text = await buffer(new Exposition(source).write("text"));
    expect(checkMetrics(text.toString())).toEqual({ exitCode: 0, text: "" });
  });

  test("promtool and amtool accept the files written", async () => {
    const dir = await mkdtemp(join(tmpdir(), "slowburn-files-"));
    const written = writeDashboards(dir);
    const path = (end: string) => written.find((file) => file.path.endsWith(end))!.path;
    for (const [tool, ...args] of [
      ["promtool", "check", "rules", "--lint=all", "--lint-fatal", path("rules.yaml")],
      ["promtool", "check", "config", path("prometheus.yml")],
      ["amtool", "check-config", path("alertmanager.yml")],
    ] as const) {
      const { exitCode, text } = runTool(tool, args);
      expect(exitCode, text).toBe(0);
    }
    await rm(dir, { recursive: true });
  });

  test("a real scraper's Accept is answered with OpenMetrics, gzip on the wire", async () => {
    const accepted: (string | undefined)[] = [];
    const exposition = new Exposition(shopSource());
    const server = createServer((request, response) => {
      const { headers, body } = scrape(exposition, {
        accept: request.headers.accept,
        acceptEncoding: request.headers["accept-encoding"],
      });
      accepted.push(headers["content-type"], headers["content-encoding"]);
      response.writeHead(200, headers);
      body.pipe(response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const dir = await mkdtemp(join(tmpdir(), "slowburn-accept-"));
    const target = `127.0.0.1:${portOf(server)}`;
    const prometheus = await Prometheus.start(
      dir,
      `[{ job_name: s, scrape_interval: 1s, static_configs: [{ targets: ["${target}"] }] }]`,
    );
    await until("a scrape", () => accepted.length > 0);
    await prometheus.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(dir, { recursive: true });
    expect(accepted.slice(0, 2)).toEqual([
      "application/openmetrics-text; version=1.0.0; charset=utf-8",
      "gzip",
    ]);
  });
});
