/** `slowburn record`: a receiver of OTLP that writes what it is sent, in front of a running slowburn or alone. */
import { rm } from "node:fs/promises";
import { InvalidArgumentError, type Command } from "commander";
import { CaptureWriter, createRelay, Recording, type RecordingEnd } from "../capture/index.ts";
import { configFlags, loadConfig, type SlowburnConfig } from "../config/index.ts";
import { formatDuration, OperationError, parseDuration, ProblemError } from "../slo/index.ts";
import { createEventLog, Recorder } from "../telemetry/index.ts";
import { readToken, webAddress } from "./api-address.ts";
import { EXIT, SIGNAL_EXIT } from "./exit-codes.ts";
import type { CliPorts } from "./ports.ts";

const EXAMPLES = `
Examples:
  $ slowburn record --out today.otlp --for 1h
  $ slowburn record --out today.otlp --max-size 500MiB --otlp-http-port 14318 --otlp-grpc-port 14317 \\
      --forward http://127.0.0.1:4318
  $ slowburn backtest --rules new-rules --from today.otlp

It listens where serve would (configuration, or the options below) and takes OTLP over HTTP and gRPC, JSON too. A request is
acknowledged when it is in the file; with --forward, when the server there has taken it and it is in the file, and a
refusal is handed back to the sender. It ends after --for, at --max-size, or at the first SIGINT or SIGTERM, with 0.
The file is what the Collector's file exporter writes with format: proto, with the moment of each request in addition.`;

const DEFAULT_MAX_SIZE = "1GiB";
const TICK_MS = 1000;
const MIB = 1024 ** 2;
/** Options of serve that say where and for whom it listens. */
const LISTENING =
  /^--(?:config|otlp-(?:http|grpc)-(?:host|port)|allow-remote|tls-(?:cert|key)-file|tokens-ingest)\b/;

interface RecordOptions {
  readonly out: string;
  readonly for?: number;
  readonly maxSize?: number;
  readonly forward?: string;
  readonly tokenFile?: string;
  readonly [flag: string]: unknown;
}

export function addRecord(
  program: Command,
  ports: CliPorts,
  done: (exitCode: number) => void,
): void {
  const command = program
    .command("record")
    .summary("write the OTLP metrics that are sent to it to a file")
    .description("Takes OTLP metrics, and writes them to a file that backtest reads.")
    .requiredOption("--out <file>", "file to make; it must not be there yet")
    .option("--for <duration>", "stop after 90s, 1h, 2d", duration)
    .option("--max-size <size>", `stop at this size (${DEFAULT_MAX_SIZE})`, size)
    .option("--forward <url>", "hand each request on to this OTLP/HTTP server", webAddress)
    .option("--token-file <file>", "file with the bearer token for --forward")
    .option("--config <file>", "configuration file (slowburn.yaml, when it is there)");
  for (const { flags, description } of configFlags())
    if (LISTENING.test(flags)) command.option(flags, description);
  command
    .addHelpText("after", EXAMPLES)
    .action(async (options: RecordOptions) => done(await record(options, ports)));
}

function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms === 0) throw new InvalidArgumentError("Write it as 90s, 1h, 2d.");
  return ms;
}

function size(text: string): number {
  const [, amount = "", unit = ""] = /^(\d{1,9})(KiB|MiB|GiB|TiB)$/.exec(text) ?? [];
  const power = ["KiB", "MiB", "GiB", "TiB"].indexOf(unit) + 1;
  if (power === 0 || Number(amount) === 0)
    throw new InvalidArgumentError("Write it as 500MiB, 1GiB.");
  return Number(amount) * 1024 ** power;
}

