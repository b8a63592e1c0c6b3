/** `slowburn check`: what is wrong in rule files, before they run. */
import { readFileSync, statSync } from "node:fs";
import type { Command } from "commander";
import { loadConfig } from "../config/index.ts";
import {
  loadRules,
  problemsToJson,
  readRuleFiles,
  renderProblems,
  type SourceText,
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

A directory is read as serve reads it: what only shows between files (an SLO defined twice, an object that is
referred to and nowhere) is found too. Files that are named together may refer to one another.`;

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
    .option("--json", "print problems as JSON")
    .addHelpText("after", EXAMPLES)
    .action((paths: readonly string[], { json }: { json?: true }) => {
      done(check(paths, json === true, ports));
    });
}

function check(paths: readonly string[], asJson: boolean, ports: CliPorts): number {
  const settings = checkSettings(ports);
  const named = paths.length > 0 ? paths : [settings.rulesDirectory];
  const results = checkPaths(named, settings, ports.now);
  const problems = results.flatMap((result) => result.problems);
  const summary = problemsToJson(problems);
  const sloCount = count(results.map((result) => result.slos.length));
  const fileCount = count(results.map((result) => result.fileCount));
  if (asJson) {
    ports.out(`${JSON.stringify({ fileCount, sloCount, ...summary }, null, 2)}\n`);
  } else {
    const colour = hasColours(ports);
    ports.out(renderProblems(problems, { colour, sources: sourcesOf(problems) }));
    const { errorCount, warningCount } = summary;
    const found = `${plural(errorCount, "error")}, ${plural(warningCount, "warning")}`;
    ports.out(`${plural(fileCount, "file")}, ${plural(sloCount, "SLO")}: ${found}\n`);
  }
  return summary.errorCount > 0 ? EXIT.found : EXIT.fine;
}

interface CheckSettings {
  readonly rulesDirectory: string;
  readonly bucketMs: number;
  readonly groupLimitMax: number;
}

function checkSettings({ environment }: CliPorts): CheckSettings {
  const { config, problems } = loadConfig({ environment });
  if (config === undefined) throw new ProblemError(problems);
  const { rulesDirectory, bucketMs, limits } = config;
  return { rulesDirectory, bucketMs, groupLimitMax: limits.groups };
}

/** Files may refer to one another's objects, as those of a directory may. */
function checkPaths(
  paths: readonly string[],
  settings: CheckSettings,
  now: () => number,
): readonly Checked[] {
  const sources = paths.flatMap((file): SourceText[] => {
    const text = readIfFile(file);
    return text === undefined ? [] : [{ file, text }];
  });
  const readings = readRuleFiles(sources, settings);
  return paths.map((path): Checked => {
    const reading = readings[sources.findIndex(({ file }) => file === path)];
    if (reading !== undefined) return { ...reading, fileCount: 1 };
    const { slos, problems, files } = loadRules(path, { ...settings, now });
    return { slos, problems, fileCount: files.length };
  });
}

/** The text of a file, `undefined` for a directory. Throws `OperationError` when neither can be read. */
function readIfFile(path: string): string | undefined {
  try {
    return statSync(path).isDirectory() ? undefined : readFileSync(path, "utf8");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
    const reason = code === "ENOENT" ? "it does not exist" : code;
    throw new OperationError("unreadable", `cannot read ${path}: ${reason}`, {
      cause,
      retryable: false,
    });
  }
}

/** Texts of the files that problems are in, for the line and the caret. */
function sourcesOf(problems: readonly Problem[]): ReadonlyMap<string, string> {
  const sources = new Map<string, string>();
  for (const { file } of problems) {
    if (file === undefined || sources.has(file)) continue;
    try {
      sources.set(file, readFileSync(file, "utf8"));
    } catch {
      // The problem says already that it cannot be read; it is shown without its line.
    }
  }
  return sources;
}

const count = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0);
const plural = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;
