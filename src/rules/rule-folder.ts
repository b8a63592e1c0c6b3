/**
 * Which files of the rules directory are read. Links are followed, since Kubernetes and git-sync mount files as links, but
 * never out of the directory; names that start with a dot are not looked at (`..data`, editors' swap files).
 */
import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from "node:fs";
import { extname, join, sep } from "node:path";
import type { Problem } from "../slo/index.ts";
import type { RuleProblemCode } from "./problem-codes.ts";
import { MAX_TEXT_BYTES } from "./yaml-text.ts";

export interface FolderListing {
  /** The directory itself, links resolved; `undefined` when it cannot be read. */
  readonly root: string | undefined;
  /** As shown to people, sorted. */
  readonly files: readonly string[];
  /** Of the directory, or with `file` of one file that must not be read. */
  readonly problems: readonly Problem[];
}

const RULE_FILE = /\.(?:ya?ml|json)$/i;
/** Holds the JSON Schema, no rules. */
const SCHEMA_FOLDER = "schema";
const MAX_FOLDER_DEPTH = 16;
const DEFAULT_FILE_LIMIT = 10_000;

/** Every rule file below `directory`. Files that vanish meanwhile are left out. */
export function listRuleFiles(
  directory: string,
  fileLimit: number = DEFAULT_FILE_LIMIT,
): FolderListing {
  let root: string;
  try {
    root = realpathSync(directory);
    if (!statSync(root).isDirectory()) throw new Error("it is no directory");
  } catch (error) {
    const message = `the rules directory cannot be read: ${reasonOf(error)}`;
    const hint = "create it, or set rulesDirectory";
    return {
      root: undefined,
      files: [],
      problems: [problemOf("directory-unreadable", message, directory, hint)],
    };
  }
  const walk = new Walk(root, fileLimit);
  walk.enter(directory, root, 0);
  return { root, files: walk.files.toSorted(), problems: walk.problems };
}

const byName = (a: Dirent, b: Dirent): number => (a.name < b.name ? -1 : 1);

class Walk {
  readonly files: string[] = [];
  readonly problems: Problem[] = [];
  readonly #seen = new Set<string>();
  readonly #root: string;
  readonly #fileLimit: number;

  constructor(root: string, fileLimit: number) {
    this.#root = root;
    this.#fileLimit = fileLimit;
  }

  /** `shown` is the path as configured, `real` the same with links resolved. */
  enter(shown: string, real: string, depth: number): void {
    if (this.#seen.has(real) || depth > MAX_FOLDER_DEPTH) return;
    this.#seen.add(real);
    let entries: readonly Dirent[];
    try {
      entries = readdirSync(real, { withFileTypes: true }).toSorted(byName);
    } catch (error) {
      if (isGone(error)) return;
      const message = `the folder cannot be listed: ${reasonOf(error)}`;
      this.problems.push(problemOf("directory-unreadable", message, shown));
      return;
    }
    for (const entry of entries) {
      const { name } = entry;
      if (name.startsWith(".") || (depth === 0 && name === SCHEMA_FOLDER)) continue;
      const [shownPath, path] = [join(shown, name), join(real, name)];
      // No link, so it is where it seems to be: no need to ask further, ten thousand times (bench/rules-load.ts).
      if (entry.isDirectory()) this.enter(shownPath, path, depth + 1);
      else if (entry.isFile()) this.#takeRuleFile(shownPath, path);
      else this.#visit(shownPath, path, depth);
    }
  }

  #visit(shown: string, path: string, depth: number): void {
    try {
      const real = realpathSync(path);
      const stats = statSync(real);
      if (!RULE_FILE.test(shown) && !stats.isDirectory()) return;
      if (real !== this.#root && !real.startsWith(this.#root + sep)) {
        const message = "a link leaves the rules directory";
        this.problems.push(problemOf("file-outside-root", message, shown, "copy the file into it"));
      } else if (stats.isDirectory()) this.enter(shown, real, depth + 1);
      else this.#take(shown, real);
    } catch (error) {
      if (isGone(error)) this.#visitGone(shown, path);
      else this.problems.push(problemOf("file-unreadable", reasonOf(error), shown));
    }
  }

  /** What vanished meanwhile needs no word; a link that leads to nothing may stand for rules that do not run. */
  #visitGone(shown: string, path: string): void {
    const couldBeFolder = extname(shown) === "";
    if ((!RULE_FILE.test(shown) && !couldBeFolder) || !isLink(path)) return;
    const message = "a link that leads to nothing";
    this.problems.push(problemOf("file-unreadable", message, shown, "mend or remove it"));
  }

  #takeRuleFile(shown: string, real: string): void {
    if (RULE_FILE.test(shown)) this.#take(shown, real);
  }

  #take(shown: string, real: string): void {
    if (this.#seen.has(real)) return; // reached by another link already
    this.#seen.add(real);
    if (this.files.length < this.#fileLimit) this.files.push(shown);
    else if (!this.problems.some(({ code }) => code === "too-many-files")) {
      const message = `more than ${this.#fileLimit} rule files: this one and those behind it are not read`;
      this.problems.push(problemOf("too-many-files", message, shown));
    }
  }
}

export type FileText =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "gone" }
  | { readonly kind: "refused"; readonly problem: Problem };

/** Reads at most 1 MiB of a regular file: a pipe or device never blocks, a growing file never exhausts memory. */
export function readRuleText(file: string): FileText {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return refused("file-unreadable", "it is no regular file", file);
    if (stats.size > MAX_TEXT_BYTES) {
      const hint = "split it: every .yaml file of the directory is read";
      return refused("file-too-large", "the file is over 1 MiB", file, hint);
    }
    return { kind: "text", text: readFileSync(descriptor, "utf8") };
  } catch (error) {
    return isGone(error)
      ? { kind: "gone" }
      : refused("file-unreadable", `the file cannot be read: ${reasonOf(error)}`, file);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

const refused = (
  code: RuleProblemCode,
  message: string,
  file: string,
  hint?: string,
): FileText => ({
  kind: "refused",
  problem: problemOf(code, message, file, hint),
});

function problemOf(code: RuleProblemCode, message: string, file: string, hint?: string): Problem {
  return {
    code,
    severity: "error",
    message,
    file,
    path: "",
    ...(hint === undefined ? {} : { hint }),
  };
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false; // it vanished
  }
}

function isGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ENOTDIR";
}

/** Without the path: the problem names the file. */
function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOENT":
      return "it does not exist";
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "ELOOP":
      return "its links form a circle";
    case undefined:
      return message;
    default:
      return code;
  }
}
