/** A real Prometheus scraping a running slowburn that real SDKs send to: both formats, every sample, every dashboard's query. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dashboards } from "../../src/export/index.ts";
import { Home } from "../e2e/home.ts";
import { createRandom, SEED } from "../e2e/random.ts";
import { startProcess, type SlowburnProcess } from "../e2e/running-server.ts";
import { SdkService, WAYS } from "../e2e/sdk-service.ts";
import { until } from "../e2e/until.ts";
import { expand, readJson, type DashboardJson } from "../export/dashboard-queries.ts";
import type { ParsedSample } from "../export/parse-exposition.ts";
import { Prometheus, type Sample } from "./prometheus-process.ts";
import { checkMetrics } from "./tool.ts";

/** As the e2e rules, with the default alerts; and a threshold inside a bucket, whose bounds the dashboards show. */
const RULES = `${readFileSync("test/e2e/rules/sdk.yaml", "utf8")
  .replaceAll("    alerts: none\n", "")
  .replaceAll("window: 1h", "window: 7d")}
  estimated:
    description: A threshold inside a bucket.
    objective: 99%
    window: 7d
    sli: { metric: e2e.duration, faster: 300ms }
    per: [service.name]
`;
const OWN_RULES = readFileSync("rules/slowburn.yaml", "utf8");

/** Asks for the text format on behalf of a scraper that prefers OpenMetrics (Prometheus 2.42 cannot be told). */
function textProxy(target: string): Promise<Server> {
  const server = createServer((_request, response) => {
    fetch(`${target}/metrics`, { headers: { accept: "text/plain" } })
      .then(async (answer) => {
        const text = await answer.text();
        response.writeHead(answer.status, {
          "content-type": answer.headers.get("content-type") ?? "",
        });
        response.end(text);
      })
      .catch(() => response.destroy()); // slowburn ends before Prometheus does
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

const folder = mkdtempSync(join(tmpdir(), "slowburn-prom-e2e-"));
const home = new Home({ "sdk.yaml": RULES, "slowburn.yaml": OWN_RULES });
let slowburn: SlowburnProcess;
let prometheus: Prometheus;
let proxy: Server;

/** afterEach of running-server would end a process per test, so all is asked in one. */
beforeAll(async () => {
  slowburn = await startProcess(home, { evaluationInterval: "1s", selfTelemetry: "on" });
  proxy = await textProxy(slowburn.api.url);
  const { port } = proxy.address() as AddressInfo;
  const job = (name: string, target: string) =>
    `{ job_name: ${name}, scrape_interval: 1s, honor_labels: true, static_configs: [{ targets: ["${target}"] }] }`;
  prometheus = await Prometheus.start(
    folder,
    `[${job("openmetrics", new URL(slowburn.api.url).host)}, ${job("text", `127.0.0.1:${port}`)}]`,
  );
});
afterAll(async () => {
  await prometheus.stop();
  proxy.closeAllConnections();
  proxy.close();
  rmSync(folder, { recursive: true });
});

describe(`Prometheus and a running slowburn (SLOWBURN_SEED=${SEED})`, () => {
  test("agree on every SLO's numbers, in both formats; dashboards have data; promtool finds nothing", async () => {
    const random = createRandom(SEED);
    const services = WAYS.map((way) => new SdkService(way, slowburn));
    for (let round = 0; round < 4; round++)
      await Promise.all(services.map((service) => service.work(random, 5)));
    await slowburn.api.settled();
    await expectScrapedEqual("openmetrics");
    await expectScrapedEqual("text");
    for (const file of dashboards()) await expectData(readJson(file));
    const exposition = await (await fetch(`${slowburn.api.url}/metrics`)).text();
    expect(checkMetrics(exposition)).toEqual({ exitCode: 0, text: "" });
    await Promise.all(services.map((service) => service.close()));
  });
});

const keyOf = ({ labels }: { readonly labels: Readonly<Record<string, string>> }) =>
  JSON.stringify(
    Object.entries(labels)
      .filter(([name]) => !["__name__", "job", "instance"].includes(name))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/** What slowburn says of services that rest now, and what Prometheus made of the same tick. */
async function expectScrapedEqual(job: string): Promise<void> {
  const ofServices = ({ name, labels }: ParsedSample) =>
    labels["service"] === "e2e" &&
    name.startsWith("slowburn_slo_") &&
    !name.endsWith("time_to_exhaustion_seconds");
  await until(
    `${job} was scraped`,
    async () => {
      const ours = (await slowburn.api.metrics()).filter(ofServices);
      const theirs = await prometheus.query(
        `{job="${job}", service="e2e", __name__=~"slowburn_slo_.*"}`,
      );
      const values = new Map(
        theirs.map((each): [string, Sample] => [`${each.labels["__name__"]} ${keyOf(each)}`, each]),
      );
      expect(ours.length).toBeGreaterThan(500);
      for (const sample of ours)
        expect(
          values.get(`${sample.name} ${keyOf(sample)}`)?.value,
          `${sample.name} ${keyOf(sample)}`,
        ).toBe(sample.value);
      return true;
    },
    { withinMs: 30_000, everyMs: 500 },
  );
  for (const { reading, id } of (await slowburn.api.slos()).slos) {
    if (reading === null || !id.startsWith("e2e/")) continue;
    const group = Object.values(reading.group)[0];
    const selector = `{job="${job}", slo="${id}", group="${group}"}`;
    const ask = async (name: string, more = "") =>
      (await prometheus.query(name + selector.replace("}", `${more}}`)))[0]?.value;
    expect(await ask("slowburn_slo_sli_ratio")).toBe(reading.sli);
    expect(await ask("slowburn_slo_error_budget_remaining_ratio")).toBe(reading.budgetRemaining);
    for (const { lookback, burnRate } of reading.burnRates)
      expect(await ask("slowburn_slo_burn_rate", `, lookback="${lookback}"`)).toBe(burnRate);
  }
}

/** Every budget may be gone here, and then there is no forecast (export-prometheus.test.ts has one). */
const MAY_BE_EMPTY = new Set(["Budget gone at"]);

/** Every query is answered; all but those about what did not happen here have data. */
async function expectData(json: DashboardJson): Promise<void> {
  const slos = (await slowburn.api.slos()).slos.map(({ id }) => id);
  const queries = json.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr, instant }) => ({ title, expr, instant })),
  );
  const seriesOf = async ({ expr, instant }: (typeof queries)[number]): Promise<number> => {
    let seriesCount = 0;
    for (const slo of slos) {
      const query = expand(expr, {
        owner: ".*",
        service: ".*",
        slo,
        group: ".*",
        lookback: "1h",
        __range: "30s",
        __interval: "1s",
        __rate_interval: "30s",
      });
      seriesCount += instant
        ? (await prometheus.query(query)).length
        : await prometheus.range(query);
    }
    return seriesCount;
  };
  for (const query of queries) {
    if (MAY_BE_EMPTY.has(query.title)) {
      await seriesOf(query);
      continue;
    }
    // What began just now is not seen by an interval that ended before.
    await until(
      `${json.uid}, ${query.title} has data: ${query.expr}`,
      async () => (await seriesOf(query)) > 0,
      { withinMs: 20_000, everyMs: 500 },
    );
  }
}
