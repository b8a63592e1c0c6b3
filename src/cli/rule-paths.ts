/** Rule files and folders that a command is given, read as `serve` would. */
import { readFileSync, statSync } from "node:fs";
import { loadConfig } from "../config/index.ts";
import { loadRules, readRuleFile } from "../rules/index.ts";
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
  const text = readIfFile(path);
  if (text !== undefined) return { ...readRuleFile({ file: path, text }, settings), fileCount: 1 };
  const { slos, problems, files } = loadRules(path, { ...settings, now });
  return { slos, problems, fileCount: files.length };
}

/** The text of a file, `undefined` for a directory. Throws `OperationError` when neither can be read. */
function readIfFile(path: string): string | undefined {
  try {
    return statSync(path).isDirectory() ? undefined : readFileSync(path, "utf8");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
    const reason = code === "ENOENT" ? "it does not exist" : code;
    throw new OperationError("unreadable", `cannot read ${path}: ${reason}`, {
      cause,
      retryable: false,
    });
  }
}
