/** What every store promises; run against each implementation. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { OutboxRow } from "../../src/storage/index.ts";
import { bytesOf, type Running, textBytes, textOf } from "./harness.ts";
import { Ledger } from "./ledger.ts";

const row = (id: number, payload = "p"): OutboxRow => ({
  id,
  orderKey: `alert-${id % 2}`,
  target: "alertmanager",
  dedupeKey: `d${id}`,
  payload,
  attempts: 0,
  nextAttemptAt: 5,
});

const none = { added: [], updated: [], removedIds: [] };

export function storeSuite(name: string, run: () => Promise<Running>): void {
  describe(`${name}: the store's promises`, () => {
    const restarts = ["crash", "restart"] as const;

    test("a new store is fresh, a second start is not", async () => {
      const first = await run();
      expect(first.recovery).toEqual({
        isFresh: true,
        parts: new Map(),
        entries: [],
        lastSeq: 0,
        outbox: [],
        damage: [],
      });
      expect((await first.restart()).recovery.isFresh).toBe(false);
    });

    test("entries are numbered from 1 in call order", async () => {
      const { store } = await run();
      const seqs = Array.from({ length: 50 }, (_, i) => store.append(bytesOf(i)));
      expect(await Promise.all(seqs)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    });

    test.each(restarts)("after a %s, acknowledged entries are read back in order", async (how) => {
      const running = await run();
      await running.store.append(textBytes("one"));
      await running.store.append(new Uint8Array(0));
      await running.store.append(textBytes("three"));
      const again = await running[how]();
      expect(again.recovery.entries.map(({ seq, body }) => [seq, textOf(body)])).toEqual([
        [1, "one"],
        [2, ""],
        [3, "three"],
      ]);
      expect(await again.store.append(textBytes("four"))).toBe(4);
    });

    test("a body may be reused as soon as append returns", async () => {
      const running = await run();
      const body = bytesOf(7, 7);
      const appended = running.store.append(body);
      body.fill(0);
      await appended;
      expect((await running.crash()).recovery.entries[0]?.body).toEqual(bytesOf(7, 7));
    });

    test("part of a larger buffer is stored alone, and the buffer stays usable", async () => {
      const running = await run();
      const pool = Buffer.from("--entry--part--");
      await running.store.append(pool.subarray(2, 7));
      await running.store.saveSnapshot(0, [{ name: "x", bytes: pool.subarray(9, 13) }]);
      expect(pool.toString()).toBe("--entry--part--");
      const { recovery } = await running.crash();
      expect(textOf(recovery.entries[0]!.body)).toBe("entry");
      expect(textOf(recovery.parts.get("x")!)).toBe("part");
    });

    test("a recovery holds the snapshot and the entries after it, no others", async () => {
      const running = await run();
      for (let i = 1; i <= 5; i++) await running.store.append(bytesOf(i));
      await running.store.saveSnapshot(3, [{ name: "a", bytes: bytesOf(3) }]);
      const { recovery } = await running.crash();
      expect(recovery.parts).toEqual(new Map([["a", bytesOf(3)]]));
      expect(recovery.entries.map(({ seq }) => seq)).toEqual([4, 5]);
      expect(recovery.lastSeq).toBe(5);
    });

    test("a snapshot keeps unchanged parts and drops removed ones", async () => {
      const running = await run();
      const part = (name: string, ...values: number[]) => ({ name, bytes: bytesOf(...values) });
      await running.store.saveSnapshot(0, [part("a", 1), part("b", 1), part("c", 1)]);
      await running.store.saveSnapshot(0, [part("a", 2), { name: "b", bytes: undefined }]);
      const again = await running.crash();
      expect(again.recovery.parts).toEqual(
        new Map([
          ["a", bytesOf(2)],
          ["c", bytesOf(1)],
        ]),
      );
      await again.store.saveSnapshot(0, []);
      await again.store.saveSnapshot(0, [part("b", 3)]);
      await again.store.saveSnapshot(0, []);
      const last = await again.restart();
      expect([...last.recovery.parts.keys()].toSorted()).toEqual(["a", "b", "c"]);
    });

    test.each(restarts)("after a %s, the outbox is as its changes left it", async (how) => {
      const running = await run();
      await running.store.append(bytesOf(1), { ...none, added: [row(1), row(2, "ä"), row(3)] });
      await running.store.append(bytesOf(2), {
        added: [row(4)],
        updated: [
          { id: 2, attempts: 3, nextAttemptAt: 99 },
          { id: 77, attempts: 1, nextAttemptAt: 1 },
        ],
        removedIds: [1, 78],
      });
      const { outbox } = (await running[how]()).recovery;
      expect(outbox).toEqual([{ ...row(2, "ä"), attempts: 3, nextAttemptAt: 99 }, row(3), row(4)]);
    });

    test("what comes after close is refused", async () => {
      const { store } = await run();
      const pending = store.append(bytesOf(1));
      await store.close();
      await expect(pending).resolves.toBe(1);
      await expect(store.append(bytesOf(2))).rejects.toMatchObject({ code: "closed" });
      await expect(store.saveSnapshot(1, [])).rejects.toMatchObject({ code: "closed" });
    });

    test("stats count the journal and name the snapshot", async () => {
      const { store } = await run();
      for (let i = 0; i < 4; i++) await store.append(new Uint8Array(1000));
      expect(await store.stats()).toMatchObject({ journalEntries: 4, snapshotSeq: 0 });
      await store.saveSnapshot(2, []);
      await store.saveSnapshot(3, []);
      const stats = await store.stats();
      expect(stats.snapshotSeq).toBe(3);
      expect(stats.journalEntries).toBeLessThanOrEqual(2);
      expect(stats.databaseBytes).toBeGreaterThan(0);
    });

    test("snapshot + journal = never stopped, over random histories with crashes", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
          const ledger = new Ledger(await run());
          for (const next of steps) await ledger.take(next);
          await ledger.take({ kind: "crash" });
          await ledger.end();
        }),
        { numRuns: 40 },
      );
    });
  });
}

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("append" as const),
      accounts: fc.array(fc.nat(5), { minLength: 1, maxLength: 4 }),
      sizeBytes: fc.constantFrom(0, 10, 5000, 70_000),
      isAwaited: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: "snapshot" as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: "crash" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "restart" as const }) },
);
