/** The exposition and the dashboards' queries against a real Prometheus 2.42 and its promtool. */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  dashboards,
  Exposition,
  METRICS,
  processMetrics,
  scrape,
  writeDashboards,
  type ExpositionFormat,
} from "../../src/export/index.ts";
import { expand, readJson, type DashboardJson } from "../export/dashboard-queries.ts";
import { shopSource, type FakeEngine } from "../export/fake-source.ts";
import { parseExposition } from "../export/parse-exposition.ts";

const run = promisify(execFile);
const ACCEPT: Readonly<Record<ExpositionFormat, string>> = {
  text: "text/plain",
  openmetrics: "application/openmetrics-text;version=1.0.0",
};

interface Reply {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result: readonly { metric: Record<string, string>; value?: [number, string] }[];
  };
}

/** slowburn's `/metrics` in one format whatever is asked, its counters and its clock going on. */
function serve(format: ExpositionFormat): Promise<Server> {
  const source = shopSource({ more: [processMetrics()] });
  const engine = source.engine as FakeEngine;
  const exposition = new Exposition(source);
  const server = createServer((request, response) => {
    engine.tickedAtMs = Date.now();
    for (const shard of engine.shards) {
      shard.newestPointMs.fill(Date.now() - 2000);
      for (const [slot, good] of shard.lifetimeGood!.entries()) {
        shard.lifetimeGood![slot] = good + 8;
        shard.lifetimeTotal![slot]! += 10;
      }
    }
    const { headers, body } = scrape(exposition, {
      accept: ACCEPT[format],
      acceptEncoding: request.headers["accept-encoding"],
    });
    response.writeHead(200, headers);
    body.pipe(response);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe.each(["text", "openmetrics"] as const)("Prometheus scraping %s", (format) => {
  let dir = "";
  let base = "";
  let server: Server;
  let prometheus: ChildProcess;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "slowburn-prometheus-"));
    server = await serve(format);
    const written = await writeDashboards(dir, { slowburnTarget: `127.0.0.1:${portOf(server)}` });
    const config = written.find((path) => path.endsWith("prometheus.yml"))!;
    const port = await freePort();
    base = `http://127.0.0.1:${port}`;
    const text = (await readFile(config, "utf8")).replace("15s", "1s");
    await writeFile(config, `global: { evaluation_interval: 1s }\n${text}`);
    prometheus = spawn(
      "/usr/bin/prometheus",
      [
        `--config.file=${config}`,
        `--web.listen-address=127.0.0.1:${port}`,
        `--storage.tsdb.path=${join(dir, "data")}`,
      ],
      { stdio: "ignore" },
    );
    await vi.waitFor(async () => expect(await scrapeCount()).toBeGreaterThanOrEqual(4), {
      timeout: 60_000,
      interval: 500,
    });
  });

  afterAll(async () => {
    const ended = new Promise((resolve) => prometheus.once("exit", resolve));
    prometheus.kill("SIGTERM");
    await ended;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(dir, { recursive: true });
  });

  async function ask(path: string, parameters: Record<string, string>): Promise<Reply> {
    const response = await fetch(`${base}/api/v1/${path}`, {
      method: "POST",
      body: new URLSearchParams(parameters),
    });
    return (await response.json()) as Reply;
  }

  async function scrapeCount(): Promise<number> {
    try {
      const reply = await ask("query", { query: 'count_over_time(up{job="slowburn"}[5m])' });
      return Number(reply.data.result[0]?.value?.[1] ?? 0);
    } catch {
      return 0; // not listening yet
    }
  }

  test("takes every sample, with the values sent", async () => {
    const { text } = await sent();
    const samples = parseExposition(text, format).flatMap((family) => family.samples);
    const up = await ask("query", { query: 'up{job="slowburn"}' });
    expect(up.data.result.map(({ value }) => value?.[1])).toEqual(["1"]);
    const count = await ask("query", { query: 'scrape_samples_scraped{job="slowburn"}' });
    // prom-client's collectors may have a handle or a GC kind more or less from one scrape to the next
    expect(Math.abs(Number(count.data.result[0]?.value?.[1]) - samples.length)).toBeLessThan(15);
    for (const metric of [
      METRICS.burnRate,
      METRICS.budgetRemainingRatio,
      METRICS.sloInfo,
      METRICS.alertState,
    ]) {
      const ours = samples.filter(({ name }) => name === metric.name);
      const reply = await ask("query", { query: metric.name });
      const theirs = new Map(
        reply.data.result.map(
          ({ metric: { __name__: _n, job: _j, instance: _i, ...labels }, value }) => [
            JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))),
            Number(value?.[1]),
          ],
        ),
      );
      expect(theirs.size).toBe(ours.length);
      for (const { labels, value } of ours)
        expect(
          theirs.get(JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))),
        ).toBe(value);
    }
  });

  async function sent(): Promise<{ text: string }> {
    const response = await fetch(`http://127.0.0.1:${portOf(server)}/metrics`);
    return { text: await response.text() };
  }

  test("knows type and help of every family", async () => {
    const response = await fetch(`${base}/api/v1/metadata`);
    const { data } = (await response.json()) as {
      data: Record<string, [{ type: string; help: string }]>;
    };
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
          const now = Date.now() / 1000;
          const range = { start: String(now - 30), end: String(now), step: "5" };
          const query = expand(expr, variables(slo, now));
          const reply = instant
            ? await ask("query", { query })
            : await ask("query_range", { query, ...range });
          expect(reply.error, `${title}: ${query}`).toBeUndefined();
          seriesCount += reply.data.result.length;
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
      return (await ask("query", { query: expand(expr, variables("", 0)) })).data.result;
    };
    for (const letter of ["A", "F", "G"]) expect(await rows(letter), letter).toHaveLength(6);
    for (const letter of ["B", "C", "D", "E"]) expect(await rows(letter), letter).toHaveLength(5);
    const [availability] = (await rows("E")).filter(
      ({ metric }) => metric["slo"] === "checkout/availability",
    );
    expect(Number(availability?.value?.[1])).toBeCloseTo(25 / 14.4, 9);
    const labels = (await rows("A")).find(
      ({ metric }) => metric["slo"] === "checkout/availability",
    )?.metric;
    expect(labels).toMatchObject({ owner: "shop-team", objective: "99.9%", window: "30d" });
  });

  test("evaluates the monitoring rules, of which the broken file alerts", async () => {
    await expect
      .poll(
        async () => {
          const response = await fetch(`${base}/api/v1/rules`);
          const { data } = (await response.json()) as {
            data: { groups: { rules: { name: string; health: string; state: string }[] }[] };
          };
          return data.groups.flatMap(({ rules }) =>
            rules.map(({ name, health, state }) => [name, health, state].join(" ")),
          );
        },
        { timeout: 90_000, interval: 1000 },
      )
      .toEqual([
        "SlowburnDown ok inactive",
        "SlowburnEvaluationStalled ok inactive",
        "SlowburnRuleFileBroken ok pending",
        "SlowburnDataStopped ok inactive",
        "SlowburnDataPartial ok pending",
      ]);
  });
});

