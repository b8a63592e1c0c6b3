/** `slowburn check`: what is wrong in rule files, before they run. */
import { statSync } from "node:fs";
import { Option, type Command } from "commander";
import { loadConfig } from "../config/index.ts";
import {
  githubProblems,
  lintSlos,
  loadRules,
  problemsToJson,
  readRuleFile,
  readRuleText,
  renderProblems,
  sarifProblems,
} from "../rules/index.ts";
import { OperationError, type Problem, ProblemError, type Slo } from "../slo/index.ts";
import { hasColours } from "./colours.ts";
import { EXIT } from "./exit-codes.ts";
import type { CliPorts } from "./ports.ts";

interface Checked {
  readonly slos: readonly Slo[];
  readonly problems: readonly Problem[];
  readonly fileCount: number;
}

const EXAMPLES = `
Examples:
  $ slowburn check                        the rules directory of the configuration
  $ slowburn check rules/checkout.yaml    one file
  $ slowburn check --json rules | jq .errorCount
  $ slowburn check --format github        annotations in a pull request
  $ slowburn check --format sarif > slowburn.sarif

A directory is read as serve reads it: what only shows between files (an SLO defined twice) is found too.
Lints are warnings: what loads, and is seldom meant.`;

const FORMATS = ["text", "json", "github", "sarif"] as const;
type Format = (typeof FORMATS)[number];

interface CheckOptions {
  readonly format: Format;
  readonly json?: true;
}

export function addCheck(
  program: Command,
  ports: CliPorts,
  done: (exitCode: number) => void,
): void {
  program
    .command("check")
    .summary("say what is wrong in rule files")
    .description(
      "Reads rule files as serve would, and says what is wrong in them and how to mend it.",
    )
    .argument("[paths...]", "files or directories; the configured rules directory by default")
    .addOption(
      new Option("--format <format>", "how problems are printed").choices(FORMATS).default("text"),
    )
    .option("--json", "the same as --format json")
    .addHelpText("after", EXAMPLES)
    .action((paths: readonly string[], { format, json }: CheckOptions) => {
      done(check(paths, json === true ? "json" : format, ports));
    });
}

function check(paths: readonly string[], format: Format, ports: CliPorts): number {
  const settings = checkSettings(ports);
  const named = paths.length > 0 ? paths : [settings.rulesDirectory];
  const results = named.map((path) => checkPath(path, settings, ports.now));
  const slos = results.flatMap((result) => result.slos);
  const problems = [...results.flatMap((result) => result.problems), ...lintSlos(slos)];
  const summary = problemsToJson(problems);
  const fileCount = results.reduce((sum, result) => sum + result.fileCount, 0);
  const counts = { fileCount, sloCount: slos.length, ...summary };
  ports.out(textOf(format, counts, ports));
  return summary.errorCount > 0 ? EXIT.found : EXIT.fine;
}

type Counts = ReturnType<typeof problemsToJson> & {
  readonly fileCount: number;
  readonly sloCount: number;
};

function textOf(format: Format, counts: Counts, ports: CliPorts): string {
  const { problems } = counts;
  switch (format) {
    case "json":
      return `${JSON.stringify(counts, null, 2)}\n`;
    case "sarif":
      return `${JSON.stringify(sarifProblems(problems, ports.version), null, 2)}\n`;
    case "github":
      return githubProblems(problems) + summaryLine(counts);
    case "text": {
      const settings = { colour: hasColours(ports), sources: sourcesOf(problems) };
      return renderProblems(problems, settings) + summaryLine(counts);
    }
  }
}

function summaryLine({ fileCount, sloCount, errorCount, warningCount }: Counts): string {
  const found = `${plural(errorCount, "error")}, ${plural(warningCount, "warning")}`;
  return `${plural(fileCount, "file")}, ${plural(sloCount, "SLO")}: ${found}\n`;
}

export interface CheckSettings {
  readonly rulesDirectory: string;
  readonly bucketMs: number;
  readonly groupLimitMax: number;
}

export function checkSettings({ environment }: CliPorts): CheckSettings {
  const { config, problems } = loadConfig({ environment });
  if (config === undefined) throw new ProblemError(problems);
  const { rulesDirectory, bucketMs, limits } = config;
  return { rulesDirectory, bucketMs, groupLimitMax: limits.groups };
}

function checkPath(path: string, settings: CheckSettings, now: () => number): Checked {
  if (isDirectory(path)) {
    const { slos, problems, files } = loadRules(path, { ...settings, now });
    return { slos, problems, fileCount: files.length };
  }
  const content = readRuleText(path);
  switch (content.kind) {
    case "text":
      return { ...readRuleFile({ file: path, text: content.text }, settings), fileCount: 1 };
    case "gone":
      throw unreadable(path, "it does not exist");
    case "refused": {
      const { problem } = content;
      if (problem.code === "file-unreadable") throw unreadable(path, problem.message);
      return { slos: [], problems: [problem], fileCount: 1 };
    }
  }
}

/** False for what is not there, or cannot be looked at: reading it says why. */
function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

const unreadable = (path: string, reason: string): OperationError =>
  new OperationError("unreadable", `cannot read ${path}: ${reason}`, { retryable: false });

/** Texts of the files that problems have a place in, for the line and the caret; read as they were read for the problem. */
function sourcesOf(problems: readonly Problem[]): ReadonlyMap<string, string> {
  const sources = new Map<string, string>();
  for (const { file, line } of problems) {
    if (file === undefined || line === undefined || sources.has(file)) continue;
    const content = readRuleText(file);
    if (content.kind === "text") sources.set(file, content.text);
  }
  return sources;
}

const plural = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;
