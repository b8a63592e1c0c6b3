/** Keeps the rules in force in line with the rule files. A broken file changes nothing but what is said about it. */
import type { RuleChange } from "../engine/index.ts";
import type { LoadSettings, RuleSet } from "../rules/index.ts";
import { formatProblem, type Slo } from "../slo/index.ts";
import type { EventLog } from "../telemetry/index.ts";

export interface RuleReloaderPorts {
  readonly load: (settings: Pick<LoadSettings, "previous">) => RuleSet;
  /** What runs at the start: recovered, or nothing. */
  readonly inForce: () => readonly Slo[];
  readonly change: (slos: readonly Slo[]) => Promise<RuleChange>;
  readonly log: EventLog;
}

export class RuleReloader {
  readonly #ports: RuleReloaderPorts;
  #current: RuleSet;
  #running: Promise<void> = Promise.resolve();
  #isAgain = false;
  #isRunning = false;

  constructor(ports: RuleReloaderPorts) {
    this.#ports = ports;
    this.#current = { slos: ports.inForce(), files: [], problems: [] };
  }

  get current(): RuleSet {
    return this.#current;
  }

  /** Reads the files and puts what they say in force. Rejects when the change cannot be made durable. */
  async load(): Promise<void> {
    const { load, inForce, change, log } = this.#ports;
    const next = load({ previous: this.#current });
    const known = new Set(this.#current.problems.map(formatProblem));
    for (const problem of next.problems) {
      if (!known.has(formatProblem(problem))) log.warn("rules.problem", { ...problem });
    }
    if (JSON.stringify(next.slos) !== JSON.stringify(inForce())) {
      const { added, removed, restarted, notes } = await change(next.slos);
      log.info("rules.changed", { slos: next.slos.length, added, removed, restarted, notes });
    }
    this.#current = next;
  }

  /** As `load`, one at a time; called while one runs, another follows. Failures are logged. */
  reload(): void {
    this.#isAgain = true;
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#running = this.#loadUntilSettled().finally(() => (this.#isRunning = false));
  }

  /** When no reload is under way. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #loadUntilSettled(): Promise<void> {
    while (this.#isAgain) {
      this.#isAgain = false;
      try {
        await this.load();
      } catch (error) {
        this.#ports.log.error("store.failed", { work: "rules", error });
      }
    }
  }
}
