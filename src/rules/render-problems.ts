/** Problems for people and for scripts: one line each with its place, and on a terminal the source line and a caret. */
import { formatProblem, type Problem } from "../slo/index.ts";

export interface RenderSettings {
  /** Text by file, as in `Problem.file`; without it the source line is left out. */
  readonly sources?: ReadonlyMap<string, string>;
  /** Only for a terminal. */
  readonly colour?: boolean;
}

const MAX_LINE = 120;
const RESET = "\u001b[0m";
const STYLES = { error: "\u001b[31;1m", warning: "\u001b[33;1m", faint: "\u001b[2m" } as const;

/** Ends in a newline; empty when there are no problems. */
export function renderProblems(
  problems: readonly Problem[],
  settings: RenderSettings = {},
): string {
  const paint = (style: keyof typeof STYLES, text: string) =>
    settings.colour === true ? `${STYLES[style]}${text}${RESET}` : text;
  const lines: string[] = [];
  for (const problem of problems) {
    const { severity, code } = problem;
    const line = visible(formatProblem(problem));
    lines.push(line.replace(` ${severity} ${code}`, ` ${paint(severity, severity)} ${code}`));
    const excerpt = excerptOf(problem, settings.sources);
    if (excerpt === undefined) continue;
    lines.push(paint("faint", excerpt.margin) + excerpt.text);
    lines.push(paint("faint", excerpt.emptyMargin) + paint(severity, excerpt.mark));
  }
  return lines.map((line) => `${line}\n`).join("");
}

interface Excerpt {
  readonly margin: string;
  readonly emptyMargin: string;
  readonly text: string;
  /** Carets under the part that is meant. */
  readonly mark: string;
}

function excerptOf(
  { code, file, line, column, endColumn }: Problem,
  sources: ReadonlyMap<string, string> | undefined,
): Excerpt | undefined {
  if (code === "secret-reference") return undefined; // its line may hold the secret
  const source = file === undefined ? undefined : sources?.get(file);
  if (source === undefined || line === undefined || column === undefined) return undefined;
  const text = source.replace(/^\uFEFF/, "").split(/\r?\n/, line)[line - 1];
  if (text === undefined) return undefined;
  const start = column > MAX_LINE ? column - MAX_LINE / 2 : 0;
  const shown = visible(text.slice(start, start + MAX_LINE));
  const number = String(line).padStart(5);
  const indent = Math.max(0, column - 1 - start);
  const width = Math.max(1, Math.min(endColumn ?? 0, start + shown.length + 1) - column);
  return {
    margin: `${number} | `,
    emptyMargin: `${" ".repeat(number.length)} | `,
    text: shown,
    mark: " ".repeat(indent) + "^".repeat(width),
  };
}

/** A rule file must not steer the terminal it is shown on. */
function visible(text: string): string {
  return text
    .replaceAll("\t", " ")
    .replaceAll(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, "\u00b7");
}

/** What `--json` prints: the problems and how many of each severity. */
export function problemsToJson(problems: readonly Problem[]): {
  readonly errorCount: number;
  readonly warningCount: number;
  readonly problems: readonly Problem[];
} {
  const errorCount = problems.filter(({ severity }) => severity === "error").length;
  return { errorCount, warningCount: problems.length - errorCount, problems };
}
