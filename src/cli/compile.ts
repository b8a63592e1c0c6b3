/** `slowburn compile`: SLO files as Prometheus rules, for alerts that run elsewhere. */
import { writeFileSync } from "node:fs";
import { Option, type Command } from "commander";
import {
  compileRules,
  RULE_TARGETS,
  RULE_WRAPPERS,
  ruleFileText,
  type RuleFileSettings,
} from "../export/index.ts";
import { renderProblems } from "../rules/index.ts";
import { OperationError } from "../slo/index.ts";
import { hasColours } from "./colours.ts";
import { EXIT } from "./exit-codes.ts";
import type { CliPorts } from "./ports.ts";
import { readPaths } from "./rule-paths.ts";

const EXAMPLES = `
Examples:
  $ slowburn compile --to prometheus > slo-rules.yaml
  $ slowburn compile rules/checkout.yaml --to prometheus --wrapper PrometheusRule --out checkout-rules.yaml
  $ slowburn compile --to prometheus --target mimir --sloth-compatible

Names and labels are those of Sloth, so its dashboards show the SLOs. The ratio over the window is bad over all events;
--sloth-compatible gives Sloth's own expression instead, the mean of the ratios of 5 minutes.
An SLO that has no form in Prometheus rules is said and left out, and the command exits with 1.`;

interface CompileOptions extends RuleFileSettings {
  readonly out?: string;
  readonly slothCompatible?: true;
}

export function addCompile(
  program: Command,
  ports: CliPorts,
  done: (exitCode: number) => void,
): void {
  program
    .command("compile")
    .summary("write SLO files as Prometheus rules")
    .description(
      "Writes SLOs as Prometheus recording and alerting rules with Sloth's names and labels.",
    )
    .argument("[paths...]", "files or directories; the configured rules directory by default")
    .addOption(
      new Option("--to <language>", "what to compile to")
        .choices(["prometheus"])
        .makeOptionMandatory(),
    )
    .addOption(
      new Option("--target <target>", "what will read the rules")
        .choices(RULE_TARGETS)
        .default("prom2.42"),
    )
    .addOption(
      new Option("--wrapper <wrapper>", "the file's form").choices(RULE_WRAPPERS).default("plain"),
    )
    .option("--sloth-compatible", "Sloth's own expressions, its mean of ratios included")
    .option("--out <file>", "file to write to; standard output by default")
    .addHelpText("after", EXAMPLES)
    .action((paths: readonly string[], options: CompileOptions) => {
      done(compile(paths, options, ports));
    });
}

function compile(paths: readonly string[], options: CompileOptions, ports: CliPorts): number {
  const { slos, problems } = readPaths(paths, ports);
  const compiled = compileRules(slos, {
    isSlothCompatible: options.slothCompatible === true,
    version: ports.version,
  });
  const all = [...problems, ...compiled.problems];
  ports.err(renderProblems(all, { colour: hasColours(ports) }));
  const text = ruleFileText(compiled.groups, options);
  if (options.out === undefined) ports.out(text);
  else write(options.out, text);
  return all.some(({ severity }) => severity === "error") ? EXIT.found : EXIT.fine;
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OperationError("unwritable", `cannot write the rules: ${reason}`, {
      cause,
      retryable: false,
    });
  }
}
