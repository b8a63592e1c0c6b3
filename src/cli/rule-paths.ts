/** Rule files and folders that a command is given, read as `serve` would. */
import { statSync } from "node:fs";
import { loadConfig } from "../config/index.ts";
import { loadRules, readRuleFile, readRuleText } from "../rules/index.ts";
import { OperationError, ProblemError, type Problem, type Slo } from "../slo/index.ts";
import type { CliPorts } from "./ports.ts";

export interface ReadRules {
  readonly slos: readonly Slo[];
  readonly problems: readonly Problem[];
  readonly fileCount: number;
}

/** All of them together; the configured rules directory when none is named. Throws when one cannot be read at all. */
export function readPaths(paths: readonly string[], ports: CliPorts): ReadRules {
  const settings = readSettings(ports);
  const named = paths.length > 0 ? paths : [settings.rulesDirectory];
  const read = named.map((path) => readPath(path, settings, ports.now));
  return {
    slos: read.flatMap(({ slos }) => slos),
    problems: read.flatMap(({ problems }) => problems),
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

function readPath(path: string, settings: ReadSettings, now: () => number): ReadRules {
  if (isDirectory(path)) {
    const { slos, problems, files } = loadRules(path, { ...settings, now });
    return { slos, problems, fileCount: files.length };
  }
  const content = readRuleText(path);
  switch (content.kind) {
    case "text":
      return { ...readRuleFile({ file: path, text: content.text }, settings), fileCount: 1 };
    case "gone":
      throw unreadable(path, "it does not exist");
    case "refused": {
      const { problem } = content;
      if (problem.code === "file-unreadable") throw unreadable(path, problem.message);
      return { slos: [], problems: [problem], fileCount: 1 };
    }
  }
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
