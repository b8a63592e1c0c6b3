/** `slowburn check`: what is wrong in rule files, before they run. */
import { Option, type Command } from "commander";
import {
  githubProblems,
  lintSlos,
  problemsToJson,
  renderProblems,
  sarifProblems,
} from "../rules/index.ts";
import { webAddress } from "./api-address.ts";
import { clientOf } from "./api-client.ts";
import { hasColours } from "./colours.ts";
import { EXIT } from "./exit-codes.ts";
import type { CliPorts } from "./ports.ts";
import { sourcesOf } from "./problem-sources.ts";
import { readPaths } from "./rule-paths.ts";
import { runningFacts } from "./running-facts.ts";
import { templatesText, templateUses, type TemplateUses } from "./template-uses.ts";

const EXAMPLES = `
Examples:
  $ slowburn check                        the rules directory of the configuration
  $ slowburn check rules/checkout.yaml    one file
  $ slowburn check --json rules | jq .errorCount
  $ slowburn check --format github        annotations in a pull request
  $ slowburn check --templates rules      templates, and who uses each
  $ slowburn check --format sarif > slowburn.sarif
  $ slowburn check rules --against http://127.0.0.1:4319

A directory is read as serve reads it: what only shows between files (an SLO defined twice, an object that is
referred to and nowhere) is found too. Files that are named together may refer to one another.
Lints are warnings: what loads, and is seldom meant. With --against they also tell what the series of a running slowburn
show: metrics and attributes that none has, thresholds off the real bucket bounds, objectives that the traffic cannot resolve.`;

const FORMATS = ["text", "json", "github", "sarif"] as const;
type Format = (typeof FORMATS)[number];

interface CheckOptions {
  readonly format: Format;
  readonly json?: true;
  readonly templates?: true;
  readonly against?: string;
  readonly tokenFile?: string;
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
    .option(
      "--against <url>",
      "the API of a running slowburn, whose series the rules are held against",
      webAddress,
    )
    .option("--token-file <file>", "file with the bearer token of that API")
    .addHelpText("after", EXAMPLES)
    .action(async (paths: readonly string[], options: CheckOptions) => {
      done(await check(paths, options, ports));
    });
}

async function check(
  paths: readonly string[],
  { format: asked, json, templates: isAskedFor, against, tokenFile }: CheckOptions,
  ports: CliPorts,
): Promise<number> {
  const format = json === true ? "json" : asked;
  const isListing = isAskedFor === true && format === "text";
  const { slos, fileCount, ...read } = readPaths(paths, ports);
  const running =
    against === undefined
      ? undefined
      : await runningFacts(clientOf({ url: against, tokenFile }, ports), slos);
  const lints = lintSlos(slos, { templates: read.templates, running });
  const summary = problemsToJson([...read.problems, ...lints]);
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
