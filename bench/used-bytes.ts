/** What this process holds on to after a full collection: the heap and what hangs on it. Needs `--expose-gc`. */
import { setTimeout as wait } from "node:timers/promises";

export async function usedBytes(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await wait(20); // freed array buffers are swept by another thread
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
