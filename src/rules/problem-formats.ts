/** Problems in the formats of others: GitHub's workflow commands, and SARIF for code scanning. */
import { formatProblem, type Problem } from "../slo/index.ts";
import { RULE_PROBLEM_CODES } from "./problem-codes.ts";

/**
 * One workflow command a problem, each ending in a newline (docs.github.com, "Workflow commands for GitHub Actions"):
 * `::error file=rules/a.yaml,line=3,col=5,title=objective-sign::…`. GitHub shows them at their lines in a pull request.
 */
export function githubProblems(problems: readonly Problem[]): string {
  return problems.map((problem) => `${githubCommand(problem)}\n`).join("");
}

function githubCommand({ severity, code, message, hint, file, line, column }: Problem): string {
  const properties = [
    ["file", file],
    ["line", line],
    ["col", column],
    ["title", code],
  ].flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${escapeProperty(String(value))}`],
  );
  const text = hint === undefined ? message : `${message} (hint: ${hint})`;
  return `::${severity} ${properties.join(",")}::${escapeData(text)}`;
}

/** A problem's text must not start a command of its own. */
const escapeData = (text: string): string =>
  text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const escapeProperty = (text: string): string =>
  escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");

/** A SARIF 2.1.0 log (OASIS) with one run: what code scanning and editors read. */
export function sarifProblems(problems: readonly Problem[], version: string): object {
  const codes = [...new Set(problems.map(({ code }) => code))].sort();
  const texts: Readonly<Record<string, string>> = RULE_PROBLEM_CODES;
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "slowburn",
            version,
            rules: codes.map((id) => ({ id, shortDescription: { text: texts[id] ?? id } })),
          },
        },
        results: problems.map((problem) => sarifResult(problem, codes)),
      },
    ],
  };
}

function sarifResult(problem: Problem, codes: readonly string[]): object {
  const { code, severity, message, hint, file, line, column } = problem;
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: severity,
    message: { text: hint === undefined ? message : `${message} (hint: ${hint})` },
    locations: file === undefined ? [] : [{ physicalLocation: locationOf(file, line, column) }],
    // Lines move with every edit above them: what is wrong, and in which field, tells old from new.
    partialFingerprints: {
      "slowburn/v1": formatProblem({ code, severity, message, path: problem.path }),
    },
  };
}

const locationOf = (
  file: string,
  line: number | undefined,
  column: number | undefined,
): object => ({
  artifactLocation: { uri: file.split(/[\\/]/).map(encodeURIComponent).join("/") },
  ...(line === undefined
    ? {}
    : { region: { startLine: line, ...(column === undefined ? {} : { startColumn: column }) } }),
});
