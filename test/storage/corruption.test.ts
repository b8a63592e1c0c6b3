/**
 * Bytes flipped and files cut short at a stride over everything the store writes: what is read back is a prefix of what was
 * acknowledged, exactly, or the damage is reported. Never wrong in silence.
 */
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Sqlite } from "../../src/storage/sqlite.ts";
import { beforeAll, describe, expect, test } from "vitest";
import { OperationError } from "../../src/slo/index.ts";
import type { OutboxRow, Recovery, Store } from "../../src/storage/index.ts";
import {
  copyFiles,
  MEMORY_DISK,
  newDirectory,
  NOW_MS,
  openSqlite,
  runSqlite,
  textBytes,
  textOf,
} from "./harness.ts";

const ENTRIES = 30;
const bodyOf = (seq: number): string => `entry ${seq} `.repeat(20 + seq * 7);
const partOf = (name: string, seq: number): string => `part ${name} at ${seq} `.repeat(80);
const outboxRow = (id: number): OutboxRow => ({
  id,
  orderKey: "k",
  target: "t",
  dedupeKey: `d${id}`,
  payload: `payload ${id} `.repeat(30),
  attempts: 0,
  nextAttemptAt: 1,
});

/** Two snapshots (at 10 and 20), 30 entries, 30 notifications; entry `seq` was committed at NOW_MS + seq. */
async function write(directory: string): Promise<Store> {
  let clockMs = NOW_MS;
  const { store } = await runSqlite(directory, { now: () => clockMs });
  for (let seq = 1; seq <= ENTRIES; seq++) {
    clockMs = NOW_MS + seq;
    const outbox = { added: [outboxRow(seq)], updated: [], removedIds: [] };
    await store.append(textBytes(bodyOf(seq)), outbox);
    if (seq === 10 || seq === 20) {
      const names = seq === 10 ? ["a", "b", "c"] : ["a", "c"];
      const parts = names.map((name) => ({ name, bytes: textBytes(partOf(name, seq)) }));
      await store.saveSnapshot(seq, parts);
    }
  }
  return store;
}

/** `open`: as killed, the log not yet moved into the database; `closed`: all in the database. */
const images = { open: "", closed: "" };
beforeAll(async () => {
  const directory = newDirectory();
  const store = await write(directory);
  images.open = copyFiles(directory);
  await store.close();
  images.closed = copyFiles(directory);
});

type Verdict = "intact" | "reported" | "refused";

/** Opens the directory and holds what comes back against what was written. Fails the test when it is wrong in silence. */
async function judge(directory: string): Promise<Verdict> {
  let store: Store;
  try {
    store = await openSqlite(directory, { now: () => NOW_MS + 1000, durability: "interval" });
  } catch (error) {
    if (error instanceof OperationError) return "refused";
    throw error;
  }
  const recovery = await store.recover();
  checkTruth(recovery);
  const next = await store.append(textBytes("next")); // Whatever happened, it works on.
  await store.close();
  await checkSecondStart(directory, recovery, next);
  if (recovery.damage.length > 0) return "reported";
  expect(recovery.entries.map(({ seq }) => seq)).toEqual(range(21, ENTRIES));
  expect([...recovery.parts.keys()]).toEqual(["a", "b", "c"]);
  expect(recovery.outbox).toEqual(range(1, ENTRIES).map(outboxRow));
  return "intact";
}

/** Each thing that is handed out is something that was handed in, and entries follow the snapshot without a gap. */
function checkTruth({ parts, entries, outbox, damage }: Recovery): void {
  const at = damage.length > 0 ? [0, 10, 20] : [10, 20];
  for (const [name, bytes] of parts) {
    expect([10, 20].map((seq) => partOf(name, seq))).toContain(textOf(bytes));
  }
  const first = entries[0]?.seq;
  if (first !== undefined) expect(at).toContain(first - 1);
  const read = entries.map(({ seq, body }) => `${seq} ${textOf(body)}`);
  expect(read).toEqual(entries.map((_, i) => `${first! + i} ${bodyOf(first! + i)}`));
  expect(outbox).toEqual(outbox.map(({ id }) => outboxRow(id)));
}

