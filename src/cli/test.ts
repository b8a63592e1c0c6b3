/** `slowburn test`: does what rule files promise hold? */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { Option, type Command } from "commander";
import {
  isPassed,
  readScript,
  renderVerdict,
  runScript,
  summaryText,
  type ScriptVerdict,
} from "../ruletest/index.ts";
import { readRuleText } from "../rules/index.ts";
import { formatDuration, OperationError } from "../slo/index.ts";
import { hasColours } from "./colours.ts";
import { EXIT } from "./exit-codes.ts";
import type { CliPorts } from "./ports.ts";
import { Progress } from "./progress.ts";
import { sourcesOf } from "./problem-sources.ts";

const EXAMPLES = `
Examples:
  $ slowburn test                          every script (*.slo) below rules/
  $ slowburn test rules/tests/http.slo     one script
  $ slowburn test --format json | jq '.scripts[] | select(.passed | not)'

A script loads traffic and says what has to come of it:
  rules ../http.yaml
  metric http.server.request.duration histogram unit s
  resource {service.name="shop"}
  load
    http.server.request.duration{error.type="500"}   10/s at 5ms for 1h
  alert page{slo="http/availability"} fires at 2m
The language is in src/ruletest/README.md.`;

const FORMATS = ["text", "json"] as const;
const DEFAULT_DIRECTORY = "rules";
const MAX_FOLDER_DEPTH = 16;

interface TestOptions {
  readonly format: (typeof FORMATS)[number];
}

export function addTest(program: Command, ports: CliPorts, done: (exitCode: number) => void): void {
  program
    .command("test")
    .summary("run the tests of rules")
    .description("Runs test scripts: traffic goes in, numbers and alerts are compared.")
    .argument("[paths...]", "scripts (*.slo) or directories of them; rules/ by default")
    .addOption(
      new Option("--format <format>", "how the outcome is printed")
        .choices(FORMATS)
        .default("text"),
    )
    .addHelpText("after", EXAMPLES)
    .action((paths: readonly string[], { format }: TestOptions) => {
      done(test(paths.length > 0 ? paths : [DEFAULT_DIRECTORY], format, ports));
    });
}

function test(paths: readonly string[], format: TestOptions["format"], ports: CliPorts): number {
  const files = paths.flatMap((path) => scriptsOf(path, 0));
  if (files.length === 0) {
    const message = `no script (*.slo) below ${paths.join(", ")}`;
    throw new OperationError("no-scripts", message, { retryable: false });
  }
  const colour = hasColours(ports);
  const verdicts: ScriptVerdict[] = [];
  const progress = new Progress(ports);
  for (const [index, file] of files.entries()) {
    const told = `${index + 1} of ${files.length}: ${file}`;
    const { verdict, text } = verdictOf(file, (test, atMs) =>
      progress.show(() => `${told}${test === "" ? "" : ` "${test}"`} at ${minuteText(atMs)}`),
    );
    progress.clear();
    verdicts.push(verdict);
    if (format === "json") continue;
    const problems = verdict.tests.flatMap((each) => each.problems);
    const sources = new Map([...sourcesOf(problems), [file, text]]);
    ports.out(renderVerdict(verdict, { colour, sources }));
  }
  if (format === "text") ports.out(summaryText(verdicts));
  else ports.out(`${JSON.stringify(jsonOf(verdicts), null, 2)}\n`);
  return verdicts.every(isPassed) ? EXIT.fine : EXIT.found;
}

const minuteText = (ms: number): string => formatDuration(Math.floor(ms / 60_000) * 60_000);

function scriptsOf(path: string, depth: number): readonly string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined)
    throw new OperationError("unreadable", `cannot read ${path}: it does not exist`, {
      retryable: false,
    });
  if (!stats.isDirectory()) return depth === 0 || path.endsWith(".slo") ? [path] : [];
  if (depth > MAX_FOLDER_DEPTH) return [];
  return readdirSync(path)
    .filter((name) => !name.startsWith("."))
    .toSorted()
    .flatMap((name) => scriptsOf(join(path, name), depth + 1));
}

/** `text`: of the script; empty when it cannot be read. */
function verdictOf(
  file: string,
  onProgress: (test: string, atMs: number) => void,
): { readonly verdict: ScriptVerdict; readonly text: string } {
  const content = readRuleText(file);
  if (content.kind !== "text") {
    const reason = content.kind === "gone" ? "it does not exist" : content.problem.message;
    const problem = {
      code: "script-unreadable",
      severity: "error",
      message: reason,
      file,
      path: "",
    } as const;
    return { verdict: { file, problems: [problem], tests: [] }, text: "" };
  }
  const { text } = content;
  const { script, problems } = readScript(file, text);
  const verdict =
    script === undefined ? { file, problems, tests: [] } : runScript(script, { onProgress });
  return { verdict, text };
}

function jsonOf(verdicts: readonly ScriptVerdict[]): unknown {
  const scripts = verdicts.map((verdict) => ({ ...verdict, passed: isPassed(verdict) }));
  return { passed: verdicts.every(isPassed), scripts };
}
