/** The archive keeps every amount, at the resolution of its age, within its bounds. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Archive, PAGE_COLUMNS, type FrozenArchive } from "../../src/archive/index.ts";
import type { SnapshotPart } from "../../src/slo/index.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = 1_800_000_000_000;
const SETTINGS = { retentionMs: 30 * DAY, maxBytes: 2 ** 30, bucketMs: 10_000 };

/** By column and the cell's start. */
type Held = Map<string, number>;

function heldIn(frozen: FrozenArchive): Held {
  const held: Held = new Map();
  for (let index = 0; index < frozen.blockCount; index++) {
    const { cells, cellCount, cellMs, firstColumn, startMs } = frozen.read(index);
    for (let at = 0; at < PAGE_COLUMNS * cellCount; at++) {
      if (cells[at] === 0) continue;
      const column = firstColumn + Math.floor(at / cellCount);
      const key = `${column} ${startMs + (at % cellCount) * cellMs}`;
      held.set(key, (held.get(key) ?? 0) + cells[at]!);
    }
  }
  return held;
}

const sumOf = (held: Held): number => [...held.values()].reduce((sum, each) => sum + each, 0);

function maintained(archive: Archive, nowMs: number): void {
  while (archive.maintain(nowMs));
}

/** What is held in cells of at least `widthMs`. */
function coarser(held: Held, widthMs: number): Held {
  const joined: Held = new Map();
  for (const [key, amount] of held) {
    const [column = 0, startMs = 0] = key.split(" ").map(Number);
    const at = `${column} ${Math.floor(startMs / widthMs) * widthMs}`;
    joined.set(at, (joined.get(at) ?? 0) + amount);
  }
  return joined;
}

const amounts = fc.array(
  fc.record({
    column: fc.oneof(fc.nat(3), fc.nat(5000)),
    minute: fc.nat(8 * 24 * 60),
    amount: fc.oneof(
      fc.nat(20),
      fc.integer({ min: -5, max: 2 ** 40 }),
      fc.double({ min: 0, max: 9, noNaN: true }),
    ),
  }),
  { maxLength: 300 },
);

describe("amounts", () => {
  test("are all held, to the minute, the 5 minutes or the hour, by age, also after a restart", () => {
    fc.assert(
      fc.property(amounts, fc.nat(2), (added, restarts) => {
        let archive = new Archive(SETTINGS);
        archive.begin(START);
        const parts = new Map<string, Uint8Array>();
        const exact: Held = new Map();
        added.forEach(({ column, minute, amount }, index) => {
          archive.add(column, START + minute * MINUTE, START + (minute + 1) * MINUTE, amount);
          const key = `${column} ${START + minute * MINUTE}`;
          exact.set(key, (exact.get(key) ?? 0) + amount);
          if (index % 50 === 49) maintained(archive, START + minute * MINUTE);
          if (index % 90 === 89 && restarts > 0) archive = restarted(archive, parts);
        });
        maintained(archive, START + 8 * DAY);
        const held = coarser(heldIn(archive.freeze()), HOUR);
        const expected = coarser(exact, HOUR);
        for (const [key, amount] of expected)
          expect(held.get(key) ?? 0, key).toBeCloseTo(amount, 3);
        expect(held.size).toBeLessThanOrEqual(expected.size);
      }),
      { numRuns: 50 },
    );
  });

  test("become coarser with age", () => {
    const archive = new Archive(SETTINGS);
    archive.begin(START);
    for (let minute = 0; minute < 4 * 24 * 60; minute++) {
      archive.add(7, START + minute * MINUTE, START + (minute + 1) * MINUTE, 1);
    }
    maintained(archive, START + 4 * DAY);
    const frozen = archive.freeze();
    const widths = new Map<number, number>();
    for (let index = 0; index < frozen.blockCount; index++) {
      const { cells, cellMs } = frozen.read(index);
      const sum = cells.reduce((total, each) => total + each, 0);
      widths.set(cellMs, (widths.get(cellMs) ?? 0) + sum);
    }
    expect(sumOf(heldIn(frozen))).toBe(4 * 24 * 60);
    expect(widths.get(MINUTE)).toBeGreaterThanOrEqual(6 * 60);
    expect(widths.get(5 * MINUTE)).toBeGreaterThanOrEqual(2.5 * 24 * 60);
    expect(widths.get(HOUR)).toBeGreaterThanOrEqual(12 * 60);
  });

  test("of a long interval are shared out over it, and none is lost", () => {
    const archive = new Archive(SETTINGS);
    archive.begin(START);
    archive.add(0, START, START + 30 * MINUTE, 90);
    const held = heldIn(archive.freeze());
    expect(held.size).toBe(30);
    expect(new Set(held.values())).toEqual(new Set([3]));
  });

  test("of times before all that is kept make no blocks", () => {
    const archive = new Archive(SETTINGS);
    archive.begin(START);
    for (let day = 1; day <= 50; day++) {
      const timeMs = START - day * DAY;
      archive.add(0, timeMs, timeMs, 1);
    }
    const frozen = archive.freeze();
    expect(frozen.blockCount).toBe(30);
    expect(sumOf(heldIn(frozen))).toBe(30);
  });

  test("that are later than everything held are added where they belong", () => {
    const archive = new Archive(SETTINGS);
    archive.begin(START);
    archive.add(0, START + 2 * DAY, START + 2 * DAY, 5);
    archive.add(0, START + HOUR, START + HOUR, 3);
    archive.add(0, START + HOUR, START + HOUR, 2);
    expect(sumOf(heldIn(archive.freeze()))).toBe(10);
  });
});

