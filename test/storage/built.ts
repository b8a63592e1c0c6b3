/** Compiles the storage room as it ships, for tests that need a process of their own or the thread (Node 20 loads no .ts). */
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const root = new URL("../../", import.meta.url).pathname;

/** Returns the directory of the built `src/storage`. Under dist, where the package's dependencies and module type apply. */
export async function buildStorage(): Promise<string> {
  const out = join(root, "dist", ".storage-test");
  await mkdir(out, { recursive: true });
  const config = {
    extends: "../../tsconfig.json",
    compilerOptions: {
      rootDir: "../..",
      outDir: ".",
      declaration: false,
      isolatedDeclarations: false,
      incremental: false,
      noCheck: true, // `npm run check` does that, for all rooms.
    },
    include: ["../../src/storage"],
  };
  const path = join(out, "tsconfig.json");
  await writeFile(path, JSON.stringify(config));
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  await promisify(execFile)(process.execPath, [compiler, "-p", path]);
  return join(out, "src", "storage");
}
