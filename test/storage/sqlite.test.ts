import { expect, test } from "vitest";
import { Sqlite } from "../../src/storage/sqlite.ts";

test("databases and statements that are collected do not end the process", async () => {
  // On Node 24.19 and later, version 12 compiled there aborts at the first collection outside of JavaScript.
  for (let round = 0; round < 20; round++) {
    for (let opened = 0; opened < 20; opened++) {
      const db = new Sqlite(":memory:");
      expect(db.prepare("SELECT 1").pluck().get()).toBe(1);
      db.close();
    }
    let garbage: object[] = [];
    for (let index = 0; index < 100_000; index++) garbage.push({ index });
    garbage = [];
    await new Promise(setImmediate);
  }
});
