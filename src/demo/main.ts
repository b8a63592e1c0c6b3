#!/usr/bin/env node
/**
 * `npm run demo`: a real server, five real OpenTelemetry SDKs over three protocols, an incident, a page. Nothing is
 * simulated but the shop's customers: every point travels over a socket.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Command, InvalidArgumentError } from "commander";
import type { AlertListAnswer, SloListAnswer, StatusAnswer } from "../api/index.ts";
import { loadConfig } from "../config/index.ts";
import { startServer } from "../server/index.ts";
import { createEventLog } from "../telemetry/index.ts";
import { News } from "./news.ts";
import { renderFrame, wrapped, type Frame } from "./screen.ts";
import { SERVICES, Shop } from "./shop.ts";

/** The rules stay with the sources, wherever the build put this file. */
const RULES = rulesFrom(import.meta.dirname);
const MIN_SECONDS = 60;
const PLAIN_EVERY_SECONDS = 10;
/** Of what is no terminal, as a file. */
const PLAIN_WIDTH = 120;
const SIGNAL_EXIT_CODES = { SIGINT: 130, SIGTERM: 143 };

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
    "\nExamples:\n  npm run demo\n  npm run demo -- --seconds 90\n\nExit codes: 0 the page fired and resolved, 1 it did not, 130 and 143 stopped by a signal.",
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
  const interrupted = new AbortController();
  for (const [signal, exitCode] of Object.entries(SIGNAL_EXIT_CODES))
    process.on(signal, () => {
      process.exitCode = exitCode;
      interrupted.abort();
    });
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
  const services = SERVICES.map((each) => `${each.name} (${each.protocol}, ${each.temporality})`);
  console.log(`${wrapped(`Services: ${services.join(", ")}`, width()).join("\n")}\n`);
  const schedule = {
    totalSeconds,
    incidentFrom: Math.round(totalSeconds * 0.24),
    incidentTo: Math.round(totalSeconds * 0.59),
  };
  const news = await watch(shop, urlOf("API"), schedule, interrupted.signal);
  await shop.close();
  await conclude(urlOf("API"), news);
  await server.close();
  rmSync(directory, { recursive: true, force: true });
}

/** Runs the schedule, or as much of it as there is time for; returns what happened. */
async function watch(
  shop: Shop,
  apiUrl: string,
  schedule: Schedule,
  interrupted: AbortSignal,
): Promise<News> {
  const { totalSeconds, incidentFrom, incidentTo } = schedule;
  const news = new News();
  const startedAt = Date.now();
  for (let elapsed = 0; elapsed <= totalSeconds && !interrupted.aborted; elapsed++) {
    shop.isBroken = elapsed >= incidentFrom && elapsed < incidentTo;
    if (elapsed === incidentFrom)
      news.add(elapsed, "incident begins: payments refuse cards, checkout fails");
    if (elapsed === incidentTo) news.add(elapsed, "incident ends");
    const [{ slos }, { alerts }] = await Promise.all([
      ask<SloListAnswer>(`${apiUrl}/api/v1/slos`),
      ask<AlertListAnswer>(`${apiUrl}/api/v1/alerts`),
    ]);
    const isNew = news.addAlerts(elapsed, alerts) > 0;
    const phase = shop.isBroken
      ? "INCIDENT"
      : elapsed < incidentFrom
        ? "steady traffic"
        : "recovering";
    const { lines } = news;
    show(
      { elapsedSeconds: elapsed, totalSeconds, phase, apiUrl, slos, alerts, news: lines },
      isNew,
    );
    await until(startedAt + (elapsed + 1) * 1000, interrupted);
  }
  return news;
}

/** Redraws a terminal; anything else gets a frame now and then, and whenever there are news. */
function show(frame: Frame, isNew: boolean): void {
  if (process.stdout.isTTY)
    process.stdout.write(
      `\u001b[H\u001b[2J${renderFrame(frame, { isColoured: true, width: width() })}`,
    );
  else if (frame.elapsedSeconds % PLAIN_EVERY_SECONDS === 0 || isNew)
    console.log(renderFrame(frame, { isColoured: false, width: width() }));
}

function width(): number {
  return process.stdout.columns ?? PLAIN_WIDTH;
}

/** Says what was shown, and fails when the page did not come and go. */
async function conclude(apiUrl: string, news: News): Promise<void> {
  const { ingest } = await ask<StatusAnswer>(`${apiUrl}/api/v1/status`);
  const { points, requests } = ingest;
  const total = requests.reduce((sum, { count }) => sum + count, 0);
  console.log("What happened:");
  for (const line of news.lines) console.log(wrapped(`  ${line}`, width()).join("\n"));
  console.log(
    `${points.accepted} data points in ${total} requests over OTLP/HTTP, OTLP/JSON and OTLP/gRPC.`,
  );
  if (process.exitCode !== undefined) return console.log("Stopped before its end.");
  if (news.hasPage("pending") && news.hasPage("firing") && news.hasPage("resolved")) return;
  console.error("The page did not go pending, firing and resolved as it should.");
  process.exitCode = 1;
}

async function ask<T>(url: string): Promise<T> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return (await response.json()) as T; // our own API, described by /openapi.json
}

async function until(time: number, interrupted: AbortSignal): Promise<void> {
  const waitMs = Math.max(0, time - Date.now());
  await setTimeout(waitMs, undefined, { signal: interrupted }).catch(() => undefined); // aborted: goes on at once
}
