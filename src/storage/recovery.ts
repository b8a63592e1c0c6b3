/** Reads back what survived and says what did not. Changes nothing: when there is damage, `rebuild.ts` acts on the reading. */
import type { Database } from "./sqlite.ts";
import { isDamage } from "./failure.ts";
import type { HighWaterMark } from "./high-water-mark.ts";
import { JOURNAL_START, JournalTable, type JournalHead, type JournalReading } from "./journal.ts";
import { OutboxTable } from "./outbox-table.ts";
import { readSnapshot, type SnapshotReading } from "./snapshot-reading.ts";
import { SnapshotTables } from "./snapshots.ts";
import type { Damage, OutboxRow } from "./store.ts";

export interface ReadBack {
  readonly snapshot: SnapshotReading;
  readonly journal: JournalReading;
  readonly outbox: readonly OutboxRow[];
  /** Found now. */
  readonly damage: readonly Damage[];
  /** Found by an earlier start and not yet in a snapshot. */
  readonly earlierDamage: readonly Damage[];
}

/** Nothing could be read: not even the schema makes sense. */
function readNothing(detail: string, nowMs: number): ReadBack {
  return {
    snapshot: { header: undefined, parts: new Map(), faults: [], passedOver: [], older: undefined },
    journal: { rows: [], head: JOURNAL_START, fault: undefined },
    outbox: [],
    damage: [
      { detail: `the database is not readable (${detail}): all is lost`, fromMs: 0, toMs: nowMs },
    ],
    earlierDamage: [],
  };
}

/** `mark` is of the same life of the database, or undefined. */
export function readBack(db: Database, mark: HighWaterMark | undefined, nowMs: number): ReadBack {
  let tables: { journal: JournalTable; snapshots: SnapshotTables; outbox: OutboxTable };
  let firstSeq: number;
  try {
    tables = {
      journal: new JournalTable(db),
      snapshots: new SnapshotTables(db),
      outbox: new OutboxTable(db),
    };
    firstSeq = tables.journal.firstSeq();
  } catch (error) {
    if (!isDamage(error)) throw error;
    return readNothing((error as Error).message, nowMs);
  }
  const snapshot = readSnapshot(tables.snapshots, firstSeq <= 1);
  const journal = tables.journal.readAfter(snapshot.header?.head ?? JOURNAL_START);
  const outbox = tables.outbox.read();
  const { earlier, fault } = readEarlierDamage(db);
  const damage = [
    ...snapshotDamage(snapshot, nowMs),
    ...journalDamage(journal, mark, nowMs),
    ...[...outbox.faults, ...fault].map((detail) => ({ detail, fromMs: nowMs, toMs: nowMs })),
  ];
  return { snapshot, journal, outbox: outbox.rows, damage, earlierDamage: earlier };
}

function snapshotDamage(snapshot: SnapshotReading, nowMs: number): Damage[] {
  const takenMs = snapshot.header?.takenMs ?? nowMs;
  const passedOver = snapshot.passedOver.map(({ takenMs: at, fault }) => ({
    detail: `a snapshot was passed over, the journal made up for it: ${fault}`,
    fromMs: at,
    toMs: at,
  }));
  const lost = snapshot.faults.map((fault) => ({
    detail: `the snapshot lost state: ${fault}`,
    fromMs: 0,
    toMs: takenMs,
  }));
  return [...passedOver, ...lost];
}

/** From the last good entry's commit to the last one known of. */
function journalDamage(
  journal: JournalReading,
  mark: HighWaterMark | undefined,
  nowMs: number,
): Damage[] {
  const { head, fault } = journal;
  const isBehind = mark !== undefined && mark.seq > head.seq;
  const toMs = isBehind ? Math.max(mark.committedMs, head.committedMs) : nowMs;
  if (fault !== undefined) {
    return [{ detail: `the journal ends early: ${fault}`, fromMs: head.committedMs, toMs }];
  }
  if (isBehind) {
    const detail = `journal entries ${head.seq + 1} to ${mark.seq} were acknowledged and are gone`;
    return [{ detail, fromMs: head.committedMs, toMs }];
  }
  if (mark !== undefined && chainAt(journal, mark.seq, mark.chain) !== mark.chain) {
    const detail = `journal entry ${mark.seq} is not the one that was acknowledged`;
    return [{ detail, fromMs: mark.committedMs, toMs: nowMs }];
  }
  return [];
}

/** The link of entry `seq`, or `otherwise` when it was not read. */
function chainAt(journal: JournalReading, seq: number, otherwise: number): number {
  const heads: readonly JournalHead[] = journal.rows;
  const first = heads[0]?.seq ?? Number.POSITIVE_INFINITY;
  return heads[seq - first]?.chain ?? otherwise;
}

function readEarlierDamage(db: Database): { earlier: Damage[]; fault: string[] } {
  try {
    const rows = db.prepare("SELECT detail, from_ms, to_ms FROM damage ORDER BY id").all();
    const earlier = (rows as { detail: unknown; from_ms: unknown; to_ms: unknown }[]).map(
      ({ detail, from_ms, to_ms }) => ({
        detail: String(detail),
        fromMs: Number(from_ms),
        toMs: Number(to_ms),
      }),
    );
    return { earlier, fault: [] };
  } catch (error) {
    if (!isDamage(error)) throw error;
    return {
      earlier: [],
      fault: [`the list of damage is not readable: ${(error as Error).message}`],
    };
  }
}
