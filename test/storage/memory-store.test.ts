import { describe, expect, test } from "vitest";
import { OperationError } from "../../src/slo/index.ts";
import { createMemoryStore } from "./memory-store.ts";
import { bytesOf, runMemory } from "./harness.ts";
import { storeSuite } from "./store-suite.ts";

storeSuite("memory", () => runMemory());

describe("the memory store's levers", () => {
  test("while held, nothing is acknowledged, and a crash takes it", async () => {
    const store = createMemoryStore();
    await store.recover();
    await store.append(bytesOf(1));
    store.hold();
    const lost = store.append(bytesOf(2));
    const next = store.crash();
    await expect(lost).rejects.toMatchObject({ code: "closed" });
    expect((await next.recover()).entries.map(({ seq }) => seq)).toEqual([1]);
  });

  test("release acknowledges what was held", async () => {
    const store = createMemoryStore();
    await store.recover();
    store.hold();
    const held = store.append(bytesOf(1));
    store.release();
    await expect(held).resolves.toBe(1);
  });

  test("an injected failure takes all that is queued, and the next append goes on", async () => {
    const store = createMemoryStore();
    await store.recover();
    store.hold();
    const both = [store.append(bytesOf(1)), store.append(bytesOf(2))];
    store.failNext(new OperationError("disk-full", "full", { retryable: true }));
    store.release();
    for (const append of both) await expect(append).rejects.toMatchObject({ code: "disk-full" });
    await expect(store.append(bytesOf(3))).resolves.toBe(1);
  });
});
