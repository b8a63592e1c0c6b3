/**
 * Makes a directory that the operator named. One level at a time: Node's own `recursive` takes ENOENT for a missing parent and
 * tries again, for ever where the parent is there and cannot hold directories (below /proc; Node 20, both forms of mkdir).
 */
import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { OperationError } from "../slo/index.ts";

/**
 * Makes `directory` and those above it that are missing; returns what was made, the outermost first. Throws `OperationError`
 * (`directory-unwritable`) when one cannot be made.
 */
export function makeDirectory(directory: string, mode: number = 0o777): readonly string[] {
  const missing: string[] = [];
  for (let path = resolve(directory); !isThere(path); path = dirname(path)) missing.unshift(path);
  return missing.filter((path) => makeOne(path, mode));
}

/** Whatever it is: what stands in the way of a directory is said by `mkdir`. The root is never missing. */
const isThere = (path: string): boolean => kindOf(path) !== "nothing" || path === dirname(path);

/** False: another process was faster. */
function makeOne(path: string, mode: number): boolean {
  try {
    mkdirSync(path, { mode });
    return true;
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    if (code === "EEXIST" && kindOf(path) === "directory") return false;
    const reason = REASONS[code] ?? code;
    throw new OperationError("directory-unwritable", `cannot make ${path}: ${reason}`, {
      cause,
      retryable: false,
    });
  }
}

function kindOf(path: string): "directory" | "other" | "nothing" {
  try {
    return statSync(path).isDirectory() ? "directory" : "other";
  } catch {
    return "nothing"; // or nothing that can be looked at; `mkdir` knows why
  }
}

/** What its parent, which is there, answers. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOTDIR: "what is above it is no directory",
  EEXIST: "something else has its name",
  ENOENT: "the file system takes no directories there",
  ENOSPC: "no room left",
};
