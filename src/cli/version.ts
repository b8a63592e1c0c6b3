/** The version of package.json, wherever the build put this file. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Looks upwards from here: `src/cli` and `dist/src/cli` are both inside the package. */
export function packageVersion(): string {
  for (
    let dir = dirname(fileURLToPath(import.meta.url));
    dir !== dirname(dir);
    dir = dirname(dir)
  ) {
    const version = versionIn(join(dir, "package.json"));
    if (version !== undefined) return version;
  }
  return "unknown";
}

function versionIn(file: string): string | undefined {
  try {
    const read: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof read !== "object" || read === null || !("version" in read)) return undefined;
    return String(read.version);
  } catch {
    return undefined; // no package here: one folder up
  }
}
