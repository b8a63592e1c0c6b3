/** What became of a script, for people and for scripts. */
import type { Problem } from "../slo/index.ts";
import type { Place } from "./problem-codes.ts";
import type { AlertEvent } from "./world.ts";

/** A claim that does not hold. */
export interface Failure extends Place {
  /** When it was looked at, ms after the script's start. */
  readonly atMs: number;
  readonly expected: string;
  readonly actual: string;
  /** What the alert that is meant did so far, a line each; only of claims about alerts. */
  readonly timeline?: readonly string[];
}

export interface TestVerdict {
  readonly name: string;
  readonly line: number;
  /** Claims that were looked at. */
  readonly claimCount: number;
  readonly failures: readonly Failure[];
  /** What alerts did, in order. */
  readonly alerts: readonly AlertEvent[];
  /** Why the test could not go on; warnings of its rules are not told. */
  readonly problems: readonly Problem[];
}

export interface ScriptVerdict {
  readonly file: string;
  /** Of the script as text: then no test ran. */
  readonly problems: readonly Problem[];
  readonly tests: readonly TestVerdict[];
}

export const isPassed = ({ problems, tests }: ScriptVerdict): boolean =>
  problems.length === 0 &&
  tests.every((test) => test.problems.length === 0 && test.failures.length === 0);
