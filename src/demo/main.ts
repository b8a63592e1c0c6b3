#!/usr/bin/env node
/**
 * `npm run demo`: a real server, five real OpenTelemetry SDKs over three protocols, an incident, a page. Nothing is
 * simulated but the shop's customers: every point travels over a socket.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import type { AlertListAnswer, SloListAnswer, StatusAnswer } from "../api/index.ts";
import { loadConfig } from "../config/index.ts";
import { startServer } from "../server/index.ts";
import { createEventLog } from "../telemetry/index.ts";
import { renderFrame, wrap } from "./screen.ts";
import { SERVICES, Shop } from "./shop.ts";

/** The rules stay with the sources, wherever the build put this file. */
const RULES = rulesFrom(import.meta.dirname);
const MIN_SECONDS = 60;
const PLAIN_EVERY_SECONDS = 10;

interface Schedule {
  readonly totalSeconds: number;
  readonly incidentFrom: number;
  readonly incidentTo: number;
}

const program = new Command("demo")
  .description("A shop with an incident: SLOs, burn rates and an alert in compressed time.")
  .option("--seconds <n>", "how long it runs", readSeconds, 170)
  .addHelpText(
    "after",
    "\nExamples:\n  npm run demo\n  npm run demo -- --seconds 90\n\nExit codes: 0 the page fired and resolved, 1 it did not.",
  )
  .parse();
await run(program.opts<{ seconds: number }>().seconds);

function rulesFrom(directory: string): string {
  const rules = join(directory, "src/demo/rules");
  if (existsSync(rules)) return rules;
  if (dirname(directory) === directory)
    throw new Error("the demo's rules are not beside the program");
  return rulesFrom(dirname(directory));
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < MIN_SECONDS || seconds > 3600) {
    throw new InvalidArgumentError(`a whole number of ${MIN_SECONDS} to 3600`);
  }
  return seconds;
}

async function run(totalSeconds: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "slowburn-demo-"));
  const { config, problems } = loadConfig({
    flags: {
      dataDirectory: directory,
      rulesDirectory: RULES,
      evaluationInterval: "1s",
      otlpHttpPort: "0",
      otlpGrpcPort: "0",
      apiPort: "0",
      selfTelemetry: "off",
    },
  });
  if (config === undefined) throw new Error(problems.map(({ message }) => message).join("\n"));
  const server = await startServer(config, {
    log: createEventLog({ format: "text", level: "warn" }),
    version: "demo",
    now: Date.now,
    onFatal: (error) => {
      throw error;
    },
  });
  const urlOf = (name: string) => server.listeners.find((each) => each.name === name)?.url ?? "";
  const shop = new Shop({ http: urlOf("OTLP/HTTP"), grpc: urlOf("OTLP/gRPC") });
  introduce(urlOf("API"));
  const events = await watch(shop, urlOf("API"), {
    totalSeconds,
    incidentFrom: Math.round(totalSeconds * 0.24),
    incidentTo: Math.round(totalSeconds * 0.59),
  });
  await shop.close();
  await conclude(urlOf("API"), events);
  await server.close();
  rmSync(directory, { recursive: true, force: true });
}

function introduce(api: string): void {
  const services = SERVICES.map(
    ({ name, protocol, temporality }) => `${name} (${protocol}, ${temporality})`,
  );
  console.log(`Services: ${services.join(", ")}`);
  console.log(`While it runs: ${api}/api/v1/slos and ${api}/metrics\n`);
}

/** Runs the schedule; returns what happened to the alerts, a line each. */
async function watch(shop: Shop, api: string, schedule: Schedule): Promise<readonly string[]> {
  const { totalSeconds, incidentFrom, incidentTo } = schedule;
  const isTerminal = process.stdout.isTTY;
  const events: string[] = [];
  const seen = new Set<string>();
  const startedAt = Date.now();
  for (let elapsed = 0; elapsed <= totalSeconds; elapsed++) {
    shop.isBroken = elapsed >= incidentFrom && elapsed < incidentTo;
    if (elapsed === incidentFrom)
      events.push(`${elapsed} s  incident begins: payments refuse cards, checkout fails`);
    if (elapsed === incidentTo) events.push(`${elapsed} s  incident ends`);
    const [{ slos }, { alerts }] = await Promise.all([
      ask<SloListAnswer>(`${api}/api/v1/slos`),
      ask<AlertListAnswer>(`${api}/api/v1/alerts`),
    ]);
    const news = newsOf(alerts, seen).map((line) => `${elapsed} s  ${line}`);
    events.push(...news);
    const phase = shop.isBroken
      ? "INCIDENT"
      : elapsed < incidentFrom
        ? "steady traffic"
        : "recovering";
    const { columns, rows } = process.stdout;
    const size = isTerminal ? { columns, rows } : undefined;
    const frame = { elapsedSeconds: elapsed, totalSeconds, phase, slos, alerts, events, size };
    if (isTerminal) process.stdout.write(`\u001b[H\u001b[2J${renderFrame(frame, true)}`);
    else if (elapsed % PLAIN_EVERY_SECONDS === 0 || news.length > 0) {
      console.log(renderFrame(frame, false));
    }
    await until(startedAt + (elapsed + 1) * 1000);
  }
  return events;
}

function newsOf(alerts: AlertListAnswer["alerts"], seen: Set<string>): readonly string[] {
  return alerts.flatMap(({ streamKey, severity, state, inhibited, notified, ...alert }) => {
    const what = state === "firing" && inhibited && !notified ? "held back by the page" : state;
    const key = [streamKey, severity, what, alert.activeAt].join("|");
    if (seen.has(key)) return [];
    seen.add(key);
    return [`${severity} ${what}: ${alert.annotations["summary"] ?? streamKey}`];
  });
}

/** Says what was shown, and fails when the page did not come and go. */
async function conclude(api: string, events: readonly string[]): Promise<void> {
  const { ingest } = await ask<StatusAnswer>(`${api}/api/v1/status`);
  const { points, requests } = ingest;
  const total = requests.reduce((sum, { count }) => sum + count, 0);
  console.log("What happened:");
  const columns = process.stdout.isTTY ? process.stdout.columns : Infinity;
  for (const event of events) for (const line of wrap(`  ${event}`, columns)) console.log(line);
  console.log(
    `${points.accepted} data points in ${total} requests over OTLP/HTTP, OTLP/JSON and OTLP/gRPC.`,
  );
  const came = (state: string) => events.some((line) => line.includes(`page ${state}: shop/`));
  if (came("pending") && came("firing") && came("resolved")) return;
  console.error("The page did not go pending, firing and resolved as it should.");
  process.exitCode = 1;
}

async function ask<T>(url: string): Promise<T> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return (await response.json()) as T; // our own API, described by /openapi.json
}

async function until(time: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, time - Date.now())));
}
