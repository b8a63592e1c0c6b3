/** What is on disk after snapshots: only what changed is written, only what two generations need is kept. */
import { join } from "node:path";
import { Sqlite } from "../../src/storage/sqlite.ts";
import { describe, expect, test } from "vitest";
import { OperationError } from "../../src/slo/index.ts";
import { partSlices } from "../../src/storage/part-slices.ts";
import { bytesOf, newDirectory, runSqlite } from "./harness.ts";

const query = (directory: string, sql: string): unknown[] => {
  const db = new Sqlite(join(directory, "slowburn.db"), { readonly: true });
  const rows = db.prepare(sql).raw().all();
  db.close();
  return rows;
};
const versions = (directory: string): unknown[] =>
  query(directory, "SELECT name, generation, body IS NULL FROM parts ORDER BY name, generation");

describe("copy-on-write", () => {
  test("a snapshot writes only what changed, and keeps what the older one reads", async () => {
    const directory = newDirectory();
    const { store } = await runSqlite(directory);
    const part = (name: string, value: number) => ({ name, bytes: bytesOf(value) });
    await store.saveSnapshot(0, [part("a", 1), part("b", 1)]);
    await store.saveSnapshot(0, [part("a", 2)]);
    expect(versions(directory)).toEqual([
      ["a", 1, 0],
      ["a", 2, 0],
      ["b", 1, 0],
    ]);
    await store.saveSnapshot(0, [part("a", 3), { name: "b", bytes: undefined }]);
    expect(versions(directory)).toEqual([
      ["a", 2, 0],
      ["a", 3, 0],
      ["b", 1, 0],
      ["b", 3, 1],
    ]);
    await store.saveSnapshot(0, []);
    expect(versions(directory)).toEqual([["a", 3, 0]]);
    await store.close();
  });

  test("the journal is kept from the older snapshot on", async () => {
    const directory = newDirectory();
    const { store } = await runSqlite(directory);
    for (let i = 1; i <= 9; i++) await store.append(bytesOf(i));
    await store.saveSnapshot(4, []);
    await store.saveSnapshot(8, []);
    expect(query(directory, "SELECT min(seq), max(seq) FROM journal")).toEqual([[5, 9]]);
    expect(query(directory, "SELECT generation, seq FROM snapshots")).toEqual([
      [1, 4],
      [2, 8],
    ]);
    await store.close();
  });

  test("more than one slice of journal and parts is deleted, with appends in between", async () => {
    const directory = newDirectory();
    const { store } = await runSqlite(directory);
    const parts = Array.from({ length: 700 }, (_, i) => ({ name: `p${i}`, bytes: bytesOf(1) }));
    for (let i = 1; i <= 600; i++) await store.append(new Uint8Array(20_000));
    const copies = () => parts.map(({ name, bytes }) => ({ name, bytes: new Uint8Array(bytes) }));
    await store.saveSnapshot(600, copies());
    await store.saveSnapshot(600, copies());
    const saved = store.saveSnapshot(600, copies());
    const appended = await store.append(bytesOf(1));
    await saved;
    expect(appended).toBe(601);
    expect(query(directory, "SELECT count(*) FROM parts")).toEqual([[1400]]);
    expect(query(directory, "SELECT count(*) FROM journal")).toEqual([[1]]);
    expect((await store.stats()).walBytes).toBe(0);
    await store.close();
  });

  test("a snapshot that fails half way does not exist, and the next one is whole", async () => {
    let failAt = "";
    const running = await runSqlite(newDirectory(), {
      failpoint: (name) => {
        if (name === failAt) throw new OperationError("disk-full", "no room", { retryable: true });
      },
    });
    await running.store.saveSnapshot(0, [{ name: "a", bytes: bytesOf(1) }]);
    for (failAt of ["snapshot:begun", "snapshot:parts", "snapshot:committing"]) {
      const parts = ["a", "b"].map((name) => ({ name, bytes: bytesOf(9) }));
      await expect(running.store.saveSnapshot(0, parts)).rejects.toMatchObject({
        code: "disk-full",
      });
    }
    failAt = "";
    await running.store.saveSnapshot(0, [{ name: "c", bytes: bytesOf(3) }]);
    const { recovery } = await running.crash();
    expect(recovery.damage).toEqual([]);
    expect(recovery.parts).toEqual(
      new Map([
        ["a", bytesOf(1)],
        ["c", bytesOf(3)],
      ]),
    );
  });
});

test.each([
  [[], []],
  [[10, 20], [2]],
  [
    [600_000, 600_000, 5],
    [1, 2],
  ],
  [
    [9_000_000, 1, 1],
    [1, 2],
  ],
])("parts of %j bytes travel in slices of %j parts", (sizes, expected) => {
  const parts = sizes.map((size, i) => ({ name: `${i}`, bytes: new Uint8Array(size) }));
  expect([...partSlices(parts)].map((slice) => slice.length)).toEqual(expected);
});
