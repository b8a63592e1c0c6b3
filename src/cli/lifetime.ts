/**
 * From start to stop: the first signal finishes what is under way within 25 s (Kubernetes kills after 30), a second one ends at
 * once, which is safe since what was acknowledged is in the journal. A bug ends it with a report and its own exit code; what
 * else ends it after the start is nothing that the next start could not be tried with.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { OperationError } from "../slo/index.ts";
import type { EventLog } from "../telemetry/index.ts";
import { EXIT, SIGNAL_EXIT, type StopSignal } from "./exit-codes.ts";
import { failureOf } from "./failure.ts";
import type { CliPorts } from "./ports.ts";

const STOP_WITHIN_MS = 25_000;
/** npm hands on the Ctrl-C that the terminal sends to slowburn too: one keystroke, two signals. */
const ECHO_WITHIN_MS = 500;
const REPORT_FILE = "slowburn-failure.txt";

type Ending =
  | { readonly kind: "signal"; readonly signal: StopSignal }
  | { readonly kind: "fatal"; readonly error: unknown };

export class Lifetime {
  readonly #ports: CliPorts;
  readonly #log: EventLog;
  readonly #reportDirectory: string;
  readonly #ending: Promise<Ending>;
  #end: (ending: Ending) => void = () => undefined;
  #ended: Ending | undefined;
  #heardAtMs = -Infinity;
  readonly #unhear: readonly (() => void)[];

  /** Signals count from here on, also while the server still starts. */
  constructor(ports: CliPorts, log: EventLog, reportDirectory: string) {
    this.#ports = ports;
    this.#log = log;
    this.#reportDirectory = reportDirectory;
    this.#ending = new Promise((resolve) => (this.#end = resolve));
    this.#unhear = [
      ports.onSignal((signal) => this.#heard(signal)),
      ports.onUncaught((error) => this.fail(error)),
    ];
  }

  /** The server cannot go on. */
  fail(error: unknown): void {
    if (this.#ended?.kind === "fatal") return;
    this.#ended = { kind: "fatal", error };
    this.#report(error);
    this.#end(this.#ended);
  }

  /** Rejects with what the server cannot go on after; never resolves. */
  async orFatal(): Promise<never> {
    const ending = await this.#ending;
    if (ending.kind === "fatal") throw ending.error;
    return new Promise<never>(() => undefined); // a signal: the start goes on to its end, then the stop begins
  }

  /** Resolves with the exit code once the server was closed, or 25 s after it was asked to. */
  async untilStopped(running: { readonly close: () => Promise<void> }): Promise<number> {
    const ending = await this.#ending;
    const isClosed = await this.#close(running);
    if (ending.kind === "fatal") {
      const { exitCode } = failureOf(ending.error, false);
      return exitCode === EXIT.bug ? EXIT.bug : EXIT.startAgain;
    }
    if (isClosed) this.#log.info("server.stopped");
    return isClosed ? EXIT.fine : EXIT.startAgain;
  }

  /** No more signals are listened to. */
  end(): void {
    for (const unhear of this.#unhear) unhear();
  }

  #heard(signal: StopSignal): void {
    const nowMs = this.#ports.now();
    if (this.#ended !== undefined) {
      const isEcho = Math.abs(nowMs - this.#heardAtMs) < ECHO_WITHIN_MS;
      if (!isEcho) this.#ports.exit(SIGNAL_EXIT[signal]);
      return;
    }
    this.#heardAtMs = nowMs;
    this.#ended = { kind: "signal", signal };
    this.#log.info("server.stopping", { signal, withinSeconds: STOP_WITHIN_MS / 1000 });
    this.#end(this.#ended);
  }

  async #close(running: { readonly close: () => Promise<void> }): Promise<boolean> {
    const closed = running.close().then(
      () => "closed" as const,
      (error: unknown) => {
        this.#log.error("server.failed", { error, during: "stop" });
        return "failed" as const;
      },
    );
    const how = await Promise.race([closed, this.#ports.wait(STOP_WITHIN_MS)]);
    if (how === undefined) this.#log.error("server.failed", { reason: "not stopped in time" });
    return how === "closed";
  }

  /** Disk trouble is no bug: it is logged, not reported. */
  #report(error: unknown): void {
    if (error instanceof OperationError) {
      this.#log.error("server.failed", { error });
      return;
    }
    this.#log.error("invariant.broken", { error });
    const { version, now } = this.#ports;
    const head = `slowburn ${version}, Node ${process.version}, ${new Date(now()).toISOString()}\n`;
    const file = join(this.#reportDirectory, REPORT_FILE);
    try {
      writeFileSync(file, head + failureOf(error, false).text, { mode: 0o600 });
    } catch (cause) {
      this.#log.error("server.failed", { error: cause, file }); // the log line above has the stack
    }
  }
}
