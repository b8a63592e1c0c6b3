/**
 * The storage thread's side: one data directory, held open. Every call is synchronous and they come one at a time; the order
 * of `append` calls is the order of the journal.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { Sqlite, type Database } from "./sqlite.ts";
import { assert, type InvariantError, OperationError } from "../slo/index.ts";
import { databasePath, type DatabaseSettings, instanceOf, openDatabase } from "./database.ts";
import { type DirectoryLock, lockDirectory } from "./directory-lock.ts";
import type { Failpoint } from "./failpoint.ts";
import { asOpenError, asOperationError, isDamage } from "./failure.ts";
import { type HighWaterMark, HighWaterMarkFile, readHighWaterMark } from "./high-water-mark.ts";
import { JournalWriter } from "./journal-writer.ts";
import type { AppendRequest, OpenRequest, PartsRequest } from "./messages.ts";
import { finishRebuild, rebuild, recordDamage } from "./rebuild.ts";
import { readBack, type ReadBack } from "./recovery.ts";
import { SnapshotWriter } from "./snapshot-writer.ts";
import type { Recovery, StoreStats } from "./store.ts";

/** What is held between `open` and `recover`. */
interface Opened {
  readonly path: string;
  readonly settings: DatabaseSettings;
  readonly lock: DirectoryLock;
  readonly wasPresent: boolean;
  readonly mark: HighWaterMark | undefined;
  db: Database | undefined;
}

/** What is held after `recover`. */
interface Writers {
  readonly journal: JournalWriter;
  readonly snapshots: SnapshotWriter;
  readonly mark: HighWaterMarkFile;
}

export class DataDirectory {
  readonly #failpoint: Failpoint;
  #opened: Opened | undefined;
  #writers: Writers | undefined;
  /** After a failed write that may not be tried again: everything that follows is refused. */
  #broken: OperationError | InvariantError | undefined;

  constructor(failpoint: Failpoint) {
    this.#failpoint = failpoint;
  }

