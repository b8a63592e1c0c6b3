/** Rule files and folders that a command is given, read as `serve` would. */
import { statSync } from "node:fs";
import { loadConfig } from "../config/index.ts";
import {
  loadRules,
  readRuleFiles,
  readRuleText,
  type RuleSettings,
  type SourceText,
} from "../rules/index.ts";
import { OperationError, ProblemError, type Problem, type Slo } from "../slo/index.ts";
import type { CliPorts } from "./ports.ts";

interface ReadPart {
  readonly slos: readonly Slo[];
  readonly problems: readonly Problem[];
  readonly fileCount: number;
}

export interface ReadRules extends ReadPart {
  /** What they were read under. */
  readonly settings: RuleSettings;
}

/** All of them together; the configured rules directory when none is named. Throws when one cannot be read at all. */
export function readPaths(paths: readonly string[], ports: CliPorts): ReadRules {
  const settings = readSettings(ports);
  const named = paths.length > 0 ? paths : [settings.rulesDirectory];
  const read = [...readNamedFiles(named, settings), ...readDirectories(named, settings, ports.now)];
  return {
    slos: read.flatMap(({ slos }) => slos),
    problems: read.flatMap(({ problems }) => problems),
    fileCount: read.reduce((sum, { fileCount }) => sum + fileCount, 0),
    settings,
  };
}

interface ReadSettings extends RuleSettings {
  readonly rulesDirectory: string;
}

function readSettings({ environment }: CliPorts): ReadSettings {
  const { config, problems } = loadConfig({ environment });
  if (config === undefined) throw new ProblemError(problems);
  const { rulesDirectory, bucketMs, limits } = config;
  return { rulesDirectory, bucketMs, groupLimitMax: limits.groups };
}

function readDirectories(
  paths: readonly string[],
  settings: ReadSettings,
  now: () => number,
): readonly ReadPart[] {
  return paths.filter(isDirectory).map((path) => {
    const { slos, problems, files } = loadRules(path, { ...settings, now });
    return { slos, problems, fileCount: files.length };
  });
}

/** Files that are named together may refer to one another's objects, as those of a directory may. */
function readNamedFiles(paths: readonly string[], settings: ReadSettings): readonly ReadPart[] {
  const texts: SourceText[] = [];
  const refused: ReadPart[] = [];
  for (const file of paths.filter((path) => !isDirectory(path))) {
    const content = readRuleText(file);
    switch (content.kind) {
      case "text":
        texts.push({ file, text: content.text });
        break;
      case "gone":
        throw unreadable(file, "it does not exist");
      case "refused": {
        const { problem } = content;
        if (problem.code === "file-unreadable") throw unreadable(file, problem.message);
        refused.push({ slos: [], problems: [problem], fileCount: 1 });
        break;
      }
    }
  }
  const readings = readRuleFiles(texts, settings);
  return [...refused, ...readings.map((reading) => ({ ...reading, fileCount: 1 }))];
}

/** False for what is not there, or cannot be looked at: reading it says why. */
function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

const unreadable = (path: string, reason: string): OperationError =>
  new OperationError("unreadable", `cannot read ${path}: ${reason}`, { retryable: false });
