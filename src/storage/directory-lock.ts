/**
 * One slowburn per data directory. The lock is SQLite's own (an operating system lock on the file `lock`), so it goes with the
 * process however that ends; `owner.json` beside it only serves the message. No other code opens `lock`: closing any other
 * descriptor of it would drop a POSIX lock of this process.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Sqlite, type Database } from "./sqlite.ts";
import { OperationError } from "../slo/index.ts";

export interface DirectoryLock {
  release(): void;
}

/** Throws `directory-locked`, naming the other process when it can. */
export function lockDirectory(directory: string): DirectoryLock {
  const db = new Sqlite(join(directory, "lock"), { timeout: 0 });
  try {
    db.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    db.close();
    if (!(error instanceof Sqlite.SqliteError) || error.code !== "SQLITE_BUSY") throw error;
    throw new OperationError(
      "directory-locked",
      `the data directory ${directory} is in use by another slowburn${ownerOf(directory)}: stop that one, or choose another directory`,
      { cause: error, retryable: false },
    );
  }
  writeFileSync(join(directory, "owner.json"), `${JSON.stringify({ pid: process.pid })}\n`);
  return { release: () => release(db) };
}

function release(db: Database): void {
  if (db.open) db.close();
}

function ownerOf(directory: string): string {
  try {
    const owner: unknown = JSON.parse(readFileSync(join(directory, "owner.json"), "utf8"));
    if (typeof owner === "object" && owner !== null && "pid" in owner) {
      return ` (process ${String(owner.pid)})`;
    }
  } catch {
    // The name is a courtesy: without a readable owner.json the sentence does without it.
  }
  return "";
}