  /** Takes the directory, which is there. Throws `directory-locked`, `directory-unwritable`, `foreign-directory`, `schema-newer`, `disk-…`. */
  open(request: OpenRequest): void {
    assert(this.#opened === undefined, "a data directory is opened once");
    const { directory, synchronous, maxDatabaseBytes, nowMs } = request;
    const path = databasePath(directory);
    const settings = { synchronous, maxDatabaseBytes, nowMs };
    let lock: DirectoryLock | undefined;
    try {
      lock = lockDirectory(directory);
      finishRebuild(path, nowMs);
      const mark = readHighWaterMark(markPath(directory));
      const wasPresent = sizeOf(path) > 0;
      const db = openUnlessDamaged(path, settings, mark !== undefined);
      this.#opened = { path, settings, lock, wasPresent, mark, db };
    } catch (error) {
      lock?.release();
      throw asOpenError(error, directory);
    }
  }

  recover(nowMs: number): Recovery {
    const opened = this.#open();
    assert(this.#writers === undefined, "recovery comes once, before all else");
    try {
      const reading = this.#readAndRepair(opened, nowMs);
      const isFresh = !opened.wasPresent && (opened.mark?.seq ?? 0) === 0;
      return {
        isFresh,
        parts: reading.snapshot.parts,
        entries: reading.journal.rows.map(({ seq, body }) => ({ seq, body })),
        outbox: reading.outbox,
        lastSeq: reading.journal.head.seq,
        damage: [...reading.earlierDamage, ...reading.damage],
      };
    } catch (error) {
      throw asOperationError(error);
    }
  }

  #readAndRepair(opened: Opened, nowMs: number): ReadBack {
    const { path, settings, mark, wasPresent } = opened;
    const isUnreadable = opened.db === undefined;
    const db = (opened.db ??= new Sqlite(path));
    const isSameLife = mark !== undefined && mark.instance === readInstance(db);
    const read = readBack(db, isSameLife ? mark : undefined, nowMs);
    const reading = wasPresent ? read : withMissingDatabase(read, mark, nowMs);
    if (wasPresent && (reading.damage.length > 0 || isUnreadable)) {
      rebuild(path, db, reading, { ...settings, nowMs }, this.#failpoint);
      opened.db = openDatabase(path, settings, true);
    } else recordDamage(db, reading.damage);
    this.#startWriting(opened.db, opened, reading);
    return reading;
  }

  #startWriting(db: Database, opened: Opened, reading: ReadBack): void {
    const { snapshot, journal } = reading;
    const mark = new HighWaterMarkFile(markPath(join(opened.path, "..")));
    const journalWriter = new JournalWriter(
      db,
      journal.head,
      mark,
      instanceOf(db),
      this.#failpoint,
    );
    const snapshots = new SnapshotWriter(db, snapshot.header, snapshot.older, this.#failpoint);
    this.#writers = { journal: journalWriter, snapshots, mark };
  }

  append(request: AppendRequest): void {
    const { journal } = this.#write();
    this.#guard(() => journal.append(request));
  }

  beginSnapshot(): void {
    const { snapshots } = this.#write();
    this.#guard(() => snapshots.begin());
  }

  saveParts(request: PartsRequest): void {
    const { snapshots } = this.#write();
    this.#guard(() => snapshots.saveParts(request.parts, request.throughSeq));
  }

  commitSnapshot(throughSeq: number, takenMs: number): void {
    const { snapshots, journal } = this.#write();
    this.#guard(() => snapshots.commit(throughSeq, journal.head.seq, takenMs));
  }

  /** True while there is more to delete. */
  prune(): boolean {
    const { snapshots } = this.#write();
    return this.#guard(() => snapshots.prune());
  }

  /** Moves the log into the database and cuts it to nothing; a reader that is in the way leaves it for the next time. */
  checkpoint(): void {
    this.#write();
    this.#guard(() => this.#open().db?.pragma("wal_checkpoint(TRUNCATE)"));
    this.#failpoint("checkpoint:done");
  }

  stats(): StoreStats {
    const { path } = this.#open();
    const { journal, snapshots } = this.#held();
    return {
      databaseBytes: sizeOf(path),
      walBytes: sizeOf(`${path}-wal`),
      journalEntries: journal.entryCount(),
      snapshotSeq: snapshots.newestSeq,
    };
  }

  /** The last connection's close moves the log into the database. */
  close(): void {
    const opened = this.#opened;
    try {
      opened?.db?.close();
      this.#writers?.mark.close();
    } finally {
      opened?.lock.release();
      this.#opened = undefined;
      this.#writers = undefined;
    }
  }

  #open(): Opened {
    assert(this.#opened !== undefined, "the data directory is open");
    return this.#opened;
  }

  #held(): Writers {
    assert(this.#writers !== undefined, "recovery comes first");
    return this.#writers;
  }

  #write(): Writers {
    if (this.#broken !== undefined) throw this.#broken;
    return this.#held();
  }

  #guard<T>(step: () => T): T {
    try {
      return step();
    } catch (error) {
      const known = asOperationError(error);
      const passes = known instanceof OperationError && known.retryable;
      if (!passes) this.#broken = known;
      throw known;
    }
  }
}

const markPath = (directory: string): string => join(directory, "hwm");

function openUnlessDamaged(
  path: string,
  settings: DatabaseSettings,
  isOurs: boolean,
): Database | undefined {
  try {
    return openDatabase(path, settings, isOurs);
  } catch (error) {
    if (isDamage(error)) return undefined; // Recovery reads what it can, and says what it cannot.
    throw error;
  }
}

function readInstance(db: Database): number | undefined {
  try {
    return instanceOf(db);
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}

/** The sidecar is there and the database is not: someone deleted it. */
function withMissingDatabase(
  reading: ReadBack,
  mark: HighWaterMark | undefined,
  nowMs: number,
): ReadBack {
  if (mark === undefined || mark.seq === 0) return reading;
  const detail = `the database is gone; its journal had come to entry ${mark.seq}`;
  return { ...reading, damage: [{ detail, fromMs: 0, toMs: nowMs }] };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
