import { Sqlite, type Database } from "../../src/storage/sqlite.ts";
import { expect, test } from "vitest";
import { instanceOf, openDatabase } from "../../src/storage/database.ts";
import { APPLICATION_ID, migrate, MIGRATIONS, schemaVersion } from "../../src/storage/schema.ts";
import { newDirectory, NOW_MS } from "./harness.ts";

/** The real steps and two that may come. */
const steps = [
  ...MIGRATIONS,
  "ALTER TABLE outbox ADD COLUMN note TEXT",
  "CREATE TABLE extra (x ANY) STRICT",
];

const schemaOf = (db: Database): unknown =>
  db.prepare("SELECT name, sql FROM sqlite_master ORDER BY name").all();

test.each(steps.map((_, version) => version))(
  "a database of version %i becomes the same as a new one",
  (version) => {
    const fresh = new Sqlite(":memory:");
    migrate(fresh, steps);
    const old = new Sqlite(":memory:");
    migrate(old, steps.slice(0, version));
    if (version > 0) old.exec("INSERT INTO journal VALUES (1, 2, 3, 4, x'05')");
    migrate(old, steps);
    expect(schemaVersion(old)).toBe(steps.length);
    expect(schemaOf(old)).toEqual(schemaOf(fresh));
    expect(old.prepare("SELECT count(*) FROM journal").pluck().get()).toBe(version > 0 ? 1 : 0);
  },
);

test("a step that fails leaves the version it came from", () => {
  const db = new Sqlite(":memory:");
  migrate(db);
  const before = schemaOf(db);
  expect(() =>
    migrate(db, [...MIGRATIONS, "CREATE TABLE a (x); CREATE TABLE nonsense ("]),
  ).toThrow();
  expect(schemaVersion(db)).toBe(MIGRATIONS.length);
  expect(schemaOf(db)).toEqual(before);
});

test("a version from the future is refused", () => {
  const db = new Sqlite(":memory:");
  db.pragma(`user_version = ${MIGRATIONS.length + 1}`);
  expect(() => migrate(db)).toThrow(expect.objectContaining({ code: "schema-newer" }));
});

test.each([
  ["full", 2],
  ["normal", 1],
] as const)(
  "opened with synchronous=%s, SQLite says %i after its first write",
  (synchronous, level) => {
    const settings = { synchronous, maxDatabaseBytes: 0, nowMs: NOW_MS };
    const path = `${newDirectory()}/slowburn.db`;
    const db = openDatabase(path, settings, false);
    db.exec("INSERT INTO damage VALUES (1, 'x', 0, 0)");
    expect(db.pragma("synchronous", { simple: true })).toBe(level);
    expect(db.pragma("application_id", { simple: true })).toBe(APPLICATION_ID);
    const instance = instanceOf(db);
    db.close();
    const again = openDatabase(path, settings, false);
    expect(instanceOf(again)).toBe(instance);
    again.close();
  },
);
