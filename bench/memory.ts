/**
 * Memory per series and per stream, from the heap and what hangs on it after a full collection: the parts that count, fed by
 * real requests, without sockets. To reach: 200 B a series (histograms too), 16 KiB a stream; then half of it (DESIGN
 * section 9). Sketch: a sum's key is some 120 B of attributes, its state 40 B; a stream of 30 d and 8 lookbacks holds
 * 360 + 720 + 744 buckets of two numbers.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Store } from "../src/storage/index.ts";
import type { BenchSettings } from "./bench-settings.ts";
import { startFleet, type FleetSettings } from "./fleet.ts";
import type { BenchRow } from "./row.ts";

const STREAM_TARGET = 16 * 1024;
const SERIES_TARGET = 200;

export async function benchMemory({ isQuick, progress }: BenchSettings): Promise<BenchRow[]> {
  const streamCount = isQuick ? 20 : 20_000;
  const seriesCount = isQuick ? 200 : 220_000;
  progress(`memory: ${streamCount} streams, a series each`);
  const few = await measure({ streamCount, seriesCount: streamCount });
  progress(`memory: ${streamCount} streams, ${seriesCount} series`);
  const many = await measure({ streamCount, seriesCount });
  const perSeries = (many - few) / (seriesCount - streamCount);
  return [
    {
      name: `memory of a sum series, ${seriesCount} of them`,
      unit: "B/series",
      value: perSeries,
      target: SERIES_TARGET,
      beat: SERIES_TARGET / 2,
    },
    {
      name: `memory of a stream, 30 d and 8 lookbacks, ${streamCount} of them`,
      unit: "B/stream",
      value: few / streamCount - perSeries,
      target: STREAM_TARGET,
      beat: STREAM_TARGET / 2,
    },
  ];
}

/** Bytes that the fleet takes after two exports of each series. */
async function measure(settings: FleetSettings): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), "slowburn-bench-"));
  try {
    const before = await usedBytes();
    const fleet = await startFleet(settings, nothingKept(), join(directory, "rules"));
    const startMs = Date.now();
    await fleet.feed(startMs);
    await fleet.feed(startMs + 1_000);
    fleet.engine.tick(startMs + 10_000);
    fleet.check();
    return (await usedBytes()) - before - fleet.requestBytes;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The journal is the disk's, not memory's. */
function nothingKept(): Store {
  let seq = 0;
  return {
    recover: () =>
      Promise.resolve({
        isFresh: true,
        parts: new Map(),
        entries: [],
        lastSeq: 0,
        outbox: [],
        damage: [],
      }),
    append: () => Promise.resolve(++seq),
    saveSnapshot: () => Promise.resolve(),
    stats: () =>
      Promise.resolve({ databaseBytes: 0, walBytes: 0, journalEntries: seq, snapshotSeq: 0 }),
    close: () => Promise.resolve(),
  };
}

async function usedBytes(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await wait(20); // freed array buffers are swept by another thread
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
