/** Keeps the rules in force in line with the rule files. A broken file changes nothing but what is said about it. */
import type { FateParts, RuleChange } from "../engine/index.ts";
import type { LoadSettings, RuleSet } from "../rules/index.ts";
import { formatProblem, isHidden, isRetired, spanText, type Slo } from "../slo/index.ts";
import type { EventLog } from "../telemetry/index.ts";
import { nextRetirementEnd, retiredProblems } from "./retired-slos.ts";
import { rulesInForce } from "./rules-in-force.ts";

export interface RuleReloaderPorts {
  readonly load: (settings: Pick<LoadSettings, "previous">) => RuleSet;
  /** What is counted now, retired SLOs included; at the start what was recovered, or nothing. */
  readonly inForce: () => readonly Slo[];
  readonly change: (slos: readonly Slo[]) => Promise<RuleChange>;
  /** What the archive can rebuild, and what it has. */
  readonly archive: Omit<FateParts, "inForce">;
  /** Called when some SLO waits for its counts to be rebuilt; `reload` is due when they are. */
  readonly onPending: () => void;
  readonly log: EventLog;
  /** Wall clock, ms. */
  readonly now: () => number;
}

export class RuleReloader {
  readonly #ports: RuleReloaderPorts;
  /** As the files say; what the next load begins with. */
  #loaded: RuleSet;
  /** With what is said of SLOs that no file holds any more. */
  #current: RuleSet;
  /** Ids of the retired SLOs that were told of. */
  #toldRetired: ReadonlySet<string> = new Set();
  #running: Promise<void> = Promise.resolve();
  #isAgain = false;
  #isRunning = false;

  constructor(ports: RuleReloaderPorts) {
    this.#ports = ports;
    const slos = ports.inForce().filter((slo) => !isHidden(slo));
    this.#loaded = { slos, files: [], problems: [] };
    this.#current = this.#loaded;
  }

  get current(): RuleSet {
    return this.#current;
  }

  /** Reads the files and puts what they say in force. Rejects when the change cannot be made durable. */
  async load(): Promise<void> {
    const { load, log, inForce } = this.#ports;
    const next = load({ previous: this.#loaded });
    const known = new Set(this.#loaded.problems.map(formatProblem));
    for (const problem of next.problems) {
      if (!known.has(formatProblem(problem))) log.warn("rules.problem", { ...problem });
    }
    await this.#putInForce(next.slos);
    this.#loaded = next;
    this.#current = { ...next, problems: [...next.problems, ...retiredProblems(inForce())] };
    this.#tellRetired();
  }

  /** At the start of all, those of before it too; later of those that were not told of. */
  #tellRetired(): void {
    const { inForce, log, now } = this.#ports;
    const retired = inForce().filter(isRetired);
    const untold = retired.filter(({ id }) => !this.#toldRetired.has(id));
    this.#toldRetired = new Set(retired.map(({ id }) => id));
    if (untold.length === 0) return;
    const files = [...new Set(untold.map(({ source }) => source.file))];
    const countedFor = spanText(nextRetirementEnd(untold) - now());
    log.warn("rules.retired", { slos: untold.map(({ id }) => id), files, countedFor });
  }

  async #putInForce(slos: readonly Slo[]): Promise<void> {
    const { inForce, change, archive, onPending, log, now } = this.#ports;
    const before = inForce();
    const counted = rulesInForce(slos, { ...archive, inForce: before }, now());
    if (JSON.stringify(counted) === JSON.stringify(before)) return;
    const { restarted, rebuilt, pending, notes } = await change(counted);
    const added = idsBeyond(slos, before);
    const removed = idsBeyond(before, slos);
    log.info("rules.changed", { slos: slos.length, added, removed, restarted, rebuilt, notes });
    if (pending.length === 0) return;
    log.info("rules.rebuilding", { slos: pending });
    onPending();
  }

  /** To be called now and then: forgets what no rule file has held for long enough. */
  forgetRetired(): void {
    if (nextRetirementEnd(this.#ports.inForce()) <= this.#ports.now()) this.reload();
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

/** Those shown in the first that are not shown in the second. */
function idsBeyond(slos: readonly Slo[], others: readonly Slo[]): readonly string[] {
  const known = new Set(others.filter(({ retiredAt }) => !retiredAt).map(idToBe));
  return slos.filter((slo) => !isHidden(slo) && !known.has(slo.id)).map(({ id }) => id);
}

const idToBe = ({ id, pendingFor }: Slo): string => pendingFor ?? id;
