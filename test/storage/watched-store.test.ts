import { beforeEach, describe, expect, it } from "vitest";
import { OperationError } from "../../src/slo/index.ts";
import { WatchedStore } from "../../src/storage/index.ts";
import { createMemoryStore, type MemoryStore } from "./memory-store.ts";

const fault = (code: string) => new OperationError(code, code, { retryable: true });
const BODY = new Uint8Array(8);

let now: number;
let memory: MemoryStore;
let told: string[];
let store: WatchedStore;
const open = async (appendIsDurable = true) => {
  now = 1_000_000;
  memory = createMemoryStore();
  told = [];
  store = new WatchedStore(memory, {
    now: () => now,
    appendIsDurable,
    onFailed: ({ code }) => told.push(`failed: ${code}`),
    onRecovered: (failedForMs) => told.push(`recovered after ${failedForMs}`),
  });
  await store.recover();
};
const append = async (code?: string) => {
  if (code !== undefined) memory.failNext(fault(code));
  return store.append(BODY).then(
    () => "taken",
    (error: OperationError) => error.code,
  );
};
const snapshot = async (code?: string) => {
  if (code !== undefined) memory.failNext(fault(code));
  return store.saveSnapshot(0, []).then(
    () => "taken",
    (error: OperationError) => error.code,
  );
};

describe("with appends that are durable when they resolve", () => {
  beforeEach(() => open());

  it("tells of the first failure, and of the first success after 15 s without one", async () => {
    expect(await append("disk-full")).toBe("disk-full");
    now += 10_000;
    expect([await append("disk-full"), await append()]).toEqual(["disk-full", "taken"]);
    expect(told).toEqual(["failed: disk-full"]);
    now += 14_999;
    await append(); // small ones find room where others do not
    expect(store.failure?.code).toBe("disk-full");
    now += 1;
    await append();
    expect(told).toEqual(["failed: disk-full", "recovered after 25000"]);
    expect(store.failure).toBeUndefined();
  });

  it("takes a snapshot that fails or succeeds for a write as well", async () => {
    await snapshot("disk-full");
    now += 15_000;
    await snapshot();
    expect(told).toEqual(["failed: disk-full", "recovered after 15000"]);
  });

  it("does not take a burst, or its own end, for a failing disk", async () => {
    expect(await append("overloaded")).toBe("overloaded");
    await store.close();
    expect(await append()).toBe("closed");
    expect(told).toEqual([]);
  });

  it("does not wait for a clock that was set back", async () => {
    await append("disk-full");
    now -= 3_600_000;
    await append();
    expect(told).toEqual(["failed: disk-full", "recovered after 0"]);
  });
});

describe("with appends that resolve when they are queued", () => {
  beforeEach(() => open(false));

  it("only a snapshot shows that the disk takes writes", async () => {
    await append("overloaded");
    now += 60_000;
    await append();
    expect(told).toEqual(["failed: overloaded"]);
    await snapshot();
    expect(told).toEqual(["failed: overloaded", "recovered after 60000"]);
  });
});
