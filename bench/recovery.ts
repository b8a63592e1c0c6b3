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
import type { BenchCase } from "./bench-case.ts";
import { checkCounts } from "./bench-rules.ts";
import type { BenchSettings } from "./bench-settings.ts";
import { FLEET_SLOS, startFleet, type FleetSettings } from "./fleet.ts";
import type { LoadTotals } from "./otlp-load.ts";
import type { BenchRow, Target } from "./row.ts";
import { profileOptions, startSlowburn } from "./server-under-test.ts";

const WHOLE: FleetSettings = { streamCount: 100_000, seriesCount: 1_000_000 };
const TINY: FleetSettings = { streamCount: 20, seriesCount: 100 };

export function recoveryCases(settings: BenchSettings): readonly BenchCase[] {
  const size = settings.isQuick ? TINY : WHOLE;
  const name = `start to ready, ${size.streamCount} streams, ${size.seriesCount} series`;
  const target: Target = { name, unit: "s", target: 10, beat: 3 };
  return [{ name, targets: [target], run: () => measure(size, target, settings) }];
}

async function measure(
  size: FleetSettings,
  target: Target,
  settings: BenchSettings,
): Promise<BenchRow[]> {
  const { isQuick, profileDirectory, progress } = settings;
  const directory = mkdtempSync(join(tmpdir(), "slowburn-bench-"));
  try {
    progress("recovery: making the data directory");
    const fed = await fillDirectory(directory, size);
    progress("recovery: starting");
    const server = await startSlowburn({
      rules: {},
      directory,
      isInProcess: isQuick,
      ...profileOptions(settings),
    });
    const cpuSeconds = server.cpuSeconds(); // of use on a machine that others load too
    try {
      await checkSize(server.apiUrl, size);
      await checkCounts(server.apiUrl, FLEET_SLOS, fed);
    } finally {
      await server.stop(isQuick || profileDirectory !== undefined ? undefined : "kill");
    }
    return [
      { ...target, value: server.startMs / 1000 },
      { name: `${target.name}: CPU of all threads`, unit: "s of CPU", value: cpuSeconds },
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** As a server leaves it that is killed after a snapshot and one more export of everything. */
async function fillDirectory(directory: string, size: FleetSettings): Promise<LoadTotals> {
  const store = await openSqliteStore({
    directory: join(directory, "data"),
    durability: "interval", // what is on the disk in the end is the same
    now: Date.now,
  });
  const fleet = await startFleet(size, store, join(directory, "rules"));
  await fleet.feed(Date.now());
  await fleet.intake.flush();
  await new Snapshotter(fleet.core, store).take(fleet.intake.appliedSeq);
  await fleet.feed(Date.now());
  await fleet.intake.flush();
  await store.close();
  return fleet.totals();
}

/** Throws when streams or series are missing. */
async function checkSize(apiUrl: string, size: FleetSettings): Promise<void> {
  const answer = await fetch(`${apiUrl}/api/v1/status`);
  const seen = (await answer.json()) as FleetSettings; // a part of StatusAnswer
  if (seen.seriesCount < size.seriesCount || seen.streamCount < size.streamCount)
    throw new Error(
      `recovered ${seen.streamCount} streams and ${seen.seriesCount} series of ${JSON.stringify(size)}`,
    );
}
