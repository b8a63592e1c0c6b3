/** `kill -9` of a real process with the real thread, and inside each named place of the write path. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { openSqliteStore, type Recovery } from "../../src/storage/index.ts";
import { buildSlowburn } from "../e2e/built.ts";
import { newDirectory, NOW_MS, textOf } from "./harness.ts";

const child = new URL("./crash-child.mjs", import.meta.url).pathname;
let built: string;
beforeAll(async () => {
  built = join(await buildSlowburn(), "storage");
}, 60_000);

interface Life {
  /** Where its recovery left off. */
  readonly ready: number;
  /** The last entry it acknowledged. */
  readonly acknowledged: number;
  readonly errors: string;
}

/** Runs until killed: by us after `killAfter` acknowledgements, or by itself at the failpoint. */
function live(directory: string, killAfter: number, failpoint: readonly string[]): Promise<Life> {
  return new Promise((resolve) => {
    const process_ = spawn(process.execPath, [child, built, directory, ...failpoint]);
    let output = "";
    let errors = "";
    process_.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    process_.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.split("ack ").length > killAfter) process_.kill("SIGKILL");
    });
    process_.on("close", () => {
      const numbers = (word: string): number[] =>
        [...output.matchAll(new RegExp(`^${word} (\\d+)$`, "gm"))].map(([, n]) => Number(n));
      const ready = numbers("ready").at(-1) ?? Number.NaN;
      resolve({ ready, acknowledged: Math.max(ready, ...numbers("ack")), errors });
    });
  });
}

/** What the next start reads: the last entry, and that everything up to it is what was written. */
async function inspect(directory: string): Promise<number> {
  const store = await openSqliteStore({ directory, durability: "ack", now: () => NOW_MS });
  const recovery = await store.recover();
  await store.close();
  expect(recovery.damage).toEqual([]);
  return lastOf(recovery);
}

function lastOf({ parts, entries }: Recovery): number {
  const numberOf = (bytes: Uint8Array | undefined): number =>
    bytes === undefined ? 0 : Number(textOf(bytes).split(" ")[0]);
  const at = numberOf(parts.get("at"));
  entries.forEach(({ seq, body }, index) =>
    expect([seq, numberOf(body)]).toEqual([at + 1 + index, seq]),
  );
  return at + entries.length;
}

describe("kill -9", () => {
  test("ten times under load: no acknowledged entry is lost, none is invented", async () => {
    const directory = newDirectory();
    let last = 0;
    for (let round = 0; round < 10; round++) {
      const { ready, acknowledged, errors } = await live(directory, 20 + round * 17, []);
      expect(errors).toBe("");
      expect(ready).toBe(last);
      last = await inspect(directory);
      expect(last).toBeGreaterThanOrEqual(acknowledged);
      expect(last).toBeLessThan(acknowledged + 8); // At most the batch that was under way.
    }
    expect(last).toBeGreaterThan(500);
  });

  test.each([
    ["append:begun", 12],
    ["append:inserted", 12],
    ["append:committed", 12],
    ["append:marked", 12],
    ["snapshot:begun", 3],
    ["snapshot:parts", 3],
    ["snapshot:committing", 3],
    ["snapshot:committed", 3],
    ["prune:deleted", 2],
    ["checkpoint:done", 2],
  ] as const)("inside %s, the %ith time", async (failpoint, count) => {
    const directory = newDirectory();
    const { acknowledged, errors } = await live(directory, Infinity, [failpoint, String(count)]);
    expect(errors).toBe("");
    expect(acknowledged).toBeGreaterThan(3);
    const last = await inspect(directory);
    expect(last).toBeGreaterThanOrEqual(acknowledged);
    if (failpoint === "append:committed") expect(last).toBeGreaterThan(acknowledged);
  });

  test("the lock goes with the process", async () => {
    const directory = newDirectory();
    const holder = spawn(process.execPath, [child, built, directory]);
    await new Promise((resolve) => holder.stdout.once("data", resolve));
    const open = () => openSqliteStore({ directory, durability: "ack", now: () => NOW_MS });
    await expect(open()).rejects.toMatchObject({
      code: "directory-locked",
      message: expect.stringContaining(`process ${holder.pid}`),
    });
    const gone = new Promise((resolve) => holder.once("exit", resolve));
    holder.kill("SIGKILL");
    await gone;
    await (await open()).close();
  });
});
