/**
 * Memory per series and per stream, from the heap and what hangs on it after a full collection: the parts that count, fed by
 * real requests, without sockets. To reach: 200 B a series (histograms too), 16 KiB a stream; then half of it (DESIGN
 * section 9). Sketch: a sum's key is some 120 B of attributes, its state 40 B; a stream of 30 d and 8 lookbacks holds
 * 360 + 720 + 744 buckets of two numbers.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Store } from "../src/storage/index.ts";
import type { BenchCase } from "./bench-case.ts";
import type { BenchSettings } from "./bench-settings.ts";
import { startFleet, type FleetSettings } from "./fleet.ts";
import type { Target } from "./row.ts";
import { usedBytes } from "./used-bytes.ts";

const STREAM_BYTES = 16 * 1024;
const SERIES_BYTES = 200;

export function memoryCases({ isQuick }: BenchSettings): readonly BenchCase[] {
  const streamCount = isQuick ? 20 : 20_000;
  const seriesCount = isQuick ? 200 : 220_000;
  const series: Target = {
    name: `memory of a sum series, ${seriesCount} of them`,
    unit: "B/series",
    target: SERIES_BYTES,
    beat: SERIES_BYTES / 2,
  };
  const stream: Target = {
    name: `memory of a stream, 30 d and 8 lookbacks, ${streamCount} of them`,
    unit: "B/stream",
    target: STREAM_BYTES,
    beat: STREAM_BYTES / 2,
  };
  const run = async () => {
    const few = await measure({ streamCount, seriesCount: streamCount });
    const many = await measure({ streamCount, seriesCount });
    const perSeries = (many - few) / (seriesCount - streamCount);
    return [
      { ...series, value: perSeries },
      { ...stream, value: few / streamCount - perSeries },
    ];
  };
  return [
    { name: `${streamCount} streams, ${seriesCount} series`, targets: [series, stream], run },
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
    fleet.engine.tick(startMs + 20_000); // the last bucket fed ends up to 11 s after the start
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
