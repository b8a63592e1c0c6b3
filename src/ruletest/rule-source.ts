/** The rules that a script names or holds → SLOs, read as `serve` would. */
import { statSync } from "node:fs";
import { dirname, join, isAbsolute } from "node:path";
import { loadRules, readRuleFiles, readRuleText, type SourceText } from "../rules/index.ts";
import { ProblemError, type Problem, type Slo } from "../slo/index.ts";
import { refuse } from "./problem-codes.ts";
import type { Script, Statement } from "./script.ts";

type RulesLine = Extract<Statement, { readonly kind: "rules" }>;

/** All of them together: files that are named one below the other may refer to each other. Throws `ProblemError`. */
export function readScriptRules(script: Script, lines: readonly RulesLine[]): readonly Slo[] {
  const texts: SourceText[] = [];
  const slos: Slo[] = [];
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
  const readings = readRuleFiles(texts, { bucketMs: script.bucketMs });
  for (const reading of readings) {
    slos.push(...reading.slos);
    problems.push(...reading.problems);
  }
  for (const line of lines) {
    const reading = readInline(script, line);
    slos.push(...reading.slos);
    problems.push(...reading.problems);
  }
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new ProblemError(errors);
  return slos;
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

/** Its problems get the places that they have in the script. */
function readInline(
  { file, bucketMs }: Script,
  { source }: RulesLine,
): { readonly slos: readonly Slo[]; readonly problems: readonly Problem[] } {
  if (!("yaml" in source)) return { slos: [], problems: [] };
  const text = "\n".repeat(source.line) + source.yaml;
  const [reading] = readRuleFiles([{ file, text }], { bucketMs });
  const { slos = [], problems = [] } = reading ?? {};
  const shifted = (column: number | undefined) =>
    column === undefined ? undefined : column + source.indent;
  return {
    slos,
    problems: problems.map((problem) => {
      const { column: at, endColumn: end, ...rest } = problem;
      const [column, endColumn] = [shifted(at), shifted(end)];
      return {
        ...rest,
        ...(column !== undefined && { column }),
        ...(endColumn !== undefined && { endColumn }),
      };
    }),
  };
}
