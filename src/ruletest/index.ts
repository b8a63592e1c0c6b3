/**
 * Unit tests for rules: scripts in a small language of their own in; what holds of what they claim, out. A script's series
 * are sent as real OTLP through `replay`, so what passes here is what a server would count and page.
 */
export { SCRIPT_PROBLEM_CODES } from "./problem-codes.ts";
export { readScript } from "./read-script.ts";
export { renderVerdict, summaryText } from "./render-verdicts.ts";
export { runScript, type RunSettings } from "./run-script.ts";
export type { Script } from "./script.ts";
export { isPassed, type ScriptVerdict } from "./verdict.ts";
