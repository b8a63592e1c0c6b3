/**
 * From start to ready after a crash: 100k streams, 1M series, a snapshot and one export of every series in the journal after
 * it. To reach 10 s, then 3 s (DESIGN section 9). The data directory is made by the parts that count, as a server has them;
 * what is measured is `slowburn serve` in a process of its own until it listens, its rules' loading included.
 * Sketch: 1.6 GB of rings and 300 MB of keys read and checked, 1M rows applied at some 300 ns.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Snapshotter } from "../src/ingest/index.ts";
import { openSqliteStore } from "../src/storage/index.ts";
import type { BenchSettings } from "./bench-settings.ts";
import { startFleet, type FleetSettings } from "./fleet.ts";
import type { BenchRow } from "./row.ts";
import { profileOptions, startSlowburn } from "./server-under-test.ts";

/** The whole takes minutes to make: `npm run bench -- recovery:full`. */
const FULL: FleetSettings = { streamCount: 100_000, seriesCount: 1_000_000 };
const TENTH: FleetSettings = { streamCount: 10_000, seriesCount: 100_000 };
const TINY: FleetSettings = { streamCount: 20, seriesCount: 100 };
const TARGET_SECONDS = 10;
const BEAT_SECONDS = 3;

export async function benchRecovery(bench: BenchSettings): Promise<BenchRow[]> {
  const { isQuick, progress } = bench;
  const settings = isQuick ? TINY : bench.part === "full" ? FULL : TENTH;
  const { streamCount, seriesCount } = settings;
  const directory = mkdtempSync(join(tmpdir(), "slowburn-bench-"));
  try {
    progress(`recovery: making ${streamCount} streams and ${seriesCount} series`);
    await fillDirectory(directory, settings);
    progress("recovery: starting");
    const server = await startSlowburn({
      rules: {},
      directory,
      isInProcess: isQuick,
      ...profileOptions(bench),
    });
    const seconds = server.startMs / 1000;
    const cpuSeconds = server.cpuSeconds(); // of use on a machine that others load too
    const seen = await counted(server.apiUrl);
    await server.stop(isQuick || bench.profileDirectory !== undefined ? undefined : "kill");
    if (seen.seriesCount < seriesCount || seen.streamCount < streamCount)
      throw new Error(
        `recovered ${seen.streamCount} and ${seen.seriesCount} instead of ${JSON.stringify(settings)}`,
      );
    const name = `start to ready, ${streamCount} streams, ${seriesCount} series`;
    return [
      {
        name,
        unit: "s",
        value: seconds,
        target: (TARGET_SECONDS * streamCount) / FULL.streamCount,
        beat: (BEAT_SECONDS * streamCount) / FULL.streamCount,
      },
      ...(isQuick
        ? []
        : [{ name: `${name}: CPU of all threads`, unit: "s of CPU", value: cpuSeconds }]),
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** As a server leaves it that is killed after a snapshot and one more export of everything. */
async function fillDirectory(directory: string, settings: FleetSettings): Promise<void> {
  const store = await openSqliteStore({
    directory: join(directory, "data"),
    durability: "interval", // what is on the disk in the end is the same
    now: Date.now,
  });
  const fleet = await startFleet(settings, store, join(directory, "rules"));
  await fleet.feed(Date.now());
  await fleet.intake.flush();
  await new Snapshotter(fleet.core, store).take(fleet.intake.appliedSeq);
  await fleet.feed(Date.now());
  await fleet.intake.flush();
  await store.close();
}

interface StatusSeen {
  readonly seriesCount: number;
  readonly streamCount: number;
}

async function counted(apiUrl: string): Promise<StatusSeen> {
  const answer = await fetch(`${apiUrl}/api/v1/status`);
  return (await answer.json()) as StatusSeen; // a part of StatusAnswer
}
