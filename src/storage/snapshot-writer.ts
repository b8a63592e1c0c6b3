/** Writes snapshots in slices, so that appends get in between, and deletes what no kept snapshot needs. */
import type { Database } from "./sqlite.ts";
import { assert } from "../slo/index.ts";
import type { Failpoint } from "./failpoint.ts";
import { JOURNAL_START, JournalTable } from "./journal.ts";
import { type SnapshotHeader, SnapshotTables } from "./snapshots.ts";
import type { SnapshotPart } from "./store.ts";

/** One slice of deletion: some 20 ms on a slow disk. */
const PRUNE_BYTES = 4 * 1024 * 1024;

export class SnapshotWriter {
  readonly #db: Database;
  readonly #tables: SnapshotTables;
  readonly #journal: JournalTable;
  readonly #failpoint: Failpoint;
  #newest: SnapshotHeader | undefined;
  #older: SnapshotHeader | undefined;

  constructor(
    db: Database,
    newest: SnapshotHeader | undefined,
    older: SnapshotHeader | undefined,
    failpoint: Failpoint,
  ) {
    this.#db = db;
    this.#tables = new SnapshotTables(db);
    this.#journal = new JournalTable(db);
    this.#failpoint = failpoint;
    this.#newest = newest;
    this.#older = older;
  }

  get newestSeq(): number {
    return this.#newest?.head.seq ?? 0;
  }

  /** Clears what an earlier attempt left; parts belong to no snapshot until `commit`. */
  begin(): void {
    this.#tables.deleteAfter(this.#newest?.generation ?? 0);
    this.#failpoint("snapshot:begun");
  }

  saveParts(parts: readonly SnapshotPart[], throughSeq: number): void {
    this.#db
      .transaction(() => {
        for (const part of parts) this.#tables.insertPart(part, this.#nextGeneration(), throughSeq);
      })
      .immediate();
    this.#failpoint("snapshot:parts");
  }

  /** `lastSeq`: where the journal is. The doubt of earlier damage is in the snapshot now. */
  commit(throughSeq: number, lastSeq: number, takenMs: number): void {
    assert(throughSeq <= lastSeq, "a snapshot stands at an entry that was committed");
    assert(throughSeq >= this.newestSeq, "a snapshot does not go back");
    const generation = this.#nextGeneration();
    const head = { seq: throughSeq, chain: this.#chainAt(throughSeq), committedMs: takenMs };
    const header = this.#db
      .transaction(() => {
        const committed = this.#tables.commit(generation, head, takenMs);
        this.#db.exec("DELETE FROM damage");
        this.#failpoint("snapshot:committing");
        return committed;
      })
      .immediate();
    this.#older = this.#newest;
    this.#newest = header;
    this.#failpoint("snapshot:committed");
  }

  /** Deletes a slice; true while there is more. With one snapshot only, the empty beginning is the other one. */
  prune(): boolean {
    const older = this.#older;
    if (older === undefined) return false;
    const isMore = this.#db
      .transaction(
        () =>
          this.#tables.prune(older.generation, PRUNE_BYTES) ||
          this.#journal.prune(older.head.seq, PRUNE_BYTES),
      )
      .immediate();
    this.#failpoint("prune:deleted");
    return isMore;
  }

  #nextGeneration(): number {
    return (this.#newest?.generation ?? 0) + 1;
  }

  #chainAt(seq: number): number {
    if (seq === 0) return JOURNAL_START.chain;
    const known = [this.#newest, this.#older].find((header) => header?.head.seq === seq);
    const chain = known?.head.chain ?? this.#journal.chainAt(seq);
    assert(chain !== undefined, "the entry a snapshot stands at is in the journal");
    return chain;
  }
}
