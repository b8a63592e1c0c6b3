/** `slowburn backtest`: recorded OTLP through the real engine under two rule sets. */
import { InvalidArgumentError, Option, type Command } from "commander";
import {
  backtest,
  compare,
  parseInjection,
  type BacktestOutcome,
  type InjectionSpec,
} from "../backtest/index.ts";
import { Capture } from "../capture/index.ts";
import { loadConfig } from "../config/index.ts";
import { lostMembers, renderProblems } from "../rules/index.ts";
import { isComposite, OperationError, ProblemError, type Problem, type Slo } from "../slo/index.ts";
import { backtestJson } from "./backtest-json.ts";
import { backtestReport, type BacktestView } from "./backtest-report.ts";
import { hasColours } from "./colours.ts";
import { EXIT } from "./exit-codes.ts";
import type { CliPorts } from "./ports.ts";
import { barText, Progress } from "./progress.ts";
import { markdownReport, textReport } from "./report.ts";
import { readPaths } from "./rule-paths.ts";

const EXAMPLES = `
Examples:
  $ slowburn backtest --from metrics.jsonl
  $ slowburn backtest --rules new-rules --from metrics-1.jsonl.gz metrics-2.jsonl.gz
  $ slowburn backtest --rules new-rules --against old-rules --from day.otlp --format markdown
  $ slowburn backtest --rules new-rules --from day.otlp --inject 2%@1h
  $ slowburn backtest --from day.otlp --inject checkout/availability:100%@1h/20m --inject search:5%@3h

A capture is what the Collector's file exporter writes (format json or proto, as it is or compressed), or slowburn record.
--inject SHARE@START[/LENGTH] makes that share of the good events bad, from START after the capture's begin; a service or an
SLO and a colon before it confine it. With --rules it is compared with --against, or else with the configured rules
directory. Budgets are those of the capture alone: of what was before it nothing is known.

Exits with 0 when the same alerts fire under both rule sets (or with one rule set), with 1 when they differ, with 2 when the
rules or the capture cannot be used.`;

const FORMATS = ["text", "json", "markdown"] as const;

interface BacktestOptions {
  readonly rules?: readonly string[];
  readonly against?: readonly string[];
  readonly from: readonly string[];
  readonly inject: readonly InjectionSpec[];
  readonly format: (typeof FORMATS)[number];
  readonly skipBroken?: true;
}

export function addBacktest(
  program: Command,
  ports: CliPorts,
  done: (exitCode: number) => void,
): void {
  program
    .command("backtest")
    .summary("say what a change of rules would have done")
    .description("Replays recorded OTLP under two rule sets, and compares alerts and budgets.")
    .requiredOption("--from <captures...>", "files of recorded OTLP; several are merged by time")
    .option("--rules <paths...>", "rule files or directories to try")
    .option("--against <paths...>", "what to compare with; the configured directory by default")
    .option("--inject <outage>", "make good events bad, repeatable", outage, [])
    .option("--skip-broken", "leave out records that are no OTLP, with a warning")
    .addOption(new Option("--format <format>", "of the report").choices(FORMATS).default("text"))
    .addHelpText("after", EXAMPLES)
    .action(async (options: BacktestOptions) => done(await run(options, ports)));
}

function outage(text: string, before: readonly InjectionSpec[]): readonly InjectionSpec[] {
  const spec = parseInjection(text);
  if (spec !== undefined) return [...before, spec];
  throw new InvalidArgumentError("Write it as 2%@1h, 100%@90m/20m, or checkout/latency:5%@1h.");
}

interface RuleSide {
  readonly name: string;
  readonly slos: readonly Slo[];
}

async function run(options: BacktestOptions, ports: CliPorts): Promise<number> {
  const { before, after } = readSides(options, ports);
  checkScopes(options.inject, [...(before?.slos ?? []), ...after.slos]);
  const sides = before === undefined ? [after] : [before, after];
  const told: Problem[] = [];
  const bucketMs = configuredBucketMs(ports);
  const outcome = await replayed(options, sides, bucketMs, ports, told);
  ports.err(renderProblems(told, { colour: hasColours(ports) }));
  const [first] = outcome.ruleSets;
  const last = outcome.ruleSets.at(-1);
  if (first === undefined || last === undefined) throw new Error("each rule set has an outcome");
  const comparison = compare(first, last, bucketMs);
  const view: BacktestView = {
    outcome,
    comparison,
    after: sideText(after),
    ...(before === undefined ? {} : { before: sideText(before) }),
    captures: options.from,
  };
  ports.out(rendered(view, options.format));
  return comparison.episodes.every(({ verdict }) => verdict === "same") ? EXIT.fine : EXIT.found;
}