const variables = (slo: string, now: number): Record<string, string> => ({
  owner: ".*",
  service: "checkout|deploy",
  slo,
  group: ".*",
  lookback: "1h",
  __range: "30s",
  __rate_interval: "30s",
  __from: String(Math.floor(now - 30)),
  __to: String(Math.floor(now)),
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
    const child = spawn("/usr/bin/promtool", ["check", "metrics"], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    child.stdin.end(text);
    const [out, errors, code] = await Promise.all([
      buffer(child.stdout),
      buffer(child.stderr),
      new Promise((resolve) => child.once("close", resolve)),
    ]);
    expect([out.toString(), errors.toString(), code]).toEqual(["", "", 0]);
  });

  test("promtool and amtool accept the files written", async () => {
    const dir = await mkdtemp(join(tmpdir(), "slowburn-files-"));
    const written = await writeDashboards(dir);
    const path = (end: string) => written.find((file) => file.endsWith(end))!;
    await run("/usr/bin/promtool", [
      "check",
      "rules",
      "--lint=all",
      "--lint-fatal",
      path("rules.yaml"),
    ]);
    await run("/usr/bin/promtool", ["check", "config", path("prometheus.yml")]);
    await run("/usr/bin/amtool", ["check-config", path("alertmanager.yml")]);
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
    const config = join(dir, "prometheus.yml");
    const target = `127.0.0.1:${portOf(server)}`;
    await writeFile(
      config,
      `scrape_configs: [{ job_name: s, scrape_interval: 1s, static_configs: [{ targets: ["${target}"] }] }]`,
    );
    const child = spawn(
      "/usr/bin/prometheus",
      [
        `--config.file=${config}`,
        `--web.listen-address=127.0.0.1:${await freePort()}`,
        `--storage.tsdb.path=${join(dir, "data")}`,
      ],
      { stdio: "ignore" },
    );
    while (accepted.length === 0) await sleep(100);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(dir, { recursive: true });
    expect(accepted.slice(0, 2)).toEqual([
      "application/openmetrics-text; version=1.0.0; charset=utf-8",
      "gzip",
    ]);
  });
});
