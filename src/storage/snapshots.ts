/**
 * The tables `parts` and `snapshots`. A snapshot is a generation: it writes the parts that changed, and consists of the newest
 * version of every name up to its own generation. The last two generations can be read; what neither needs is deleted.
 */
import type { Database, Statement } from "./sqlite.ts";
import { checksum } from "./checksum.ts";
import type { JournalHead } from "./journal.ts";
import type { SnapshotPart } from "./store.ts";

/** The row of `snapshots`. `head` is the journal entry it stands at. */
export interface SnapshotHeader {
  readonly generation: number;
  readonly head: JournalHead;
  readonly takenMs: number;
  /** Over name, generation and checksum of every part. */
  readonly listCrc: number;
}

/** How many generations can be recovered. */
const KEPT = 2;

const LIVE_PARTS = `
  FROM parts p JOIN (SELECT name, max(generation) generation FROM parts WHERE generation <= ? GROUP BY name) newest
  ON p.name = newest.name AND p.generation = newest.generation WHERE p.body IS NOT NULL ORDER BY p.name`;

const headerCrc = (h: SnapshotHeader): number =>
  checksum(h.generation, h.head.seq, h.head.chain, h.takenMs, h.listCrc);

export const partCrc = (
  name: string,
  generation: number,
  seq: number,
  bytes: Uint8Array | undefined,
): number =>
  bytes === undefined
    ? checksum(name, generation, seq)
    : checksum(name, generation, seq, bytes, bytes.length);

/** Folds one part into the checksum of the list; parts come in the order of their names' UTF-8 bytes. */
export const listCrcAfter = (
  listCrc: number,
  name: string,
  generation: number,
  crc: number,
): number => checksum(listCrc, name, generation, crc);

export class SnapshotTables {
  readonly #db: Database;
  readonly #putPart: Statement;
  readonly #list: Statement;
  readonly #putHeader: Statement;
  readonly #superseded: Statement;
  readonly #deletePart: Statement;
  readonly #headers: Statement;
  readonly #bodies: Statement;

  constructor(db: Database) {
    this.#db = db;
    this.#putPart = db.prepare(
      "INSERT OR REPLACE INTO parts (name, generation, seq, crc, body) VALUES (?, ?, ?, ?, ?)",
    );
    this.#list = db.prepare(`SELECT p.name, p.generation, p.crc ${LIVE_PARTS}`);
    this.#putHeader = db.prepare(
      "INSERT INTO snapshots (generation, seq, chain, taken_ms, list_crc, crc) VALUES (?, ?, ?, ?, ?, ?)",
    );
    // Oldest first: a tombstone must not go before what it hides.
    this.#superseded = db.prepare(`
      SELECT id, coalesce(length(body), 0) size FROM parts WHERE generation <= :kept AND (body IS NULL OR EXISTS (
        SELECT 1 FROM parts newer
        WHERE newer.name = parts.name AND newer.generation > parts.generation AND newer.generation <= :kept
      )) ORDER BY generation LIMIT 256`);
    this.#deletePart = db.prepare("DELETE FROM parts WHERE id = ?");
    this.#headers = db.prepare("SELECT * FROM snapshots ORDER BY generation DESC");
    this.#bodies = db.prepare(`SELECT p.name, p.generation, p.seq, p.crc, p.body ${LIVE_PARTS}`);
  }

  /** Removes what an unfinished snapshot after `generation` left behind. Own transaction. */
  deleteAfter(generation: number): void {
    this.#db.prepare("DELETE FROM parts WHERE generation > ?").run(generation);
  }

  /** Call inside a transaction. */
  insertPart(part: SnapshotPart, generation: number, seq: number): void {
    const crc = partCrc(part.name, generation, seq, part.bytes);
    this.#putPart.run(part.name, generation, seq, crc, part.bytes ?? null);
  }

  /** Makes the generation real and forgets the headers of all but the last two. Call inside a transaction. */
  commit(generation: number, head: JournalHead, takenMs: number): SnapshotHeader {
    let listCrc = 0;
    for (const raw of this.#list.iterate(generation)) {
      const part = raw as { name: string; generation: number; crc: number };
      listCrc = listCrcAfter(listCrc, part.name, part.generation, part.crc);
    }
    const header: SnapshotHeader = { generation, head, takenMs, listCrc };
    this.#putHeader.run(generation, head.seq, head.chain, takenMs, listCrc, headerCrc(header));
    this.#db.prepare("DELETE FROM snapshots WHERE generation <= ?").run(generation - KEPT);
    return header;
  }

  /** Deletes up to `maxBytes` of versions that no kept generation reads; true while there are more. Own transaction. */
  prune(oldestKept: number, maxBytes: number): boolean {
    const rows = this.#superseded.all({ kept: oldestKept }) as { id: number; size: number }[];
    let bytes = 0;
    for (const row of rows) {
      if (bytes >= maxBytes) return true;
      this.#deletePart.run(row.id);
      bytes += row.size;
    }
    return rows.length === 256;
  }

  /** Newest first; undefined where a header fails its checksum. */
  *headers(): Generator<SnapshotHeader | undefined> {
    for (const raw of this.#headers.all()) yield parseHeader(raw as Record<string, unknown>);
  }

  /** The raw rows of a generation, in the order of the list. */
  rawParts(generation: number): IterableIterator<unknown> {
    return this.#bodies.iterate(generation);
  }
}

function parseHeader(raw: Record<string, unknown>): SnapshotHeader | undefined {
  const { generation, seq, chain, taken_ms, list_crc, crc } = raw;
  if (typeof generation !== "number" || typeof seq !== "number") return undefined;
  if (typeof chain !== "number" || typeof taken_ms !== "number") return undefined;
  if (typeof list_crc !== "number") return undefined;
  const header = {
    generation,
    head: { seq, chain, committedMs: taken_ms },
    takenMs: taken_ms,
    listCrc: list_crc,
  };
  return headerCrc(header) === crc ? header : undefined;
}
