/** Rule files and folders that a command is given, read as `serve` would. */
import { statSync } from "node:fs";
import { dirname, resolve, sep } from "node:path";
import { loadConfig } from "../config/index.ts";
import {
  loadRules,
  readNamedFiles,
  readRuleText,
  type PublishedTemplate,
  type SourceText,
} from "../rules/index.ts";
import { OperationError, ProblemError, type Problem, type Slo } from "../slo/index.ts";
import type { CliPorts } from "./ports.ts";

export interface ReadRules {
  readonly slos: readonly Slo[];
  readonly problems: readonly Problem[];
  readonly templates: readonly PublishedTemplate[];
  readonly fileCount: number;
}

/** All of them together; the configured rules directory when none is named. Throws when one cannot be read at all. */
export function readPaths(paths: readonly string[], ports: CliPorts): ReadRules {
  const settings = readSettings(ports);
  const named = paths.length > 0 ? paths : [settings.rulesDirectory];
  const read = [...readFiles(named, settings), ...readDirectories(named, settings, ports.now)];
  return {
    slos: read.flatMap(({ slos }) => slos),
    problems: read.flatMap(({ problems }) => problems),
    templates: read.flatMap(({ templates }) => templates),
    fileCount: read.reduce((sum, { fileCount }) => sum + fileCount, 0),
  };
}

interface ReadSettings {
  readonly rulesDirectory: string;
  readonly bucketMs: number;
  readonly groupLimitMax: number;
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
): readonly ReadRules[] {
  return paths.filter(isDirectory).map((path) => {
    const { slos, problems, files, templates = [] } = loadRules(path, { ...settings, now });
    return { slos, problems, templates, fileCount: files.length };
  });
}

/** They may refer to one another's objects, and to what lies in their folder: the rules directory, or their own. */
function readFiles(paths: readonly string[], settings: ReadSettings): readonly ReadRules[] {
  const texts: SourceText[] = [];
  const refused: ReadRules[] = [];
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
        refused.push({ slos: [], problems: [problem], templates: [], fileCount: 1 });
        break;
      }
    }
  }
  const { rulesDirectory } = settings;
  const isBelow = (file: string) => resolve(file).startsWith(resolve(rulesDirectory) + sep);
  const folderOf = (file: string) => (isBelow(file) ? rulesDirectory : dirname(file));
  const readings = readNamedFiles(texts, settings, folderOf);
  return [
    ...refused,
    ...readings.map(({ slos, problems, templates = [] }) => {
      return { slos, problems, templates, fileCount: 1 };
    }),
  ];
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
