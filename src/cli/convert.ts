/** `slowburn convert`: SLO files of any format as native ones, or as OpenSLO. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Option, type Command } from "commander";
import {
  CONVERT_TARGETS,
  convertSlos,
  type ConvertedFile,
  type ConvertTarget,
} from "../convert/index.ts";
import { renderProblems } from "../rules/index.ts";
import { OperationError } from "../slo/index.ts";
import { hasColours } from "./colours.ts";
import { EXIT } from "./exit-codes.ts";
import type { CliPorts } from "./ports.ts";
import { readPaths } from "./rule-paths.ts";

const EXAMPLES = `
Examples:
  $ slowburn convert sloth/ --to native                one document a service, on standard output
  $ slowburn convert sloth/ --to native --out rules/   one file a service
  $ slowburn convert rules/checkout.yaml --to openslo

Each SLO is read back before it is written: what it counts, its objective, window, groups and alerts are the same.
What OpenSLO has no word for stands in annotations of slowburn.dev, which other tools pass by.
An SLO that the format cannot hold is said and left out, and the command exits with 1.`;

interface ConvertOptions {
  readonly to: ConvertTarget;
  readonly out?: string;
  readonly force?: true;
}

export function addConvert(
  program: Command,
  ports: CliPorts,
  done: (exitCode: number) => void,
): void {
  program
    .command("convert")
    .summary("write SLO files in another format")
    .description("Writes SLOs of any format as native files, or as OpenSLO v1.")
    .argument("[paths...]", "files or directories; the configured rules directory by default")
    .addOption(
      new Option("--to <format>", "what to convert to")
        .choices(CONVERT_TARGETS)
        .makeOptionMandatory(),
    )
    .option("--out <dir>", "folder to write a file for each service to; made when it is missing")
    .option("--force", "overwrite files that are there")
    .addHelpText("after", EXAMPLES)
    .action((paths: readonly string[], options: ConvertOptions) => {
      done(convert(paths, options, ports));
    });
}

function convert(paths: readonly string[], options: ConvertOptions, ports: CliPorts): number {
  const { slos, problems, settings } = readPaths(paths, ports);
  const { files, problems: refused } = convertSlos(slos, options.to, settings);
  const all = [...problems, ...refused];
  ports.err(renderProblems(all, { colour: hasColours(ports) }));
  if (options.out === undefined) ports.out(files.map(({ text }) => text).join("---\n"));
  else ports.out(writeFiles(options.out, files, options.force === true).join(""));
  return all.some(({ severity }) => severity === "error") ? EXIT.found : EXIT.fine;
}

/** All or none where one is there already. A line for each. */
function writeFiles(
  folder: string,
  files: readonly ConvertedFile[],
  isForced: boolean,
): readonly string[] {
  const named = nameFiles(files).map(({ name, file }) => ({ path: join(folder, name), file }));
  const there = named.map(({ path }) => path).filter((path) => existsSync(path));
  if (there.length > 0 && !isForced) {
    const which = there.length === 1 ? there[0] : `${there[0]} and ${there.length - 1} more`;
    throw new OperationError("exists", `${which} would be overwritten: --force does it`, {
      retryable: false,
    });
  }
  try {
    mkdirSync(folder, { recursive: true });
    return named.map(({ path, file }) => {
      writeFileSync(path, file.text);
      return `wrote ${path} (${file.sloCount} SLO${file.sloCount === 1 ? "" : "s"})\n`;
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `cannot write the files: ${reason}`;
    throw new OperationError("unwritable", message, { cause, retryable: false });
  }
}

/** `a:b` is no file's name everywhere; of services whose names differ only in that, or in case, the later get a number. */
function nameFiles(
  files: readonly ConvertedFile[],
): readonly { readonly name: string; readonly file: ConvertedFile }[] {
  const taken = new Set<string>();
  return files.map((file) => {
    const base = file.service.replaceAll(":", "_");
    let name = base;
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${base}-${number}`;
    taken.add(name.toLowerCase());
    return { name: `${name}.yaml`, file };
  });
}
