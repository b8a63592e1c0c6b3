/** Rule files, their states and problems as JSON. */
import type { Problem } from "../slo/index.ts";
import type { RuleProblemAnswer, RulesAnswer } from "./answers.ts";
import { moment } from "./moment.ts";
import type { RulesSample } from "./sources.ts";

export const rulesAnswer = ({ files, problems }: RulesSample): RulesAnswer => ({
  files: files.map(({ file, state, sloCount, loadedAt, problems: own }) => ({
    file,
    state,
    sloCount,
    loadedAt: moment(loadedAt),
    problems: own.map(problemOf),
  })),
  problems: problems.map(problemOf),
});

export const problemOf = (problem: Problem): RuleProblemAnswer => ({
  code: problem.code,
  severity: problem.severity,
  message: problem.message,
  hint: problem.hint ?? null,
  file: problem.file ?? null,
  line: problem.line ?? null,
  column: problem.column ?? null,
  endColumn: problem.endColumn ?? null,
  path: problem.path,
});
