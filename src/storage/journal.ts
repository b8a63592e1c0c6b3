/**
 * The table `journal`: one row an entry, numbered without gaps, each with a checksum of its own and a link to all before it,
 * so that a changed, missing, swapped or added row is seen.
 */
import type { Database, Statement } from "./sqlite.ts";
import { checksum } from "./checksum.ts";
import { isDamage } from "./failure.ts";
import type { JournalEntry } from "./store.ts";

/** A place in the journal: the entry, its link, and when it was committed (wall clock, ms). */
export interface JournalHead {
  readonly seq: number;
  readonly chain: number;
  readonly committedMs: number;
}

export const JOURNAL_START: JournalHead = { seq: 0, chain: 0, committedMs: 0 };

export interface JournalRow extends JournalEntry, JournalHead {
  readonly crc: number;
}

export interface JournalReading {
  /** The good prefix, in order. */
  readonly rows: readonly JournalRow[];
  /** Its last row, or where the reading began. */
  readonly head: JournalHead;
  /** Why it ended before the last row of the table. */
  readonly fault: string | undefined;
}

const crcOf = (seq: number, committedMs: number, body: Uint8Array): number =>
  checksum(seq, committedMs, body);
const chainOf = (previous: number, crc: number): number => checksum(previous, crc);

export class JournalTable {
  readonly #insert: Statement;
  readonly #first: Statement;
  readonly #chain: Statement;
  readonly #sizes: Statement;
  readonly #delete: Statement;
  readonly #rows: Statement;

  constructor(db: Database) {
    this.#insert = db.prepare(
      "INSERT INTO journal (seq, committed_ms, crc, chain, body) VALUES (?, ?, ?, ?, ?)",
    );
    this.#first = db.prepare("SELECT coalesce(min(seq), 0) FROM journal").pluck();
    this.#chain = db.prepare("SELECT chain FROM journal WHERE seq = ?").pluck();
    this.#sizes = db.prepare(
      "SELECT seq, length(body) size FROM journal WHERE seq <= ? ORDER BY seq LIMIT 256",
    );
    this.#delete = db.prepare("DELETE FROM journal WHERE seq <= ?");
    this.#rows = db.prepare(
      "SELECT seq, committed_ms, crc, chain, body FROM journal WHERE seq > ? ORDER BY seq",
    );
  }

  /** Adds the entry after `head`; call inside a transaction. */
  insert(head: JournalHead, committedMs: number, body: Uint8Array): JournalHead {
    const seq = head.seq + 1;
    const crc = crcOf(seq, committedMs, body);
    const chain = chainOf(head.chain, crc);
    this.#insert.run(seq, committedMs, crc, chain, body);
    return { seq, chain, committedMs };
  }

  /** Copies a row that was read back, as it is. */
  copy(row: JournalRow): void {
    this.#insert.run(row.seq, row.committedMs, row.crc, row.chain, row.body);
  }

  /** Reads what comes after `start`, up to the first row that is not what was written. */
  readAfter(start: JournalHead): JournalReading {
    const rows: JournalRow[] = [];
    let head = start;
    try {
      for (const raw of this.#rows.iterate(start.seq)) {
        const row = parseRow(raw);
        const fault = row === undefined ? "is not readable" : faultOf(row, head);
        if (row === undefined || fault !== undefined) {
          return { rows, head, fault: `journal entry ${head.seq + 1} ${fault}` };
        }
        rows.push(row);
        head = { seq: row.seq, chain: row.chain, committedMs: row.committedMs };
      }
    } catch (error) {
      if (!isDamage(error)) throw error;
      return { rows, head, fault: `journal entry ${head.seq + 1}: ${(error as Error).message}` };
    }
    return { rows, head, fault: undefined };
  }

  /** Deletes up to `maxBytes` of the oldest entries through `throughSeq`; true while there are more. Own transaction. */
  prune(throughSeq: number, maxBytes: number): boolean {
    const rows = this.#sizes.all(throughSeq) as { seq: number; size: number }[];
    let bytes = 0;
    let lastSeq = 0;
    for (const row of rows) {
      if (bytes >= maxBytes) break;
      bytes += row.size;
      lastSeq = row.seq;
    }
    if (lastSeq > 0) this.#delete.run(lastSeq);
    return lastSeq > 0 && lastSeq < throughSeq;
  }

  /** The oldest entry held, 0 when there is none. */
  firstSeq(): number {
    return Number(this.#first.get());
  }

  /** The link of an entry that is held. */
  chainAt(seq: number): number | undefined {
    const chain = this.#chain.get(seq);
    return typeof chain === "number" ? chain : undefined;
  }
}

function faultOf(row: JournalRow, head: JournalHead): string | undefined {
  if (row.seq !== head.seq + 1) return `is missing (the next is ${row.seq})`;
  if (row.crc !== crcOf(row.seq, row.committedMs, row.body)) return "fails its checksum";
  if (row.chain !== chainOf(head.chain, row.crc)) return "does not follow the one before it";
  return undefined;
}

/** A damaged row can hold any type in any column. */
function parseRow(raw: unknown): JournalRow | undefined {
  const { seq, committed_ms, crc, chain, body } = raw as Record<string, unknown>;
  if (typeof seq !== "number" || typeof committed_ms !== "number") return undefined;
  if (typeof crc !== "number" || typeof chain !== "number") return undefined;
  if (!(body instanceof Uint8Array)) return undefined;
  return { seq, committedMs: committed_ms, crc, chain, body };
}
