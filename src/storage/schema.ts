/** The tables, as a numbered list of steps. A step that was released is never edited; README.md has the format. */
import type { Database } from "./sqlite.ts";
import { OperationError } from "../slo/index.ts";

/** `slbn`: marks the file as ours (SQLite's application_id, offset 68 of the header). */
export const APPLICATION_ID = 0x736c626e;

/** Step i brings user_version from i to i + 1. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
  CREATE TABLE journal (
    seq INTEGER PRIMARY KEY,
    committed_ms INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    chain INTEGER NOT NULL,
    body BLOB NOT NULL
  ) STRICT;
  CREATE TABLE parts (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    generation INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    body BLOB,
    UNIQUE (name, generation)
  ) STRICT;
  CREATE TABLE snapshots (
    generation INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    chain INTEGER NOT NULL,
    taken_ms INTEGER NOT NULL,
    list_crc INTEGER NOT NULL,
    crc INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    order_key TEXT NOT NULL,
    target TEXT NOT NULL,
    dedupe_key TEXT NOT NULL,
    payload TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt_ms INTEGER NOT NULL,
    crc INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE damage (
    id INTEGER PRIMARY KEY,
    detail TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL
  ) STRICT;
  `,
];

export function schemaVersion(db: Database): number {
  return Number(db.pragma("user_version", { simple: true }));
}

/** Runs the missing steps in one transaction. Throws `schema-newer` for a file of a later slowburn. */
export function migrate(db: Database, migrations: readonly string[] = MIGRATIONS): void {
  const version = schemaVersion(db);
  if (version > migrations.length) {
    throw new OperationError(
      "schema-newer",
      `the data was written by a newer slowburn (schema ${version}, this one knows ${migrations.length}): use that version`,
      { retryable: false },
    );
  }
  if (version === migrations.length) return;
  db.transaction(() => {
    for (const step of migrations.slice(version)) db.exec(step);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${migrations.length}`);
  }).immediate();
}
