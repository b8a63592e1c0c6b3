/** Rule files and folders that a command is given, read as `serve` would. */
import { statSync } from "node:fs";
import { dirname, resolve, sep } from "node:path";
import { loadConfig } from "../config/index.ts";
import {
  listRuleFiles,
  loadRules,
  readNamedFiles,
  readRuleText,
  withExclusions,
  type PublishedTemplate,
  type RuleSettings,
  type SourceText,
} from "../rules/index.ts";
import {
  OperationError,
  ProblemError,
  type Exclusion,
  type Problem,
  type Slo,
} from "../slo/index.ts";
import type { CliPorts } from "./ports.ts";

interface ReadPart {
  readonly slos: readonly Slo[];
  readonly problems: readonly Problem[];
  /** Of SLOs of whatever file is named. */
  readonly exclusions: readonly Exclusion[];
  readonly templates: readonly PublishedTemplate[];
  readonly fileCount: number;
}

export interface ReadRules extends Omit<ReadPart, "exclusions"> {
  /** What they were read under. */
  readonly settings: RuleSettings;
}

/** All of them together; the configured rules directory when none is named. Throws when one cannot be read at all. */
export function readPaths(paths: readonly string[], ports: CliPorts): ReadRules {
  const settings = readSettings(ports);
  const named = paths.length > 0 ? paths : [settings.rulesDirectory];
  const read = [...readFiles(named, settings), ...readDirectories(named, settings, ports.now)];
  const exclusions = read.flatMap((part) => part.exclusions);
  return {
    slos: withExclusions(
      read.flatMap(({ slos }) => slos),
      exclusions,
    ),
    problems: read.flatMap(({ problems }) => problems),
    templates: read.flatMap(({ templates }) => templates),
    fileCount: read.reduce((sum, { fileCount }) => sum + fileCount, 0),
    settings,
  };
}

export interface RuleTexts {
  /** As they lie there, not read yet: a running server reads them. */
  readonly texts: readonly SourceText[];
  /** Of files that cannot be had. */
  readonly problems: readonly Problem[];
  /** A directory was named, or none: its files are all there are. */
  readonly isWhole: boolean;
}

/** The texts of what `readPaths` would read. Throws as it does. */
export function ruleTexts(paths: readonly string[], ports: CliPorts): RuleTexts {
  const named = paths.length > 0 ? paths : [readSettings(ports).rulesDirectory];
  const directories = named.filter(isDirectory);
  const listings = directories.map((path) => listRuleFiles(path));
  const found = namedTexts(named);
  const texts: SourceText[] = [...found.texts];
  const problems = [...found.problems, ...listings.flatMap((listing) => listing.problems)];
  for (const file of listings.flatMap(({ files }) => files)) {
    const content = readRuleText(file);
    if (content.kind === "text") texts.push({ file, text: content.text });
    if (content.kind === "refused") problems.push(content.problem);
  }
  return { texts, problems, isWhole: directories.length > 0 };
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
    const { slos, problems, files, templates = [] } = loadRules(path, { ...settings, now });
    return { slos, problems, exclusions: [], templates, fileCount: files.length }; // each has its own
  });
}

/** They may refer to one another's objects, and to what lies in their folder: the rules directory, or their own. */
function readFiles(paths: readonly string[], settings: ReadSettings): readonly ReadPart[] {
  const { texts, problems: refused } = namedTexts(paths);
  const { rulesDirectory } = settings;
  const isBelow = (file: string) => resolve(file).startsWith(resolve(rulesDirectory) + sep);
  const folderOf = (file: string) => (isBelow(file) ? rulesDirectory : dirname(file));
  const readings = readNamedFiles(texts, settings, folderOf);
  return [
    ...refused.map((problem) => ({
      slos: [],
      exclusions: [],
      problems: [problem],
      templates: [],
      fileCount: 1,
    })),
    ...readings.map(({ slos, exclusions, problems, templates = [] }) => {
      return { slos, exclusions, problems, templates, fileCount: 1 };
    }),
  ];
}

/** Of the paths that are no directories. Throws for one that is not there or may not be read. */
function namedTexts(paths: readonly string[]): Pick<RuleTexts, "texts" | "problems"> {
  const texts: SourceText[] = [];
  const problems: Problem[] = [];
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
        problems.push(problem);
        break;
      }
    }
  }
  return { texts, problems };
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
