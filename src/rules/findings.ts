/** Collects the problems of one file, each at its place; readers add to it and never stop at the first. */
import type { Problem } from "../slo/index.ts";
import type { RuleProblemCode } from "./problem-codes.ts";
import type { FieldPath, Place, YamlDocument } from "./yaml-document.ts";

/** Beyond this many the rest is only counted: a file that is all wrong needs no longer list. */
const PROBLEM_LIMIT = 100;

export interface FindingOptions {
  readonly hint?: string | undefined;
  /** Point at the field's name instead of its value. */
  readonly at?: "key" | "value";
  /** Point at this character of the field's text. */
  readonly index?: number | undefined;
  /** And at all up to this one, exclusive. */
  readonly endIndex?: number | undefined;
  readonly severity?: "error" | "warning";
}

export class Findings<Code extends string = RuleProblemCode> {
  readonly file: string | undefined;
  readonly #problems: Problem[] = [];
  readonly #listed = new Set<string>();
  #unlistedCount = 0;
  #errorCount = 0;

  constructor(file: string | undefined) {
    this.file = file;
  }

  /** Also counts what is over the limit. */
  get errorCount(): number {
    return this.#errorCount;
  }

  /** In the order of the file. */
  get problems(): readonly Problem[] {
    const listed = this.#problems.toSorted(
      (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
    );
    const last = listed.at(-1);
    if (this.#unlistedCount === 0 || last === undefined) return listed;
    const message = `${last.message} (and ${this.#unlistedCount} more problems in this file)`;
    return [...listed.slice(0, -1), { ...last, message }];
  }

  /** A problem with a field of `document`. */
  add(
    code: Code,
    document: YamlDocument,
    path: FieldPath,
    message: string,
    options: FindingOptions = {},
  ): void {
    if (!this.#admit(options.severity)) return;
    const { at, index, endIndex } = options;
    const place =
      index === undefined
        ? document.placeOf(path, at)
        : document.placeInText(path, index, endIndex);
    this.#push(code, place, formatPath(path), message, options);
  }

  /** A problem with the text itself. */
  addAt(code: Code, place: Place | undefined, message: string, options: FindingOptions = {}): void {
    if (this.#admit(options.severity)) this.#push(code, place, "", message, options);
  }

  /** Takes over what was found apart. */
  adopt(problems: readonly Problem[]): void {
    for (const problem of problems) if (this.#admit(problem.severity)) this.#list(problem);
  }

  /** Takes over what was found apart, all of it as no more than a warning. */
  adoptAsWarnings(problems: readonly Problem[]): void {
    for (const problem of problems)
      if (this.#admit("warning")) this.#list({ ...problem, severity: "warning" });
  }

  #admit(severity: FindingOptions["severity"]): boolean {
    if (severity !== "warning") this.#errorCount++;
    if (this.#problems.length < PROBLEM_LIMIT) return true;
    this.#unlistedCount++;
    return false;
  }

  #push(
    code: Code,
    place: Place | undefined,
    path: string,
    message: string,
    options: FindingOptions,
  ): void {
    this.#list({
      code,
      severity: options.severity ?? "error",
      message,
      ...(options.hint === undefined ? {} : { hint: options.hint }),
      ...(this.file === undefined ? {} : { file: this.file }),
      ...place,
      path,
    });
  }

  /** What several SLOs share is read for each of them, and found wrong as often: said once. */
  #list(problem: Problem): void {
    const { file, code, line, column, message } = problem;
    const key = [file, line, column, code, message].join(" ");
    if (this.#listed.has(key)) return;
    this.#listed.add(key);
    this.#problems.push(problem);
  }
}

/** `slos.availability.alerts.tiers[0].factor`; a key with other characters is quoted: `where["http.route"]`. */
export function formatPath(path: FieldPath): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (!/^[\w-]+$/.test(part)) text += `[${JSON.stringify(part)}]`;
    else text += text === "" ? part : `.${part}`;
  }
  return text;
}
