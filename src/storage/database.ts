/** Opens the database file: is it ours, of a schema we know, and does it really sync? */
import { closeSync, existsSync, fsyncSync, openSync } from "node:fs";
import { dirname, join } from "node:path";
import { Sqlite, type Database } from "./sqlite.ts";
import { assert, OperationError } from "../slo/index.ts";
import { APPLICATION_ID, migrate, schemaVersion } from "./schema.ts";

export interface DatabaseSettings {
  readonly synchronous: "full" | "normal";
  /** 0: no limit but the disk. */
  readonly maxDatabaseBytes: number;
  readonly nowMs: number;
}

export const databasePath = (directory: string): string => join(directory, "slowburn.db");

/** Larger pages write more for a small entry and save no CPU that could be told from noise (README, decision 9). */
const PAGE_BYTES = 4096;

/** How long to wait for a reader's lock (someone looking with the sqlite3 tool). */
const BUSY_MS = 5000;

/** A new name survives a power cut only when its directory was synced. */
export function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Throws `foreign-directory` when the file is another program's, `schema-newer`, or SQLite's own error when it is damaged.
 * `isOurs`: a sidecar of ours says that it was a slowburn database, whatever its header says now.
 */
export function openDatabase(path: string, settings: DatabaseSettings, isOurs: boolean): Database {
  const isNew = !existsSync(path);
  const db = new Sqlite(path, { timeout: BUSY_MS });
  try {
    if (!isNew && !isOurs) refuseForeign(db, path);
    configure(db, settings);
    migrate(db);
    stamp(db, settings);
    if (isNew) syncDirectory(dirname(path));
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** An empty file is a start that was killed before its first commit. */
function refuseForeign(db: Database, path: string): void {
  const applicationId = readApplicationId(db);
  if (applicationId === APPLICATION_ID) return;
  const isEmpty =
    applicationId === 0 && db.prepare("SELECT count(*) FROM sqlite_master").pluck().get() === 0;
  if (isEmpty && schemaVersion(db) === 0) return;
  throw new OperationError(
    "foreign-directory",
    `${path} is not a slowburn database: choose another data directory`,
    { retryable: false },
  );
}

/** Undefined: not even an SQLite file. */
function readApplicationId(db: Database): number | undefined {
  try {
    return Number(db.pragma("application_id", { simple: true }));
  } catch (error) {
    if (error instanceof Sqlite.SqliteError && error.code === "SQLITE_NOTADB") return undefined;
    throw error;
  }
}

function configure(db: Database, settings: DatabaseSettings): void {
  db.pragma(`page_size = ${PAGE_BYTES}`); // Heeded for a new file only.
  db.pragma("journal_mode = WAL");
  db.pragma(`synchronous = ${settings.synchronous}`);
  db.pragma("fullfsync = ON"); // macOS: through the drive's cache too.
  db.pragma("checkpoint_fullfsync = ON");
  db.pragma("cell_size_check = ON");
  db.pragma("trusted_schema = OFF");
  if (settings.maxDatabaseBytes > 0) limitSize(db, settings.maxDatabaseBytes);
}

/** From there on writes fail with `disk-full`. Never below what is in use. */
function limitSize(db: Database, maxBytes: number): void {
  db.pragma(`max_page_count = ${Math.max(1, Math.floor(maxBytes / PAGE_BYTES))}`);
}

/** Writes once, then reads the sync level back: better-sqlite3 lowers it to NORMAL at the first write of a WAL database. */
function stamp(db: Database, settings: DatabaseSettings): void {
  const put = db.prepare("INSERT OR IGNORE INTO meta (key, value) VALUES (?, ?)");
  db.transaction(() => {
    put.run("created_ms", settings.nowMs);
    put.run("instance", Math.floor(Math.random() * 2 ** 48));
    db.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('opened_ms', ?)").run(
      settings.nowMs,
    );
  }).immediate();
  const level = Number(db.pragma("synchronous", { simple: true }));
  assert(level === (settings.synchronous === "full" ? 2 : 1), "SQLite syncs as it was told to");
  assert(db.pragma("journal_mode", { simple: true }) === "wal", "SQLite keeps a write-ahead log");
}

/** Which life of the database: a rebuilt one has another. */
export function instanceOf(db: Database): number {
  return Number(db.prepare("SELECT value FROM meta WHERE key = 'instance'").pluck().get());
}
