/** Compiles `src` as it ships, for tests that need slowburn in a process of its own (Node 20 loads no .ts). */
import { execFile } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const ROOT: string = new URL("../../", import.meta.url).pathname;

const DIST = join(ROOT, "dist");
const PREFIX = ".e2e-test-";
/** One folder per run and worker: no other one overwrites what its children load. */
const FOLDER = `${PREFIX}${process.ppid}-${process.env["VITEST_POOL_ID"] ?? "0"}`;

let building: Promise<string> | undefined;

/** The directory of the built `src`. Under dist, where the package's dependencies and module type apply. */
export function buildSlowburn(): Promise<string> {
  return (building ??= build());
}

async function build(): Promise<string> {
  removeLeftovers();
  const out = join(DIST, FOLDER);
  await mkdir(out, { recursive: true });
  const config = {
    extends: "../../tsconfig.json",
    compilerOptions: {
      rootDir: "../..",
      outDir: ".",
      declaration: false,
      isolatedDeclarations: false,
      incremental: true,
      tsBuildInfoFile: "./built.tsbuildinfo",
      noCheck: true, // `npm run check` does that, for all rooms.
    },
    include: ["../../src"],
  };
  const path = join(out, "tsconfig.json");
  await writeFile(path, JSON.stringify(config));
  const compiler = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  await promisify(execFile)(process.execPath, [compiler, "-p", path]);
  return join(out, "src");
}

/** Folders of runs that have ended. */
function removeLeftovers(): void {
  if (!existsSync(DIST)) return;
  for (const name of readdirSync(DIST)) {
    if (!name.startsWith(PREFIX)) continue;
    const run = name.slice(PREFIX.length).split("-")[0] ?? "";
    if (!isAlive(Number(run))) rmSync(join(DIST, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
