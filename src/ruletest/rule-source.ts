/** The rules that a script names or holds → SLOs, read as `serve` would. */
import { statSync } from "node:fs";
import { dirname, join, isAbsolute } from "node:path";
import {
  loadRules,
  lostMembers,
  readNamedFiles,
  readRuleText,
  withExclusions,
  type SourceText,
} from "../rules/index.ts";
import { ProblemError, type Exclusion, type Problem, type Slo } from "../slo/index.ts";
import { refuse } from "./problem-codes.ts";
import type { Script, Statement } from "./script.ts";

type RulesLine = Extract<Statement, { readonly kind: "rules" }>;

/** All of them together: they may refer to each other, and to files of their folders. Throws `ProblemError`. */
export function readScriptRules(script: Script, lines: readonly RulesLine[]): readonly Slo[] {
  const texts: SourceText[] = [];
  const slos: Slo[] = [];
  const exclusions: Exclusion[] = [];
  const problems: Problem[] = [];
  for (const line of lines) {
    if ("yaml" in line.source) continue;
    const path = pathOf(script, line.source.path);
    if (isDirectory(path)) {
      const set = loadRules(path, { bucketMs: script.bucketMs, now: () => script.startMs });
      slos.push(...set.slos);
      problems.push(...set.problems);
    } else texts.push({ file: path, text: textOf(path, line) });
  }
  const inline = lines.flatMap(({ source }) => ("yaml" in source ? [source] : []));
  const inlineTexts = inline.map(({ line, yaml }): SourceText => {
    return { file: script.file, text: "\n".repeat(line) + yaml };
  });
  const readings = readNamedFiles(
    [...texts, ...inlineTexts],
    { bucketMs: script.bucketMs },
    dirname,
  );
  for (const [index, reading] of readings.entries()) {
    slos.push(...reading.slos);
    exclusions.push(...reading.exclusions);
    const indent = inline[index - texts.length]?.indent ?? 0;
    problems.push(...reading.problems.map((problem) => indented(problem, script, indent)));
  }
  problems.push(...lostMembers(slos));
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new ProblemError(errors);
  return withExclusions(slos, exclusions);
}

const pathOf = ({ file }: Script, path: string): string =>
  isAbsolute(path) ? path : join(dirname(file), path);

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function textOf(path: string, { place }: RulesLine): string {
  const content = readRuleText(path);
  switch (content.kind) {
    case "text":
      return content.text;
    case "gone":
      return refuse("rules-broken", place, `${path} does not exist`, "paths begin at the script");
    case "refused":
      throw new ProblemError([content.problem]);
  }
}

/** A problem of YAML in the script gets the place that it has there. */
function indented(problem: Problem, { file }: Script, indent: number): Problem {
  if (problem.file !== file) return problem;
  const { column, endColumn, ...rest } = problem;
  return {
    ...rest,
    ...(column !== undefined && { column: column + indent }),
    ...(endColumn !== undefined && { endColumn: endColumn + indent }),
  };
}
