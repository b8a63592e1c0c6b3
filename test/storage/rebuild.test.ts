/** A crash while the database is being rebuilt after damage leaves the old one or the new one, never neither. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Sqlite } from "../../src/storage/sqlite.ts";
import { expect, test } from "vitest";
import type { FailpointName } from "../../src/storage/failpoint.ts";
import { bytesOf, copyFiles, newDirectory, openSqlite, runSqlite } from "./harness.ts";

async function damagedDirectory(): Promise<string> {
  const directory = newDirectory();
  const { store } = await runSqlite(directory);
  for (let seq = 1; seq <= 9; seq++) await store.append(bytesOf(seq));
  await store.saveSnapshot(3, [{ name: "a", bytes: bytesOf(3) }]);
  await store.close();
  const db = new Sqlite(join(directory, "slowburn.db"));
  db.exec("UPDATE journal SET body = x'ff' WHERE seq = 8");
  db.close();
  return directory;
}

test.each(["rebuild:written", "rebuild:moved", "rebuild:placed"] as const)(
  "a crash at %s",
  async (failpoint: FailpointName) => {
    const directory = await damagedDirectory();
    let image: string | undefined;
    const store = await openSqlite(directory, {
      failpoint: (name) => {
        if (name === failpoint) image = copyFiles(directory);
      },
    });
    await store.recover();
    await store.close();
    const { recovery, store: again } = await runSqlite(image!);
    expect(recovery.parts).toEqual(new Map([["a", bytesOf(3)]]));
    expect(recovery.entries.map(({ seq }) => seq)).toEqual([4, 5, 6, 7]);
    expect(recovery.damage).toHaveLength(1);
    expect(await again.append(bytesOf(1))).toBe(8);
    await again.close();
    expect(existsSync(join(image!, "slowburn.db.rebuild"))).toBe(false);
  },
);

test("without room for the new database, the old one stays as it is", async () => {
  const directory = await damagedDirectory();
  const store = await openSqlite(directory, { maxDatabaseBytes: 4096 });
  await expect(store.recover()).rejects.toMatchObject({ code: "disk-full" });
  await store.close();
  const { recovery } = await runSqlite(directory);
  expect(recovery.entries.map(({ seq }) => seq)).toEqual([4, 5, 6, 7]);
});
