/** Compiles `src` as it ships, for tests that need slowburn in a process of its own (Node 20 loads no .ts). */
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

export const ROOT: string = new URL("../../", import.meta.url).pathname;

/** One folder per vitest worker: workers do not overwrite what another one's children load. */
const FOLDER = `.e2e-test-${process.env["VITEST_POOL_ID"] ?? "0"}`;

let building: Promise<string> | undefined;

/** The directory of the built `src`. Under dist, where the package's dependencies and module type apply. */
export function buildSlowburn(): Promise<string> {
  return (building ??= build());
}

async function build(): Promise<string> {
  const out = join(ROOT, "dist", FOLDER);
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