/** The repair is lasting: the next start finds the same, and reports nothing new. */
async function checkSecondStart(directory: string, first: Recovery, next: number): Promise<void> {
  const { store, recovery } = await runSqlite(directory, { durability: "interval" });
  expect(recovery.damage).toEqual(first.damage);
  expect(recovery.parts).toEqual(first.parts);
  const read = recovery.entries.map(({ seq, body }) => `${seq} ${textOf(body)}`);
  const before = first.entries.map(({ seq, body }) => `${seq} ${textOf(body)}`);
  expect(read).toEqual([...before, `${next} next`]);
  await store.close();
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

async function flip(image: string, file: string, offset: number): Promise<Verdict> {
  const directory = copyFiles(image, newDirectory(MEMORY_DISK));
  const bytes = readFileSync(join(directory, file));
  bytes[offset]! ^= 1 << (offset % 8);
  writeFileSync(join(directory, file), bytes);
  const verdict = await judge(directory);
  rmSync(directory, { recursive: true });
  return verdict;
}

const sizeOf = (image: string, file: string): number => readFileSync(join(image, file)).length;

/** Offsets at a stride that meets every position of a page in time. */
const offsets = (size: number, count: number): number[] =>
  range(0, count - 1).map((i) => Math.floor((i * size) / count));

describe("a flipped bit", () => {
  test.each([
    ["closed", "slowburn.db", 64, 12],
    ["open", "slowburn.db", 32, 1],
    ["open", "slowburn.db-wal", 64, 12],
    ["open", "hwm", 20, 0],
  ] as const)("(%s) anywhere in %s is reported or harmless", async (state, file, count, least) => {
    const image = images[state];
    const verdicts = { intact: 0, reported: 0, refused: 0 };
    for (const offset of offsets(sizeOf(image, file), count)) {
      verdicts[await flip(image, file, offset)]++;
    }
    if (file === "hwm") expect(verdicts.intact).toBe(count);
    expect(verdicts.reported + verdicts.refused).toBeGreaterThanOrEqual(least);
    expect(verdicts.refused).toBeLessThanOrEqual(3); // Single bytes of the header: whose file, which version.
  });

  test("in the database's header is reported, refused or harmless", async () => {
    for (let offset = 0; offset < 100; offset += 3)
      await flip(images.closed, "slowburn.db", offset);
  });

  test("in the log is reported with the times of what is gone, which SQLite keeps silent about", async () => {
    const directory = copyFiles(images.open);
    const path = join(directory, "slowburn.db-wal");
    const bytes = readFileSync(path);
    bytes[Math.floor(bytes.length / 2)]! ^= 1;
    writeFileSync(path, bytes);
    const { recovery } = await runSqlite(directory);
    const last = recovery.entries.at(-1)!.seq;
    expect(last).toBeGreaterThan(20);
    expect(last).toBeLessThan(ENTRIES);
    expect(recovery.damage).toEqual([
      {
        detail: `journal entries ${last + 1} to ${ENTRIES} were acknowledged and are gone`,
        fromMs: NOW_MS + last,
        toMs: NOW_MS + ENTRIES,
      },
    ]);
  });
});

describe("a file cut short", () => {
  test.each([
    ["closed", "slowburn.db"],
    ["open", "slowburn.db"],
    ["open", "slowburn.db-wal"],
    ["open", "hwm"],
  ] as const)("(%s) %s: reported or harmless", async (state, file) => {
    const size = sizeOf(images[state], file);
    for (const length of [...offsets(size, 10), size - 1]) {
      const directory = copyFiles(images[state], newDirectory(MEMORY_DISK));
      truncateSync(join(directory, file), length);
      const verdict = await judge(directory);
      if (file === "slowburn.db") expect([length, verdict]).not.toEqual([length, "intact"]);
      rmSync(directory, { recursive: true });
    }
  });

  test.each(["slowburn.db", "slowburn.db-wal"])("%s gone is reported", async (file) => {
    const directory = copyFiles(file === "slowburn.db" ? images.closed : images.open);
    rmSync(join(directory, file));
    expect(await judge(directory)).toBe("reported");
  });
});

/** Changes a row behind the store's back: what SQLite itself would never notice. */
async function edit(sql: string): Promise<{ directory: string; recovery: Recovery }> {
  const directory = copyFiles(images.closed);
  const db = new Sqlite(join(directory, "slowburn.db"));
  expect(db.prepare(sql).run().changes).toBeGreaterThan(0);
  db.close();
  const { store, recovery } = await runSqlite(directory, { now: () => NOW_MS + 1000 });
  checkTruth(recovery);
  await store.close();
  return { directory, recovery };
}

describe("a changed row", () => {
  const flipBody = (table: string, where: string) =>
    `UPDATE ${table} SET body = cast('x' || substr(body, 2) AS BLOB) WHERE ${where}`;

  test("of the journal: the good prefix is kept, the old file set aside, the times named", async () => {
    const { directory, recovery } = await edit(flipBody("journal", "seq = 25"));
    expect(recovery.entries.map(({ seq }) => seq)).toEqual([21, 22, 23, 24]);
    expect(recovery.damage).toMatchObject([
      {
        detail: expect.stringContaining("journal entry 25"),
        fromMs: NOW_MS + 24,
        toMs: NOW_MS + 30,
      },
    ]);
    expect(readdirSync(directory)).toContain(`slowburn.db.corrupt-${NOW_MS + 1000}`);
  });

  test.each([
    ["a missing entry", "DELETE FROM journal WHERE seq = 25", 24],
    ["a missing tail", "DELETE FROM journal WHERE seq > 25", 25],
    ["a changed time", "UPDATE journal SET committed_ms = 1 WHERE seq = 25", 24],
    ["a changed link", "UPDATE journal SET chain = 1 WHERE seq = 25", 24],
    [
      "a repeated entry",
      "UPDATE journal SET body = (SELECT body FROM journal WHERE seq = 24), crc = (SELECT crc FROM journal WHERE seq = 24) WHERE seq = 25",
      24,
    ],
  ])("of the journal, %s, ends it there", async (_, sql, last) => {
    const { recovery } = await edit(sql);
    expect(recovery.entries.at(-1)?.seq).toBe(last);
    expect(recovery.damage).toHaveLength(1);
  });

  test("in a part of the newest snapshot: the older one and a longer journal make up for it", async () => {
    const { recovery } = await edit(flipBody("parts", "name = 'a' AND generation = 2"));
    expect(textOf(recovery.parts.get("a")!)).toBe(partOf("a", 10));
    expect(recovery.entries.map(({ seq }) => seq)).toEqual(range(11, ENTRIES));
    expect(recovery.damage).toMatchObject([{ fromMs: NOW_MS + 20, toMs: NOW_MS + 20 }]);
  });

  test.each([
    ["a part's row is missing", "DELETE FROM parts WHERE name = 'c' AND generation = 2"],
    ["the header is changed", "UPDATE snapshots SET seq = 19 WHERE generation = 2"],
    ["the header is missing", "DELETE FROM snapshots WHERE generation = 2"],
  ])("in the newest snapshot, %s: the same", async (_, sql) => {
    const { recovery } = await edit(sql);
    expect(recovery.entries.map(({ seq }) => seq)).toEqual(range(11, ENTRIES));
  });

  test("in a part that both snapshots read: only that part is lost", async () => {
    const { recovery } = await edit(flipBody("parts", "name = 'b'"));
    expect([...recovery.parts.keys()]).toEqual(["a", "c"]);
    expect(recovery.entries.map(({ seq }) => seq)).toEqual(range(21, ENTRIES));
    expect(recovery.damage).toContainEqual({
      detail: "the snapshot lost state: part b fails its checksum",
      fromMs: 0,
      toMs: NOW_MS + 20,
    });
  });

  test("in the outbox: it is not sent, and said", async () => {
    const { recovery } = await edit("UPDATE outbox SET target = 'elsewhere' WHERE id = 7");
    expect(recovery.outbox.map(({ id }) => id)).toEqual(range(1, ENTRIES).filter((id) => id !== 7));
    expect(recovery.damage).toHaveLength(1);
  });
});

test("damage is reported at each start until a snapshot carries it", async () => {
  const { directory, recovery } = await edit("DELETE FROM journal WHERE seq = 25");
  const again = await runSqlite(directory);
  expect(again.recovery.damage).toEqual(recovery.damage);
  await again.store.saveSnapshot(24, []);
  expect((await again.restart()).recovery.damage).toEqual([]);
});
