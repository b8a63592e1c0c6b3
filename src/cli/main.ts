#!/usr/bin/env node
/** The program's door: gives the commands the real world. */
import { setTimeout as wait } from "node:timers/promises";
import { type CliPorts, packageVersion, run, STOP_SIGNALS, type StopSignal } from "./index.ts";

const ports: CliPorts = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isTerminal: process.stdout.isTTY === true,
  isErrorTerminal: process.stderr.isTTY === true,
  environment: process.env,
  version: packageVersion(),
  now: Date.now,
  fetch,
  wait: (ms) => wait(ms),
  onSignal: (heard) => {
    const listeners = STOP_SIGNALS.map((signal: StopSignal) => {
      const listener = () => heard(signal);
      process.on(signal, listener);
      return () => process.off(signal, listener);
    });
    return () => listeners.forEach((off) => off());
  },
  onUncaught: (heard) => {
    process.on("uncaughtException", heard).on("unhandledRejection", heard);
    return () => process.off("uncaughtException", heard).off("unhandledRejection", heard);
  },
  exit: (code) => process.exit(code),
  // Loaded when it is needed: the other commands start without the storage and the receivers.
  startServer: async (config, serverPorts) => {
    const { startServer } = await import("../server/index.ts");
    const running = await startServer(config, { ...serverPorts, now: Date.now });
    const urlOf = (name: string) => running.listeners.find((each) => each.name === name)?.url ?? "";
    return {
      otlpHttpUrl: urlOf("OTLP/HTTP"),
      otlpGrpcUrl: urlOf("OTLP/gRPC"),
      apiUrl: urlOf("API"),
      rules: running.rules,
      receivers: running.receivers,
      close: () => running.close(),
    };
  },
};

// `| head` closes the pipe early: that is no error of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

/** A log that nobody reads any more is no reason to stop serving, nor to call the stop a bug. */
process.stderr.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

process.exit(await run(process.argv.slice(2), ports));
