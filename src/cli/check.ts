/** `slowburn check`: what is wrong in rule files, before they run. */
import { Option, type Command } from "commander";
import {
  githubProblems,
  lintSlos,
  problemsToJson,
  renderProblems,
  sarifProblems,
} from "../rules/index.ts";
import { hasColours } from "./colours.ts";
import { EXIT } from "./exit-codes.ts";
import type { CliPorts } from "./ports.ts";
import { sourcesOf } from "./problem-sources.ts";
import { readPaths } from "./rule-paths.ts";
import { templatesText, templateUses, type TemplateUses } from "./template-uses.ts";

const EXAMPLES = `
Examples:
  $ slowburn check                        the rules directory of the configuration
  $ slowburn check rules/checkout.yaml    one file
  $ slowburn check --json rules | jq .errorCount
  $ slowburn check --format github        annotations in a pull request
  $ slowburn check --templates rules      templates, and who uses each
  $ slowburn check --format sarif > slowburn.sarif

A directory is read as serve reads it: what only shows between files (an SLO defined twice, an object that is
referred to and nowhere) is found too. Files that are named together may refer to one another.
Lints are warnings: what loads, and is seldom meant.`;

const FORMATS = ["text", "json", "github", "sarif"] as const;
type Format = (typeof FORMATS)[number];

interface CheckOptions {
  readonly format: Format;
  readonly json?: true;
  readonly templates?: true;
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
    .option("--templates", "list templates, and the SLOs that a change of each would change")
    .addHelpText("after", EXAMPLES)
    .action((paths: readonly string[], options: CheckOptions) => {
      const format = options.json === true ? "json" : options.format;
      const isListing = options.templates === true && format === "text";
      done(check(paths, { format, isListing }, ports));
    });
}

function check(
  paths: readonly string[],
  { format, isListing }: { readonly format: Format; readonly isListing: boolean },
  ports: CliPorts,
): number {
  const { slos, fileCount, ...read } = readPaths(paths, ports);
  const summary = problemsToJson([...read.problems, ...lintSlos(slos, read.templates)]);
  const templates = templateUses(read.templates, slos);
  const counts = { fileCount, sloCount: slos.length, ...summary, templates };
  ports.out(textOf(format, counts, ports) + (isListing ? templatesText(templates) : ""));
  return summary.errorCount > 0 ? EXIT.found : EXIT.fine;
}

type Counts = ReturnType<typeof problemsToJson> & {
  readonly fileCount: number;
  readonly sloCount: number;
  readonly templates: readonly TemplateUses[];
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

function summaryLine(counts: Counts): string {
  const { fileCount, sloCount, errorCount, warningCount, templates } = counts;
  const found = `${plural(errorCount, "error")}, ${plural(warningCount, "warning")}`;
  const published = templates.length === 0 ? "" : `, ${plural(templates.length, "template")}`;
  return `${plural(fileCount, "file")}, ${plural(sloCount, "SLO")}${published}: ${found}\n`;
}

const plural = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;