async function record(options: RecordOptions, ports: CliPorts): Promise<number> {
  const {
    out,
    maxSize = size(DEFAULT_MAX_SIZE),
    for: forMs,
    forward,
    tokenFile,
    ...flags
  } = options;
  const config = configOf(flags, ports);
  const signal = new StopSignals(ports);
  const writer = await CaptureWriter.create(out, maxSize, ports.now());
  let isListening = false;
  try {
    const token = tokenFile === undefined ? {} : { token: readToken(tokenFile) };
    const relay =
      forward === undefined
        ? {}
        : { relay: createRelay({ url: forward, fetch: ports.fetch, ...token }) };
    const recording = new Recording({ writer, now: ports.now, ...relay });
    const listeners = await listen(config, recording, ports);
    isListening = true;
    const startedAtMs = ports.now();
    ports.out(startText(listeners.listeners, options));
    const ended = Promise.race([recording.ended, signal.heard]);
    const end = await untilEnd(ended, { writer, startedAtMs, forMs }, ports);
    await listeners.close();
    if (end.kind === "failed") throw writeFailure(out, end.error);
    ports.out(endText(end, writer, out, ports.now() - startedAtMs));
    return EXIT.fine;
  } finally {
    signal.end();
    await writer.close();
    if (!isListening) await rm(out); // nothing was recorded, and the file would refuse the next try
  }
}

type End = RecordingEnd | { readonly kind: "signal" | "time" };

/** The first signal ends the recording, the second the process. */
class StopSignals {
  readonly heard: Promise<End>;
  readonly #unhear: () => void;
  #count = 0;

  constructor(ports: CliPorts) {
    let hear: (end: End) => void = () => undefined;
    this.heard = new Promise((resolve) => (hear = resolve));
    this.#unhear = ports.onSignal((signal) => {
      if (this.#count++ > 0) ports.exit(SIGNAL_EXIT[signal]);
      hear({ kind: "signal" });
    });
  }

  end(): void {
    this.#unhear();
  }
}

function configOf(flags: Readonly<Record<string, unknown>>, ports: CliPorts): SlowburnConfig {
  const { config, problems } = loadConfig({ flags, environment: ports.environment });
  if (config === undefined) throw new ProblemError(problems);
  return { ...config, selfTelemetry: false };
}

async function listen(config: SlowburnConfig, recording: Recording, ports: CliPorts) {
  // Loaded when it is needed: the other commands start without the receivers.
  const { listenOtlp } = await import("../server/index.ts");
  const { err: write, now } = ports;
  const log = createEventLog({ ...config.log, write, now });
  return listenOtlp(config, recording.handle, new Recorder(), log);
}

async function untilEnd(
  ended: Promise<End>,
  state: {
    readonly writer: CaptureWriter;
    readonly startedAtMs: number;
    readonly forMs: number | undefined;
  },
  ports: CliPorts,
): Promise<End> {
  const { writer, startedAtMs, forMs = Infinity } = state;
  const show = (text: string): void => {
    if (ports.isErrorTerminal) ports.err(`\r\u001b[K${text}`);
  };
  for (;;) {
    const leftMs = startedAtMs + forMs - ports.now();
    if (leftMs <= 0) return { kind: "time" };
    const end = await Promise.race([ended, ports.wait(Math.min(TICK_MS, leftMs))]);
    show("");
    if (end !== undefined) return end;
    show(amountText(writer, ports.now() - startedAtMs));
  }
}

const startText = (
  listeners: readonly { readonly name: string; readonly url: string }[],
  { out, forward }: RecordOptions,
): string =>
  [
    `recording to ${out}, Ctrl-C ends it`,
    ...listeners.map(({ name, url }) => `  ${name.padEnd(10)} ${url}`),
    ...(forward === undefined ? [] : [`  forwards to ${forward}`]),
  ]
    .map((line) => `${line}\n`)
    .join("");

const WHY: Readonly<Record<Exclude<End["kind"], "failed">, string>> = {
  full: "its size is reached",
  signal: "stopped",
  time: "its time is over",
};

const endText = (
  end: Exclude<End, { kind: "failed" }>,
  writer: CaptureWriter,
  out: string,
  elapsedMs: number,
): string =>
  `${WHY[end.kind]}: ${amountText(writer, elapsedMs)} in ${out}\nnext: slowburn backtest --from ${out}\n`;

const amountText = ({ recordCount, sizeBytes }: CaptureWriter, elapsedMs: number): string =>
  `${recordCount.toLocaleString("en-US")} requests, ${(sizeBytes / MIB).toFixed(1)} MiB in ${formatDuration(Math.floor(elapsedMs / 1000) * 1000)}`;

function writeFailure(file: string, cause: unknown): OperationError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new OperationError("unwritable", `cannot write ${file} any more: ${reason}`, {
    cause,
    retryable: false,
  });
}
