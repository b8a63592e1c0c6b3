/** Files that somebody names one by one, although they refer to others of their folder. */
import { realpathSync } from "node:fs";
import { newCandidate } from "./candidate.ts";
import { refuseComposites, reportBroken } from "./composite-members.ts";
import { readRuleFiles, type RuleFileReading } from "./rule-file.ts";
import { listRuleFiles, readRuleText } from "./rule-folder.ts";
import type { RuleSettings } from "./rule-set.ts";
import type { SourceText } from "./yaml-text.ts";

/**
 * One reading per source. They may refer to one another; where one of them refers to what none of them holds, the files of
 * its folder are looked at as well.
 */
export function readNamedFiles(
  sources: readonly SourceText[],
  settings: RuleSettings,
  folderOf: (file: string) => string,
): readonly RuleFileReading[] {
  const readings = besideOthers(sources, readRuleFiles(sources, settings));
  const folders = sources
    .filter((_, index) => isLost(readings[index]))
    .map(({ file }) => folderOf(file));
  if (folders.length === 0) return readings;
  const others = textsOf(new Set(folders), new Set(sources.map(({ file }) => pathOf(file))));
  const all = [...sources, ...others];
  return besideOthers(all, readRuleFiles(all, settings)).slice(0, sources.length);
}

/** Each with what is wrong with members of its composites. */
function besideOthers(
  sources: readonly SourceText[],
  readings: readonly RuleFileReading[],
): readonly RuleFileReading[] {
  const candidates = readings.map((reading, index) =>
    newCandidate(sources[index]?.file ?? "", reading),
  );
  while (refuseComposites(candidates));
  reportBroken(candidates);
  return candidates.map(({ reading, conflicts }) =>
    conflicts.length === 0
      ? reading
      : { ...reading, problems: [...reading.problems, ...conflicts] },
  );
}

const LOST: ReadonlySet<string> = new Set(["missing-reference", "unknown-member"]);
const isLost = (reading: RuleFileReading | undefined): boolean =>
  reading?.problems.some(({ code }) => LOST.has(code)) === true;

function textsOf(folders: ReadonlySet<string>, taken: Set<string>): readonly SourceText[] {
  const texts: SourceText[] = [];
  for (const folder of folders)
    for (const file of listRuleFiles(folder).files) {
      if (taken.has(pathOf(file))) continue;
      taken.add(pathOf(file));
      const content = readRuleText(file);
      if (content.kind === "text") texts.push({ file, text: content.text });
    }
  return texts;
}

/** The same for all ways to name a file; a file that is not there (any more) is named by its name. */
function pathOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
