/** A directory of rule files that a test edits: real files in a temporary directory, made anew for each test. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { loadRules, type RuleSet } from "../../src/rules/index.ts";

export class RuleDirectory {
  #root = "";
  #clock = 1_000;

  constructor() {
    beforeEach(() => {
      this.#root = mkdtempSync(join(tmpdir(), "slowburn-rules-"));
      this.#clock = 1_000;
    });
    afterEach(() => rmSync(this.#root, { recursive: true, force: true }));
  }

  get root(): string {
    return this.#root;
  }

  /** The moment that was told last, ms. */
  get now(): number {
    return this.#clock;
  }

  pathOf(file: string): string {
    return join(this.#root, file);
  }

  put(file: string, text: string): void {
    mkdirSync(this.pathOf(join(file, "..")), { recursive: true });
    writeFileSync(this.pathOf(file), text);
  }

  remove(file: string): void {
    rmSync(this.pathOf(file));
  }

  /** Each load is a millisecond later. */
  load(previous?: RuleSet): RuleSet {
    return loadRules(this.#root, {
      bucketMs: 10_000,
      now: () => ++this.#clock,
      ...(previous === undefined ? {} : { previous }),
    });
  }

  /** By file. */
  states(set: RuleSet): Readonly<Record<string, string>> {
    return Object.fromEntries(set.files.map(({ file, state }) => [this.#shown(file), state]));
  }

  /** `file:line code`, errors and warnings. */
  problems(set: RuleSet, severities: readonly string[] = ["error", "warning"]): readonly string[] {
    return set.problems
      .filter(({ severity }) => severities.includes(severity))
      .map(({ code, file = "", line }) => `${this.#shown(file)}:${line} ${code}`);
  }

  #shown(file: string): string {
    return file.slice(this.#root.length + 1);
  }
}
