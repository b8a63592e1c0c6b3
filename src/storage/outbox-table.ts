/** The table `outbox`: notifications that wait. Each row carries a checksum; a rotten one is dropped and reported, not sent. */
import type { Database, Statement } from "./sqlite.ts";
import { checksum } from "./checksum.ts";
import { isDamage } from "./failure.ts";
import type { OutboxChange, OutboxRow } from "./store.ts";

export interface OutboxReading {
  readonly rows: readonly OutboxRow[];
  readonly faults: readonly string[];
}

const crcOf = (row: OutboxRow): number =>
  checksum(
    row.id,
    row.orderKey,
    row.target,
    row.dedupeKey,
    row.payload,
    row.attempts,
    row.nextAttemptAt,
  );

export class OutboxTable {
  readonly #put: Statement;
  readonly #one: Statement;
  readonly #delete: Statement;
  readonly #all: Statement;

  constructor(db: Database) {
    this.#put = db.prepare("INSERT OR REPLACE INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    this.#one = db.prepare("SELECT * FROM outbox WHERE id = ?");
    this.#delete = db.prepare("DELETE FROM outbox WHERE id = ?");
    this.#all = db.prepare("SELECT * FROM outbox ORDER BY id");
  }

  /** Call inside a transaction. An update of a row that is gone (delivered meanwhile) does nothing. */
  apply(change: OutboxChange): void {
    for (const row of change.added) this.put(row);
    for (const update of change.updated) {
      const row = parseRow(this.#one.get(update.id));
      if (row !== undefined) this.put({ ...row, ...update });
    }
    for (const id of change.removedIds) this.#delete.run(id);
  }

  put(row: OutboxRow): void {
    const { id, orderKey, target, dedupeKey, payload, attempts, nextAttemptAt } = row;
    this.#put.run(
      id,
      orderKey,
      target,
      dedupeKey,
      payload,
      attempts,
      Math.round(nextAttemptAt),
      crcOf({ ...row, nextAttemptAt: Math.round(nextAttemptAt) }),
    );
  }

  read(): OutboxReading {
    const rows: OutboxRow[] = [];
    const faults: string[] = [];
    try {
      for (const raw of this.#all.iterate()) {
        const row = parseRow(raw);
        if (row === undefined) faults.push("a waiting notification fails its checksum");
        else rows.push(row);
      }
    } catch (error) {
      if (!isDamage(error)) throw error;
      faults.push(`waiting notifications are not readable: ${(error as Error).message}`);
    }
    return { rows, faults };
  }
}

/** Undefined unless every column is what was written. */
function parseRow(raw: unknown): OutboxRow | undefined {
  if (typeof raw !== "object" || raw === null) return undefined;
  const { id, order_key, target, dedupe_key, payload, attempts, next_attempt_ms, crc } =
    raw as Record<string, unknown>;
  if (typeof id !== "number" || typeof attempts !== "number") return undefined;
  if (typeof order_key !== "string" || typeof target !== "string") return undefined;
  if (typeof dedupe_key !== "string" || typeof payload !== "string") return undefined;
  if (typeof next_attempt_ms !== "number") return undefined;
  const row = {
    id,
    orderKey: order_key,
    target,
    dedupeKey: dedupe_key,
    payload,
    attempts,
    nextAttemptAt: next_attempt_ms,
  };
  return crcOf(row) === crc ? row : undefined;
}
