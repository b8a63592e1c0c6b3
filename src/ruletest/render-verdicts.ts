/** Verdicts for people: what failed, at its line, with what was expected and what was. */
import { renderProblems } from "../rules/index.ts";
import { formatDuration, type Problem } from "../slo/index.ts";
import { isPassed, type Failure, type ScriptVerdict, type TestVerdict } from "./verdict.ts";

export interface RenderSettings {
  readonly colour: boolean;
  /** Text by file, for the line that is meant. */
  readonly sources: ReadonlyMap<string, string>;
}

const STYLES = { red: 31, green: 32, faint: 2, bold: 1 } as const;
type Paint = (style: keyof typeof STYLES, text: string) => string;

/** One line for a script that passed; for others what failed. Ends in a newline. */
export function renderVerdict(verdict: ScriptVerdict, settings: RenderSettings): string {
  const paint: Paint = (style, text) =>
    settings.colour ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text;
  const { file, tests, problems } = verdict;
  const counts = countsText(tests);
  if (isPassed(verdict)) return `${paint("green", "pass")} ${file} ${paint("faint", counts)}\n`;
  const told = tests.map((test) => renderTest(file, test, settings, paint)).join("");
  const head = `${paint("red", "FAIL")} ${paint("bold", file)} ${paint("faint", counts)}\n`;
  return head + renderProblems(problems, settings) + told;
}

function renderTest(
  file: string,
  { name, failures, problems }: TestVerdict,
  settings: RenderSettings,
  paint: Paint,
): string {
  if (failures.length === 0 && problems.length === 0) return "";
  const title = name === "" ? "" : `\n  ${paint("bold", `test "${name}"`)}\n`;
  const failed = failures.map((failure) => renderFailure(file, failure, settings, paint)).join("");
  return title + failed + renderProblems(problems, settings);
}

function renderFailure(
  file: string,
  failure: Failure,
  settings: RenderSettings,
  paint: Paint,
): string {
  const { expected, actual, timeline, atMs } = failure;
  const { line, column, endColumn } = failure;
  const message = `not as expected at ${formatDuration(atMs)}`;
  const place = { file, line, column, endColumn, path: "" };
  const problem: Problem = { code: "assertion-failed", severity: "error", message, ...place };
  const story =
    timeline === undefined
      ? ""
      : `        alert    ${timeline.length === 0 ? "nothing happened" : timeline.join(", ")}\n`;
  return (
    renderProblems([problem], settings) +
    `      ${paint("green", `- expected ${expected}`)}\n` +
    `      ${paint("red", `+ actual   ${actual}`)}\n${story}`
  );
}

const countsText = (tests: readonly TestVerdict[]): string => {
  const claims = tests.reduce((sum, { claimCount }) => sum + claimCount, 0);
  return `(${plural(tests.length, "test")}, ${plural(claims, "claim")})`;
};

/** `3 scripts, 12 tests: 1 failed`. */
export function summaryText(verdicts: readonly ScriptVerdict[]): string {
  const tests = verdicts.reduce((sum, verdict) => sum + verdict.tests.length, 0);
  const failed = verdicts.filter((verdict) => !isPassed(verdict)).length;
  const result = failed === 0 ? "all passed" : `${plural(failed, "script")} failed`;
  return `${plural(verdicts.length, "script")}, ${plural(tests, "test")}: ${result}\n`;
}

const plural = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;
