/** What was recorded in front of a server, replayed, comes to what that server counted; so do JSON lines of a real SDK. */
import { createServer, type Server } from "node:http";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { backtest, type BacktestOutcome } from "../../src/backtest/index.ts";
import { Capture } from "../../src/capture/index.ts";
import { loadRules } from "../../src/rules/index.ts";
import { terminal } from "../cli/terminal.ts";
import { Home } from "./home.ts";
import { createRandom, SEED } from "./random.ts";
import { startHere } from "./running-server.ts";
import { SdkService, WAYS, type SloName } from "./sdk-service.ts";
import { until } from "./until.ts";

const RULES = readFileSync(join(import.meta.dirname, "rules/sdk.yaml"), "utf8");
const SLOS: readonly SloName[] = ["orders", "money", "answers", "speed", "jobs"];
const home = new Home({ "sdk.yaml": RULES });

async function replayed(file: string): Promise<BacktestOutcome> {
  const { slos } = loadRules(home.rules, { now: Date.now, bucketMs: 100 });
  const capture = await Capture.open(file, { latestMs: Date.now() });
  const settings = { ruleSets: [slos], bucketMs: 100, injections: [] };
  const outcome = await backtest([capture], settings);
  if (outcome === undefined) throw new Error("the capture is empty");
  return outcome;
}

const countsOf = (outcome: BacktestOutcome) =>
  Object.fromEntries(
    (outcome.ruleSets[0]?.slos ?? []).map(({ id, good, total }) => [
      id.split("/")[1],
      { good, total },
    ]),
  );

const truthOf = (services: readonly SdkService[]) =>
  Object.fromEntries(
    SLOS.map((slo) => [
      slo,
      {
        good: services.reduce((sum, { truth }) => sum + truth[slo].good, 0),
        total: services.reduce((sum, { truth }) => sum + truth[slo].total, 0),
      },
    ]),
  );

const closing = new Set<() => unknown>();
afterEach(async () => {
  for (const close of closing) await close();
  closing.clear();
});

describe(`recorded OTLP (seed ${SEED})`, () => {
  test("of every protocol, temporality and histogram: server, replay and services count the same", async () => {
    const random = createRandom(SEED);
    const slowburn = await startHere(home);
    const file = join(home.directory, "recorded.otlp");
    let said = "";
    const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
    const term = terminal({ fetch, now: Date.now, wait, out: (text) => void (said += text) });
    const ports = ["--otlp-http-port", "0", "--otlp-grpc-port", "0"];
    const recording = term.run("record", "--out", file, "--forward", slowburn.http, ...ports);
    closing.add(() => (term.signal("SIGTERM"), recording));
    await until("the recorder listens", () => said.includes("forwards to"));
    const urlOf = (name: string) => new RegExp(`${name} +(\\S+)`).exec(said)?.[1] ?? "";
    const endpoints = { http: urlOf("OTLP/HTTP"), grpc: urlOf("OTLP/gRPC") };
    const services = WAYS.map((way) => new SdkService(way, endpoints));
    for (let round = 0; round < 3; round++) {
      await Promise.all(services.map((service) => service.work(random, 1 + random.below(5))));
      if (round === 1) await Promise.all(services.map((service) => service.restart()));
    }
    await Promise.all(services.map((service) => service.close()));
    await slowburn.api.settled();
    const served = await Promise.all(
      SLOS.map(async (slo) => {
        const { groups } = await slowburn.api.slo(`e2e/${slo}`);
        const sum = (of: "good" | "total") => groups.reduce((all, group) => all + group[of], 0);
        return [slo, { good: sum("good"), total: sum("total") }] as const;
      }),
    );
    term.signal("SIGTERM");
    expect(await recording).toMatchObject({ code: 0 });
    const counts = countsOf(await replayed(file));
    expect(counts).toEqual(Object.fromEntries(served));
    expect(counts).toEqual(truthOf(services));
  });

  test("as JSON lines, which the Collector's file exporter writes: an SDK's own JSON, a request a line", async () => {
    const lines: string[] = [];
    const collector = await listening((body) => void lines.push(body));
    const random = createRandom(SEED);
    const ways = WAYS.filter(({ protocol }) => protocol === "http/json");
    const services = ways.map((way) => new SdkService(way, { http: collector, grpc: "" }));
    for (let round = 0; round < 4; round++)
      for (const service of services) await service.work(random, 2);
    const known = truthOf(services.filter(({ way }) => way.temporality === "delta"));
    await Promise.all(services.map((service) => service.close()));
    const file = join(home.directory, "metrics.jsonl");
    writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
    const outcome = await replayed(file);
    expect(outcome.recordCount).toBe(lines.length);
    expect(outcome.ruleSets[0]?.rejectedPoints).toBe(0);
    // Deltas count from the first on; cumulative processes began before the capture did.
    const onlyDelta = lines.filter((line) => /"stringValue":"http-json-delta-/.test(line));
    writeFileSync(file, onlyDelta.join("\n"));
    const { ruleSets } = await replayed(file);
    const counted = countsOf({ ...outcome, ruleSets });
    for (const slo of ["orders", "money", "answers", "speed"])
      expect(counted[slo]).toEqual(known[slo]);
  });
});

/** An OTLP/HTTP server that only keeps bodies. */
async function listening(keep: (body: string) => void): Promise<string> {
  const server: Server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      keep(body);
      response.setHeader("content-type", "application/json").end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.add(() => server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it listens on a port");
  return `http://127.0.0.1:${address.port}`;
}
