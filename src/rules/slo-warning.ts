/** Warnings about an SLO as a whole: at the line where it begins. */
import { sloProblem, type Problem, type Slo } from "../slo/index.ts";
import type { RuleProblemCode } from "./problem-codes.ts";

export const sloWarning = (
  code: RuleProblemCode,
  slo: Slo,
  message: string,
  hint: string,
): Problem => sloProblem(slo, { code, severity: "warning", message, hint });
