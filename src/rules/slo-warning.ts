/** Warnings about an SLO as a whole: at the line where it begins. */
import type { Problem, Slo } from "../slo/index.ts";
import type { RuleProblemCode } from "./problem-codes.ts";

export const sloWarning = (
  code: RuleProblemCode,
  { source, name }: Slo,
  message: string,
  hint: string,
): Problem => ({
  code,
  severity: "warning",
  message,
  hint,
  file: source.file,
  line: source.line,
  column: 1,
  path: `slos.${name}`,
});
