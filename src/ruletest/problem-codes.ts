/** Every code a test script can be refused with; its rules may be refused with those of rules/problem-codes.ts besides. */
import { ProblemError } from "../slo/index.ts";

export const SCRIPT_PROBLEM_CODES = {
  "script-unreadable": "The script cannot be opened, or is over 1 MiB.",
  "script-empty": "Nothing is tested.",
  "unknown-statement": "A line that begins with no word of the language.",
  "script-syntax": "Something else must stand here.",
  "misplaced-line": "A line that cannot stand where it does.",
  "unknown-metric": "A series of a metric that no `metric` line declares.",
  "metric-twice": "A second `metric` line of the same metric.",
  "wrong-values": "Values that the metric's kind cannot have.",
  "off-grid": "A span that is no multiple of the export interval, or of the bucket.",
  "fraction-of-event": "A rate that comes to no whole number of events.",
  "series-busy": "The series is still loading what an earlier line gave it.",
  "time-backwards": "A moment that lies before the one that was reached.",
  "no-rules": "No rules are in force.",
  "rules-broken": "The rules that are to be tested have errors.",
  "unknown-slo": "No SLO of that name is in force, or several could be meant.",
  "unknown-window": "The SLO is not read over that window.",
  "unknown-label": "A label that the SLO is not split by, or several groups could be meant.",
} as const;

type ScriptProblemCode = keyof typeof SCRIPT_PROBLEM_CODES;

/** Where something stands in a script; from 1, `endColumn` exclusive. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
}

/** Throws `ProblemError` with one problem. */
export function refuse(
  code: ScriptProblemCode,
  place: Place,
  message: string,
  hint?: string,
): never {
  const { file, line, column, endColumn } = place;
  const at = { file, line, column, endColumn, path: "" };
  throw new ProblemError([
    { code, severity: "error", message, ...(hint === undefined ? {} : { hint }), ...at },
  ]);
}
