/** The one shape of everything that is wrong with an input: rule files, configuration, flags (STYLE section 6). */
import type { Slo } from "./slo.ts";

export interface Problem {
  /** Stable, kebab-case, documented in src/rules/README.md: tests and scripts match on it. */
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  /** What to write instead. */
  readonly hint?: string;
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
  /** Where the part that is meant ends in that line, exclusive; without it, the place is a point. */
  readonly endColumn?: number;
  /** The field, as `slos.availability.objective`. */
  readonly path: string;
}

/** About an SLO as a whole: at the line where it begins. */
export function sloProblem(
  { name, source }: Pick<Slo, "name" | "source">,
  {
    hint,
    ...said
  }: Pick<Problem, "code" | "severity" | "message"> & { readonly hint?: string | undefined },
): Problem {
  return {
    ...said,
    ...(hint === undefined ? {} : { hint }),
    file: source.file,
    line: source.line,
    column: 1,
    path: `slos.${name}`,
  };
}

/** Input or configuration that cannot be used; carries every problem found. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join("\n"));
    this.problems = problems;
  }
}

/** Disk or network trouble. */
export class OperationError extends Error {
  override readonly name = "OperationError";
  readonly code: string;
  readonly retryable: boolean;
  constructor(code: string, message: string, options: { cause?: unknown; retryable: boolean }) {
    super(message, { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable;
  }
}

/** `rules/checkout.yaml:14:16 error objective-range: … (hint: …)`, on one line. */
export function formatProblem(problem: Problem): string {
  const { file, line, column, severity, code, message, hint, path } = problem;
  const place = [file, line, column].filter((part) => part !== undefined).join(":");
  const where = place !== "" ? place : path;
  return `${where} ${severity} ${code}: ${message}${hint === undefined ? "" : ` (hint: ${hint})`}`;
}
