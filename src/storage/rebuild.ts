/**
 * After damage the database is written anew from what was verified, and the old files stay beside it as `*.corrupt-<ms>`: going
 * on in a file whose trees are broken would break more, and what is set aside can still be looked at.
 * A crash at any point leaves either the old database or the new one (`finishRebuild`).
 */
import { existsSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { Database } from "./sqlite.ts";
import { openDatabase, syncDirectory, type DatabaseSettings } from "./database.ts";
import type { Failpoint } from "./failpoint.ts";
import { JournalTable } from "./journal.ts";
import { OutboxTable } from "./outbox-table.ts";
import type { ReadBack } from "./recovery.ts";
import { SnapshotTables } from "./snapshots.ts";
import type { Damage } from "./store.ts";

const rebuiltPath = (path: string): string => `${path}.rebuild`;

/** Ends what a crash interrupted: the old database leaves its place only when the new one is complete. */
export function finishRebuild(path: string, nowMs: number): void {
  const rebuilt = rebuiltPath(path);
  if (!existsSync(rebuilt)) return;
  if (existsSync(path)) {
    for (const suffix of ["", "-wal", "-shm"]) rmSync(rebuilt + suffix, { force: true });
    return;
  }
  placeRebuilt(path, nowMs);
}

/** Replaces the database at `path`; `damaged` is closed in between. Throws without a change when the disk is full. */
export function rebuild(
  path: string,
  damaged: Database,
  reading: ReadBack,
  settings: DatabaseSettings,
  failpoint: Failpoint,
): void {
  const rebuilt = rebuiltPath(path);
  for (const suffix of ["", "-wal", "-shm"]) rmSync(rebuilt + suffix, { force: true });
  const db = openDatabase(rebuilt, settings, true);
  try {
    db.transaction(() => writeAll(db, reading)).immediate();
    db.pragma("wal_checkpoint(TRUNCATE)");
  } finally {
    db.close();
  }
  failpoint("rebuild:written");
  renameSync(path, `${path}.corrupt-${settings.nowMs}`);
  failpoint("rebuild:moved");
  moveLogAside(path, settings.nowMs);
  damaged.close(); // Deletes `-wal` and `-shm` by name: before the new database takes the name.
  placeRebuilt(path, settings.nowMs);
  failpoint("rebuild:placed");
}

/** An old log beside the new database would be replayed into it. */
function moveLogAside(path: string, nowMs: number): void {
  if (existsSync(`${path}-wal`)) renameSync(`${path}-wal`, `${path}.corrupt-${nowMs}-wal`);
}

function placeRebuilt(path: string, nowMs: number): void {
  moveLogAside(path, nowMs);
  rmSync(`${path}-shm`, { force: true });
  renameSync(rebuiltPath(path), path);
  syncDirectory(dirname(path));
}

function writeAll(db: Database, reading: ReadBack): void {
  const { header, parts } = reading.snapshot;
  if (header !== undefined) {
    const snapshots = new SnapshotTables(db);
    for (const [name, bytes] of parts) {
      snapshots.insertPart({ name, bytes }, header.generation, header.head.seq);
    }
    snapshots.commit(header.generation, header.head, header.takenMs);
  }
  const journal = new JournalTable(db);
  for (const row of reading.journal.rows) journal.copy(row);
  const outbox = new OutboxTable(db);
  for (const row of reading.outbox) outbox.put(row);
  recordDamage(db, [...reading.earlierDamage, ...reading.damage]);
}

/** Kept until a snapshot carries the doubt. */
export function recordDamage(db: Database, damage: readonly Damage[]): void {
  const insert = db.prepare("INSERT INTO damage (detail, from_ms, to_ms) VALUES (?, ?, ?)");
  for (const { detail, fromMs, toMs } of damage) {
    insert.run(detail, Math.floor(fromMs), Math.ceil(toMs));
  }
}