function rendered(view: BacktestView, format: BacktestOptions["format"]): string {
  switch (format) {
    case "json":
      return `${JSON.stringify(backtestJson(view), null, 2)}\n`;
    case "markdown":
      return markdownReport(backtestReport(view));
    case "text":
      return textReport(backtestReport(view));
  }
}

const sideText = ({ name, slos }: RuleSide): string =>
  `${name} (${slos.length} SLO${slos.length === 1 ? "" : "s"})`;

/** Throws `ProblemError` for rules with errors: what does not load has no history to tell. */
function readSides(
  { rules, against }: BacktestOptions,
  ports: CliPorts,
): { readonly before?: RuleSide; readonly after: RuleSide } {
  const { rulesDirectory } = configOf(ports);
  const side = (paths: readonly string[]): RuleSide => {
    const { slos, problems } = readPaths(paths, ports);
    const errors = [...problems, ...lostMembers(slos)].filter(
      ({ severity }) => severity === "error",
    );
    if (errors.length > 0) throw new ProblemError(errors);
    if (slos.length === 0) throw failed("no-rules", `no SLO in ${paths.join(", ")}`);
    return { name: paths.join(", "), slos };
  };
  const after = side(rules ?? [rulesDirectory]);
  if (rules === undefined && against === undefined) return { after };
  return { before: side(against ?? [rulesDirectory]), after };
}

/** A mistyped scope must not read as an outage that nobody sees. */
function checkScopes(specs: readonly InjectionSpec[], slos: readonly Slo[]): void {
  for (const { scope, text } of specs) {
    const composite = slos.filter(isComposite).find(({ id }) => id === scope);
    if (composite !== undefined) {
      const members = composite.indicator.members.map(({ sloId }) => sloId).join(", ");
      const message = `--inject ${text}: ${composite.id} has no events of its own`;
      throw failed("no-such-slo", `${message}: inject into its members, ${members}`);
    }
    if (scope !== undefined && !slos.some(({ id, service }) => id === scope || service === scope))
      throw failed("no-such-slo", `--inject ${text}: no SLO or service ${scope} in the rules`);
  }
}

async function replayed(
  { from, inject, skipBroken }: BacktestOptions,
  sides: readonly RuleSide[],
  bucketMs: number,
  ports: CliPorts,
  told: Problem[],
): Promise<BacktestOutcome> {
  const progress = new Progress(ports);
  const onProblem = (problem: Problem): void => {
    if (problem.severity === "error" && skipBroken !== true) throw new ProblemError([problem]);
    told.push({ ...problem, severity: "warning" });
  };
  const captures: Capture[] = [];
  for (const file of from)
    captures.push(await Capture.open(file, { latestMs: ports.now(), onProblem }));
  const sizeBytes = captures.reduce((sum, capture) => sum + capture.sizeBytes, 0);
  const progressText = (nowMs: number): string => {
    const readBytes = captures.reduce((sum, capture) => sum + capture.readBytes, 0);
    return `${barText(readBytes / sizeBytes)}  ${new Date(nowMs).toISOString()}`;
  };
  try {
    const ruleSets = sides.map(({ slos }) => slos);
    const outcome = await backtest(captures, {
      ruleSets,
      bucketMs,
      injections: inject,
      onProgress: (nowMs) => progress.show(() => progressText(nowMs)),
    });
    if (outcome !== undefined) return outcome;
  } finally {
    progress.clear();
  }
  throw failed("empty-capture", `no metrics in ${from.join(", ")}`);
}

function configOf({ environment }: CliPorts) {
  const { config, problems } = loadConfig({ environment });
  if (config === undefined) throw new ProblemError(problems);
  return config;
}

const configuredBucketMs = (ports: CliPorts): number => configOf(ports).bucketMs;

const failed = (code: string, message: string): OperationError =>
  new OperationError(code, message, { retryable: false });
