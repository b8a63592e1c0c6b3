/** Entries take effect in the order of their numbers, or not at all: what a snapshot says it is of depends on it. */
import { describe, expect, test } from "vitest";
import { EntryLog, IN_EFFECT } from "../../src/ingest/entry-log.ts";
import { newCounters } from "../../src/ingest/intake-counters.ts";
import { InvariantError, OperationError } from "../../src/slo/index.ts";

interface Pending {
  readonly resolve: (seq: number) => void;
  readonly reject: (error: Error) => void;
}

/** A log on a store that answers when, and in the order in which, it is told to. */
function startLog(fromSeq = 0) {
  const pending: Pending[] = [];
  const fatal: unknown[] = [];
  const counters = newCounters();
  const store = {
    append: () => new Promise<number>((resolve, reject) => void pending.push({ resolve, reject })),
  };
  const log = new EntryLog({ store, onFatal: (error) => void fatal.push(error) }, counters);
  log.resumeFrom(fromSeq);
  return { log, pending, fatal, counters };
}

const BODY = new Uint8Array(10);

test("an entry has effect once it is durable, and not before", async () => {
  const { log, pending, counters } = startLog(7);
  const effects: string[] = [];
  const first = log.commit(BODY, () => effects.push("rows"));
  const second = log.commit(BODY, () => effects.push("rules"));
  expect([effects, log.queuedBytes, log.appliedSeq]).toEqual([[], 20, 7]);
  pending[0]!.resolve(8);
  await first;
  expect([effects, log.queuedBytes, log.appliedSeq]).toEqual([["rows"], 10, 8]);
  pending[1]!.resolve(9);
  await second;
  expect([effects, log.queuedBytes, log.appliedSeq]).toEqual([["rows", "rules"], 0, 9]);
  expect(counters).toMatchObject({ entries: 2, entryBytes: 20, failedEntries: 0 });
});

test("entries that become durable together take effect in order", async () => {
  const { log, pending } = startLog();
  const effects: number[] = [];
  const commits = [1, 2, 3].map((seq) => log.commit(BODY, () => effects.push(seq)));
  pending.forEach(({ resolve }, index) => resolve(index + 1));
  await Promise.all(commits);
  expect(effects).toEqual([1, 2, 3]);
});

test.each([
  ["one that overtakes another", [2, 1]],
  ["one that is told twice", [1, 1]],
  ["one with a gap before it", [1, 3]],
])("%s is never applied, and the end", async (_name, seqs) => {
  const { log, pending, fatal } = startLog();
  const effects: number[] = [];
  const commits = seqs.map((seq) => log.commit(BODY, () => effects.push(seq)));
  pending.forEach(({ resolve }, index) => resolve(seqs[index]!));
  const settled = await Promise.allSettled(commits);
  expect(settled.map(({ status }) => status)).toContain("rejected");
  expect(log.appliedSeq).toBe(effects.at(-1) ?? 0); // what a snapshot would claim is what has had effect
  expect(new Set(effects).size).toBe(effects.length);
  expect([log.hasFailed, fatal]).toEqual([true, [expect.any(InvariantError)]]);
});

test("alerts, which have effect already, do not stand for the rows before them", async () => {
  const { log, pending, fatal } = startLog();
  const rows = log.commit(BODY, () => undefined);
  const alerts = log.commit(BODY, IN_EFFECT);
  pending[1]!.resolve(2);
  await expect(alerts).rejects.toThrow(InvariantError);
  expect([log.appliedSeq, fatal.length]).toEqual([0, 1]);
  pending[0]!.reject(new OperationError("closed", "closed", { retryable: false }));
  await expect(rows).rejects.toThrow("closed");
});

describe("an entry that is not durable", () => {
  const diskFull = new OperationError("disk-full", "no room", { retryable: true });
  const diskError = new OperationError("disk-error", "fsync failed", { retryable: false });

  test.each([
    ["for want of room has no effect, and the next one takes its number", diskFull, false],
    ["for a disk that must not be written again is the end", diskError, true],
    ["for a bug of the store is the end", new InvariantError("a broken chain"), true],
  ])("%s", async (_name, error, isEnd) => {
    const { log, pending, fatal, counters } = startLog(4);
    const effects: number[] = [];
    const failing = log.commit(BODY, () => effects.push(5));
    pending[0]!.reject(error);
    await expect(failing).rejects.toBe(error);
    expect([effects, log.appliedSeq, log.queuedBytes]).toEqual([[], 4, 0]);
    expect(counters).toMatchObject({ entries: 0, failedEntries: 1 });
    expect([log.hasFailed, fatal]).toEqual([isEnd, isEnd ? [error] : []]);
    if (isEnd) return;
    const next = log.commit(BODY, () => effects.push(5));
    pending[1]!.resolve(5);
    await next;
    expect(log.appliedSeq).toBe(5);
  });
});