describe("bounds", () => {
  test("what is older than the retention goes, and what is held says since when", () => {
    const archive = new Archive({ ...SETTINGS, retentionMs: 2 * DAY });
    archive.begin(START);
    expect(archive.stats.heldSinceMs).toBe(START);
    for (let hour = 1; hour <= 96; hour++) {
      archive.add(1, START + hour * HOUR, START + hour * HOUR, 1);
      archive.dirtyParts(); // what is at hand goes into blocks
      maintained(archive, START + hour * HOUR);
    }
    const held = sumOf(heldIn(archive.freeze()));
    expect(held).toBeGreaterThanOrEqual(48);
    expect(held).toBeLessThanOrEqual(48 + 24); // whole blocks
    expect(archive.stats.heldSinceMs).toBeGreaterThanOrEqual(START + 94 * HOUR - 2 * DAY);
  });

  test("beyond its size the oldest goes first, for all series alike, and it is said", () => {
    const maxBytes = 670_000; // the log alone takes 330 KB
    const archive = new Archive({ ...SETTINGS, maxBytes });
    archive.begin(START);
    for (let minute = 1; minute <= 24 * 60; minute++) {
      for (let column = 0; column < 400; column++) {
        const timeMs = START + minute * MINUTE;
        archive.add(column, timeMs, timeMs, 1 + ((column * minute) % 900));
      }
      if (minute % 10 === 0) archive.dirtyParts();
      maintained(archive, START + minute * MINUTE);
      expect(archive.stats.sizeBytes).toBeLessThan(maxBytes * 1.2);
    }
    const { droppedBeforeMs, heldSinceMs } = archive.stats;
    expect(droppedBeforeMs).toBeGreaterThan(START);
    expect(heldSinceMs).toBe(droppedBeforeMs);
    const byColumn = new Map<string, number>();
    for (const key of heldIn(archive.freeze()).keys()) {
      const [column = "", startMs = ""] = key.split(" ");
      if (Number(startMs) < droppedBeforeMs) continue;
      byColumn.set(column, (byColumn.get(column) ?? 0) + 1);
    }
    expect(new Set(byColumn.values()).size).toBe(1);
    expect(byColumn.size).toBe(400);
  });

  test("what is kept besides for its sake counts", () => {
    const archive = new Archive(SETTINGS);
    const { sizeBytes } = archive.stats;
    archive.countBesides(() => 4_000);
    expect(archive.stats.sizeBytes).toBe(sizeBytes + 4_000);
  });

  test("a busy counter takes less than two bytes a minute, and 10 KB for thirty days", () => {
    const archive = new Archive(SETTINGS);
    archive.begin(START);
    const before = archive.stats.sizeBytes;
    for (let minute = 1; minute <= 30 * 24 * 60; minute++) {
      for (let column = 0; column < 20; column++) {
        archive.add(column, START + minute * MINUTE, START + minute * MINUTE, 10 + (minute % 7));
      }
      if (minute % 60 === 0) maintained(archive, START + minute * MINUTE);
    }
    archive.freeze();
    maintained(archive, START + 30 * DAY);
    const { sizeBytes, blockCount } = archive.stats;
    expect((sizeBytes - before - blockCount * 250) / 20).toBeLessThan(10_000);
  });
});

describe("snapshots", () => {
  test("hold only what changed", () => {
    const archive = new Archive(SETTINGS);
    archive.begin(START);
    archive.add(0, START, START + MINUTE, 1);
    const cells = (parts: readonly SnapshotPart[]) =>
      parts.filter(({ name }) => name.startsWith("archive/cells/"));
    expect(cells(archive.dirtyParts())).toHaveLength(1);
    expect(cells(archive.dirtyParts())).toEqual([]);
    archive.add(0, START + 20 * MINUTE, START + 20 * MINUTE, 1);
    expect(cells(archive.dirtyParts())).toHaveLength(1);
    maintained(archive, START + DAY);
    const moved = cells(archive.dirtyParts());
    expect(moved.filter(({ bytes }) => bytes === undefined)).toHaveLength(2);
    expect(moved.filter(({ bytes }) => bytes !== undefined)).toHaveLength(1);
  });

  test("of another format are left behind and removed", () => {
    const archive = new Archive(SETTINGS);
    const parts = new Map([
      ["archive/meta", Buffer.from(JSON.stringify({ format: 0 }))],
      ["archive/cells/0/1/0", new Uint8Array(3)],
    ]);
    expect(archive.restore(parts)).toBe(false);
    archive.begin(START);
    expect(archive.dirtyParts()).toContainEqual({ name: "archive/cells/0/1/0", bytes: undefined });
  });
});

function restarted(archive: Archive, parts: Map<string, Uint8Array>): Archive {
  for (const { name, bytes } of archive.dirtyParts()) {
    if (bytes === undefined) parts.delete(name);
    else parts.set(name, bytes.slice());
  }
  const next = new Archive(SETTINGS);
  expect(next.restore(parts)).toBe(true);
  return next;
}
