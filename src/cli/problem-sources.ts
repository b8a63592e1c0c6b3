/** Texts of the files that problems have a place in, for the line and the caret. */
import { readRuleText } from "../rules/index.ts";
import type { Problem } from "../slo/index.ts";

/** Read as they were read for the problem. */
export function sourcesOf(problems: readonly Problem[]): ReadonlyMap<string, string> {
  const sources = new Map<string, string>();
  for (const { file, line } of problems) {
    if (file === undefined || line === undefined || sources.has(file)) continue;
    const content = readRuleText(file);
    if (content.kind === "text") sources.set(file, content.text);
  }
  return sources;
}
