import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Sqlite } from "../../src/storage/sqlite.ts";
import { describe, expect, test } from "vitest";
import { OperationError } from "../../src/slo/index.ts";
import { APPLICATION_ID } from "../../src/storage/schema.ts";
import { bytesOf, newDirectory, openSqlite, runSqlite } from "./harness.ts";
import { storeSuite } from "./store-suite.ts";

storeSuite("SQLite, ack", () => runSqlite());

describe("opening", () => {
  test("a second store on the directory is refused and names the process", async () => {
    const directory = newDirectory();
    const first = await openSqlite(directory);
    await expect(openSqlite(directory)).rejects.toMatchObject({
      code: "directory-locked",
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await first.close();
    await (await openSqlite(directory)).close();
  });

  test("a directory below a file cannot be written", async () => {
    const file = join(newDirectory(), "file");
    writeFileSync(file, "");
    await expect(openSqlite(join(file, "data"))).rejects.toMatchObject({
      code: "directory-unwritable",
      retryable: false,
    });
  });

  // Linux only: Node's own recursive mkdir never comes back from here.
  test.skipIf(!existsSync("/proc/self"))("nor can one where none can be made", async () => {
    await expect(openSqlite("/proc/slowburn/data")).rejects.toMatchObject({
      code: "directory-unwritable",
      message: expect.stringContaining("/proc/slowburn"),
    });
  });

  test("missing directories are made", async () => {
    const running = await runSqlite(join(newDirectory(), "a", "b"));
    expect(running.recovery.isFresh).toBe(true);
  });

  test.each([
    [
      "another program's database",
      (path: string) => new Sqlite(path).exec("CREATE TABLE t (x)").close(),
    ],
    [
      "no database at all",
      (path: string) => writeFileSync(path, "hello, this is a letter, not data"),
    ],
  ])("%s is left alone", async (_, make) => {
    const directory = newDirectory();
    make(join(directory, "slowburn.db"));
    await expect(openSqlite(directory)).rejects.toMatchObject({ code: "foreign-directory" });
  });

  test("a newer schema is refused", async () => {
    const directory = newDirectory();
    const db = new Sqlite(join(directory, "slowburn.db"));
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma("user_version = 99");
    db.exec("CREATE TABLE future (x)");
    db.close();
    await expect(openSqlite(directory)).rejects.toMatchObject({ code: "schema-newer" });
  });

  test("a refused start holds no lock", async () => {
    const directory = newDirectory();
    writeFileSync(join(directory, "slowburn.db"), "not ours, and longer than nothing");
    await expect(openSqlite(directory)).rejects.toMatchObject({ code: "foreign-directory" });
    await expect(openSqlite(directory)).rejects.toMatchObject({ code: "foreign-directory" });
  });

  test("an empty file, left by a start that was killed at once, is taken over", async () => {
    const directory = newDirectory();
    writeFileSync(join(directory, "slowburn.db"), "");
    expect((await runSqlite(directory)).recovery.damage).toEqual([]);
  });
});

describe("appending", () => {
  test("a failed append takes those queued behind it, and numbering goes on where it was", async () => {
    let failures = 0;
    const { store } = await runSqlite(newDirectory(), {
      failpoint: (name) => {
        if (name === "append:inserted" && failures++ === 1) throw diskFull();
      },
    });
    expect(await store.append(bytesOf(1))).toBe(1);
    const later = Array.from({ length: 9 }, (_, i) => store.append(bytesOf(i)));
    const results = await Promise.allSettled(later);
    expect(results.map(({ status }) => status)).toEqual(Array.from(later, () => "rejected"));
    expect(await store.append(bytesOf(3))).toBe(2);
  });

  test("one that fails between good ones never lets a later one overtake it", async () => {
    let calls = 0;
    const running = await runSqlite(newDirectory(), {
      failpoint: (name) => {
        if (name === "append:begun" && ++calls % 3 === 0) throw diskFull();
      },
    });
    const acknowledged: number[] = [];
    for (let i = 0; i < 60; i++) {
      const append = running.store.append(bytesOf(i)).then((seq) => {
        acknowledged[seq] = i;
      });
      if (i % 7 === 0)
        await append.catch(() => {}); // Failing is the point.
      else append.catch(() => {});
    }
    await running.store.stats(); // Answered after all appends.
    const { entries } = (await running.crash()).recovery;
    const kept = entries.map(({ seq, body }) => [seq, body[0]]);
    expect(kept.length).toBeGreaterThan(10);
    expect(kept).toEqual([...acknowledged.entries()].slice(1));
    expect(kept.map(([, i]) => i)).toEqual(kept.map(([, i]) => i!).toSorted((a, b) => a - b));
  });

  test("beyond the queue's bound, an append is refused and the queue drains", async () => {
    const { store } = await runSqlite(newDirectory(), { maxQueuedBytes: 10_000 });
    const big = store.append(new Uint8Array(20_000));
    await expect(store.append(bytesOf(1))).rejects.toMatchObject({
      code: "overloaded",
      retryable: true,
    });
    expect(await big).toBe(1);
    expect(await store.append(bytesOf(1))).toBe(2);
  });

  test("a snapshot ends although appends never pause", async () => {
    const { store } = await runSqlite();
    let isSaved = false;
    let appends = 0;
    const lane = async (): Promise<void> => {
      for (; !isSaved; appends++) await store.append(bytesOf(1));
    };
    const lanes = [lane(), lane(), lane()];
    await store.append(bytesOf(1));
    await store.saveSnapshot(1, [{ name: "a", bytes: bytesOf(1) }]);
    isSaved = true;
    await Promise.all(lanes);
    expect(appends).toBeGreaterThan(3);
  });

  test("after an I/O error nothing is tried again", async () => {
    let isBroken = true;
    const { store } = await runSqlite(newDirectory(), {
      failpoint: (name) => {
        if (name === "append:begun" && isBroken) {
          throw new Sqlite.SqliteError("disk I/O error", "SQLITE_IOERR_FSYNC");
        }
      },
    });
    const final = { code: "disk-error", retryable: false };
    await expect(store.append(bytesOf(1))).rejects.toMatchObject(final);
    isBroken = false;
    await expect(store.append(bytesOf(1))).rejects.toMatchObject(final);
    await expect(store.saveSnapshot(0, [])).rejects.toMatchObject(final);
  });

  test("an entry that stands in no order is our own bug, and ends writing", async () => {
    const { store } = await runSqlite();
    await store.append(bytesOf(1));
    await expect(store.saveSnapshot(7, [])).rejects.toThrow("a snapshot stands at an entry");
  });
});

describe("a full disk", () => {
  const fill = async (append: () => Promise<number>): Promise<number> => {
    for (let seq = 0; ; seq++) {
      try {
        await append();
      } catch (error) {
        expect(error).toMatchObject({ code: "disk-full", retryable: true });
        return seq;
      }
    }
  };

  test("is refused, what was acknowledged stays, and more room is enough to go on", async () => {
    const directory = newDirectory();
    const { store } = await runSqlite(directory, { maxDatabaseBytes: 400_000 });
    const acknowledged = await fill(() => store.append(new Uint8Array(30_000)));
    expect(acknowledged).toBeGreaterThan(5);
    await expect(store.append(new Uint8Array(30_000))).rejects.toMatchObject({ code: "disk-full" });
    await store.close();
    const again = await runSqlite(directory, { maxDatabaseBytes: 800_000 });
    expect(again.recovery.damage).toEqual([]);
    expect(again.recovery.entries).toHaveLength(acknowledged);
    expect(await again.store.append(new Uint8Array(30_000))).toBe(acknowledged + 1);
  });

  test("passes without a restart when snapshots free the journal's room", async () => {
    const { store } = await runSqlite(newDirectory(), { maxDatabaseBytes: 400_000 });
    const acknowledged = await fill(() => store.append(new Uint8Array(30_000)));
    await store.saveSnapshot(acknowledged, []);
    await store.saveSnapshot(acknowledged, []);
    expect(await store.append(new Uint8Array(30_000))).toBe(acknowledged + 1);
  });
});

describe("durability: interval", () => {
  test("an append resolves before the thread has seen it, and close writes it", async () => {
    const directory = newDirectory();
    const log: string[] = [];
    const { store } = await runSqlite(directory, {
      durability: "interval",
      failpoint: (name) => name === "append:committed" && log.push(name),
    });
    await store.append(bytesOf(1)).then(() => log.push("acknowledged"));
    await store.append(bytesOf(2));
    await store.close();
    expect(log[0]).toBe("acknowledged");
    expect((await runSqlite(directory)).recovery.entries.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  test("what found no room stays queued, in order, and is written when there is some", async () => {
    let isFull = false;
    const running = await runSqlite(newDirectory(), {
      durability: "interval",
      maxQueuedBytes: 100,
      failpoint: (name) => {
        if (name === "append:inserted" && isFull) throw diskFull();
      },
    });
    await running.store.append(bytesOf(1));
    isFull = true;
    for (let i = 2; i <= 6; i++) expect(await running.store.append(bytesOf(i))).toBe(i);
    await running.store.stats();
    await running.store.append(new Uint8Array(90)).catch(() => {}); // The bound may be met here or in the next.
    await expect(running.store.append(new Uint8Array(90))).rejects.toMatchObject({
      code: "overloaded",
    });
    isFull = false;
    const again = await running.restart();
    expect(again.recovery.entries.slice(0, 6).map(({ body }) => body[0])).toEqual([
      1, 2, 3, 4, 5, 6,
    ]);
  });

  test("a snapshot waits for the entry it stands at", async () => {
    const running = await runSqlite(newDirectory(), { durability: "interval" });
    for (let i = 1; i <= 100; i++) await running.store.append(new Uint8Array(5000));
    await running.store.saveSnapshot(100, [{ name: "a", bytes: bytesOf(1) }]);
    const { recovery } = await running.crash();
    expect(recovery.entries).toEqual([]);
    expect(recovery.parts.size).toBe(1);
  });
});

function diskFull(): OperationError {
  return new OperationError("disk-full", "no room", { retryable: true });
}
