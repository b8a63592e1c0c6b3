/** `slowburn plan`: what a change of rule files does to a running slowburn, before it is made. */
import { Option, type Command } from "commander";
import type { PlanAnswer, RulesAnswer } from "../api/index.ts";
import { problemsToJson, renderProblems } from "../rules/index.ts";
import type { Problem } from "../slo/index.ts";
import { webAddress } from "./api-address.ts";
import { clientOf } from "./api-client.ts";
import { hasColours, painter } from "./colours.ts";
import { EXIT } from "./exit-codes.ts";
import { planMarkdown } from "./plan-markdown.ts";
import { planText } from "./plan-text.ts";
import type { CliPorts } from "./ports.ts";
import { ruleTexts } from "./rule-paths.ts";

const EXAMPLES = `
Examples:
  $ slowburn plan                                   the configured rules directory, the configured server
  $ slowburn plan rules --against https://slowburn.example:4319 --token-file ./token
  $ slowburn plan rules/checkout.yaml               this file alone: SLOs of other files are left as they are
  $ slowburn plan --format markdown > plan.md       for a pull request

A directory stands for all that the server is to have: what it does not hold is removed. Nothing is changed there.
Exits with 0 when nothing changes, with 2 when something does, with 1 for errors: in the rules, or no answer.`;

const FORMATS = ["text", "json", "markdown"] as const;
type Format = (typeof FORMATS)[number];

interface PlanOptions {
  readonly against?: string;
  readonly tokenFile?: string;
  readonly format: Format;
}

export function addPlan(program: Command, ports: CliPorts, done: (exitCode: number) => void): void {
  program
    .command("plan")
    .summary("say what changed rule files would do to a running slowburn")
    .description(
      "Says which SLOs change and how, what becomes of their counts, which series they match, and budgets and alerts before and after.",
    )
    .argument("[paths...]", "files or a directory; the configured rules directory by default")
    .option(
      "--against <url>",
      "where the API of the running slowburn is; the configured address by default",
      webAddress,
    )
    .option("--token-file <file>", "file with the bearer token of the API")
    .addOption(
      new Option("--format <format>", "how the plan is printed").choices(FORMATS).default("text"),
    )
    .addHelpText("after", EXAMPLES)
    .action(async (paths: readonly string[], options: PlanOptions) => {
      done(await plan(paths, options, ports));
    });
}

async function plan(
  paths: readonly string[],
  { against, tokenFile, format }: PlanOptions,
  ports: CliPorts,
): Promise<number> {
  const { texts, problems, isWhole } = ruleTexts(paths, ports);
  const client = clientOf({ url: against, tokenFile }, ports);
  const answer = await client.plan({ files: texts, isWhole });
  const found = problemsToJson([...problems, ...answer.problems.map(problemOf)]);
  const isRefused = found.errorCount > 0;
  if (format === "json") {
    ports.out(`${JSON.stringify({ url: client.url, ...answer, ...found }, null, 2)}\n`);
  } else {
    const sources = new Map(texts.map(({ file, text }) => [file, text]));
    const shown = { sources, colour: hasColours(ports) };
    (isRefused ? ports.out : ports.err)(renderProblems(found.problems, shown));
    if (!isRefused) {
      const paint = painter(hasColours(ports));
      const text = format === "text" ? planText(answer, client.url, paint) : planMarkdown(answer);
      ports.out(text);
    }
  }
  if (isRefused) return EXIT.found;
  return isChange(answer) ? EXIT.changes : EXIT.fine;
}

const isChange = ({ changes }: PlanAnswer): boolean => changes.length > 0;

/** A problem as the server found it, to be shown as one of our own. */
function problemOf(answer: RulesAnswer["problems"][number]): Problem {
  const { code, severity, message, path, ...place } = answer;
  const said = Object.entries(place).filter(([, value]) => value !== null);
  return { code, severity, message, path, ...(Object.fromEntries(said) as Partial<Problem>) }; // the fields that were not null
}
