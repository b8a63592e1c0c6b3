/** What is wrong with a capture, in the one shape of everything that is wrong with an input. */
import type { Problem } from "../slo/index.ts";
import type { CaptureProblemCode } from "./problem-codes.ts";

export type CaptureProblem = Problem & { readonly code: CaptureProblemCode };

export function captureProblem(
  code: CaptureProblemCode,
  file: string,
  message: string,
  more: Partial<Pick<Problem, "line" | "hint" | "path" | "severity">> = {},
): CaptureProblem {
  return { severity: "error", path: "", ...more, code, file, message };
}
