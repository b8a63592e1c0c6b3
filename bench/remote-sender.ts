/** A `Sender` in another process, or, for tests, in this one. */
import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { endWithUs } from "./server-under-test.ts";
import { OtlpLoad, type LoadSettings, type LoadTotals } from "./otlp-load.ts";
import { Sender, type PacedResult, type SenderSettings } from "./sender.ts";

export type SenderCall =
  | {
      readonly kind: "open";
      readonly load: LoadSettings;
      readonly sender: SenderSettings;
      readonly startMs: number;
    }
  | { readonly kind: "round" }
  | { readonly kind: "paced"; readonly requestsPerSecond: number; readonly seconds: number }
  | { readonly kind: "totals" }
  | { readonly kind: "close" };

export interface SenderReply {
  readonly answer: number | PacedResult | LoadTotals;
  readonly error?: string;
}

export interface RunningSender {
  readonly requestCount: number;
  round(): Promise<number>;
  paced(requestsPerSecond: number, seconds: number): Promise<PacedResult>;
  totals(): Promise<LoadTotals>;
  close(): Promise<void>;
}

/** The senders' counters start now. */
export async function startSender(
  load: LoadSettings,
  sender: SenderSettings,
  isInProcess: boolean,
): Promise<RunningSender> {
  const startMs = Date.now();
  if (isInProcess) return localSender(load, sender, startMs);
  const child = fork(fileURLToPath(new URL("./sender-process.js", import.meta.url)));
  endWithUs(child);
  // Each answer is of the kind its call asks for: see sender-process.ts.
  const ask = async <T>(call: SenderCall): Promise<T> => (await askChild(child, call)) as T;
  return {
    requestCount: await ask<number>({ kind: "open", load, sender, startMs }),
    round: () => ask({ kind: "round" }),
    paced: (requestsPerSecond, seconds) => ask({ kind: "paced", requestsPerSecond, seconds }),
    totals: () => ask({ kind: "totals" }),
    close: async () => {
      const exited = new Promise((resolve) => child.once("exit", resolve));
      child.send({ kind: "close" } satisfies SenderCall);
      await exited;
    },
  };
}

async function localSender(
  settings: LoadSettings,
  senderSettings: SenderSettings,
  startMs: number,
): Promise<RunningSender> {
  const load = new OtlpLoad(settings, startMs);
  const sender = new Sender(load, senderSettings);
  await sender.open();
  return {
    requestCount: load.requestCount,
    round: () => sender.round(),
    paced: (requestsPerSecond, seconds) => sender.paced(requestsPerSecond, seconds),
    totals: () => Promise.resolve(load.totals()),
    close: async () => sender.close(),
  };
}

function askChild(child: ChildProcess, call: SenderCall): Promise<SenderReply["answer"]> {
  return new Promise((resolve, reject) => {
    const onExit = (): void => reject(new Error("the sender ended"));
    child.once("exit", onExit);
    child.once("message", (reply) => {
      child.off("exit", onExit);
      const { answer, error } = reply as SenderReply; // only sender-process.ts writes here
      if (error === undefined) resolve(answer);
      else reject(new Error(error));
    });
    child.send(call);
  });
}
