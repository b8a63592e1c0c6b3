/**
 * The journal: how many durable commits a second, how long one waits, and what an append costs the main thread.
 * Sketch: a commit is one message there and back (some 20 µs of the main thread), a copy (10 GB/s), two checksums and a
 * `write` + `fdatasync` in the thread. Budget: 200 group commits a second, 5 ms each; DESIGN 9 wants p99 12 ms at half load.
 * Peer: better-sqlite3 called on the main thread, one row a transaction, same journal mode and sync level, no checksums.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Sqlite } from "../src/storage/sqlite.ts";
import { openSqliteStore, type Store } from "../src/storage/index.ts";
import type { BenchCase } from "./bench-case.ts";
import type { BenchSettings } from "./bench-settings.ts";
import type { BenchRow, Target } from "./row.ts";

const SIZES_KIB = [1, 16, 256];
/** Of each of the three parts of a case. */
const SECONDS = 2;
const QUICK_SECONDS = 0.05;
/** Appends that wait at a time: the group commit's callers. */
const AT_ONCE = 4;

export const journalCases = ({ isQuick }: BenchSettings): readonly BenchCase[] =>
  SIZES_KIB.map((kib) => {
    const name = `journal, ${kib} KiB entries`;
    const p99: Target = { name: `${name}, 200/s: p99`, unit: "ms", target: 12 };
    const seconds = isQuick ? QUICK_SECONDS : SECONDS;
    return { name, targets: [p99], run: () => measure(name, kib * 1024, seconds, p99) };
  });

async function measure(
  name: string,
  sizeBytes: number,
  seconds: number,
  p99: Target,
): Promise<BenchRow[]> {
  const peer = { name: "better-sqlite3, same thread", value: peerCommits(sizeBytes, seconds) };
  const full = await withStore((store) => saturate(store, sizeBytes, seconds));
  const half = await withStore((store) => paced(store, sizeBytes, seconds, 200));
  return [
    {
      name: `${name}, ${AT_ONCE} at once`,
      unit: "appends/s",
      value: full.appendsPerSecond,
      peers: [peer],
    },
    { name: `${name}, ${AT_ONCE} at once`, unit: "MB/s", value: full.megabytesPerSecond },
    { name: `${name}, 200/s: p50`, unit: "ms", value: half.p50Ms },
    { ...p99, value: half.p99Ms },
    { name: `${name}, main thread CPU`, unit: "µs/append", value: full.mainMicros },
    { name: `${name}, CPU of all threads`, unit: "µs/append", value: full.cpuMicros },
  ];
}

interface Run {
  readonly lastSeq: number;
}

/** Runs `work` on a store of its own, then starts again and checks that nothing is missing. */
async function withStore<T extends Run>(work: (store: Store) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "slowburn-bench-"));
  const settings = { directory, durability: "ack", now: Date.now } as const;
  try {
    const store = await openSqliteStore(settings);
    await store.recover();
    const run = await work(store);
    await store.close();
    const again = await openSqliteStore(settings);
    const { lastSeq, damage } = await again.recover();
    await again.close();
    if (lastSeq !== run.lastSeq || damage.length > 0)
      throw new Error("the journal is not complete");
    return run;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The journal is cut as in a server, where a snapshot comes each minute; here each 32 MiB. */
const SNAPSHOT_BYTES = 32 * 1024 * 1024;

async function saturate(store: Store, sizeBytes: number, seconds: number) {
  const body = new Uint8Array(sizeBytes).fill(7);
  let appends = 0;
  let unsavedBytes = 0;
  const endAt = performance.now() + seconds * 1000;
  const mainBefore = mainThreadMicros();
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const lane = async (): Promise<void> => {
    while (performance.now() < endAt) {
      const seq = await store.append(body);
      appends++;
      unsavedBytes += sizeBytes;
      if (unsavedBytes >= SNAPSHOT_BYTES) {
        unsavedBytes = 0;
        await store.saveSnapshot(seq, []);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  const elapsedMs = performance.now() - startedAt;
  const cpu = process.cpuUsage(cpuBefore);
  return {
    lastSeq: appends,
    appendsPerSecond: (appends / elapsedMs) * 1000,
    megabytesPerSecond: (appends * sizeBytes) / elapsedMs / 1000,
    mainMicros: (mainThreadMicros() - mainBefore) / appends,
    cpuMicros: (cpu.user + cpu.system) / appends,
  };
}

/** CPU time of this thread; where there is no Linux /proc, the time its event loop was active. */
function mainThreadMicros(): number {
  const path = `/proc/self/task/${process.pid}/schedstat`;
  if (!existsSync(path)) return performance.eventLoopUtilization().active * 1000;
  return Number(readFileSync(path, "utf8").split(" ")[0]) / 1000;
}

/** Latency at a given rate, from the moment the append was due. */
async function paced(store: Store, sizeBytes: number, seconds: number, perSecond: number) {
  const body = new Uint8Array(sizeBytes).fill(7);
  const latenciesMs: number[] = [];
  const startedAt = performance.now();
  const waiting: Promise<void>[] = [];
  for (let i = 0; i < seconds * perSecond;) {
    const dueAt = startedAt + (i * 1000) / perSecond;
    if (performance.now() < dueAt) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      continue;
    }
    i++;
    const sentAt = performance.now();
    waiting.push(store.append(body).then(() => void latenciesMs.push(performance.now() - sentAt)));
  }
  await Promise.all(waiting);
  latenciesMs.sort((a, b) => a - b);
  const at = (share: number): number => latenciesMs[Math.floor(latenciesMs.length * share)] ?? 0;
  return { lastSeq: latenciesMs.length, p50Ms: at(0.5), p99Ms: at(0.99) };
}

function peerCommits(sizeBytes: number, seconds: number): number {
  const directory = mkdtempSync(join(tmpdir(), "slowburn-bench-"));
  const db = new Sqlite(join(directory, "peer.db"));
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.exec("CREATE TABLE journal (seq INTEGER PRIMARY KEY, body BLOB)");
  db.pragma("synchronous = FULL"); // Again: the first write lowers it.
  const insert = db.prepare("INSERT INTO journal (body) VALUES (?)");
  const body = new Uint8Array(sizeBytes).fill(7);
  const startedAt = performance.now();
  let commits = 0;
  for (; performance.now() < startedAt + seconds * 1000; commits++) insert.run(body);
  const perSecond = (commits / (performance.now() - startedAt)) * 1000;
  db.close();
  rmSync(directory, { recursive: true });
  return perSecond;
}
