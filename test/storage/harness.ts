/** Stores on directories of their own, with a crash that is an exact picture of `kill -9`: the files as they are at that turn. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { noFailpoint, type Failpoint } from "../../src/storage/failpoint.ts";
import type { Recovery, Store, StoreSettings } from "../../src/storage/index.ts";
import { connectStore } from "../../src/storage/sqlite-store.ts";
import { sameThreadStorage } from "../../src/storage/thread.ts";
import { createMemoryStore, type MemoryStore } from "./memory-store.ts";

export const NOW_MS = 1_700_000_000_000;

/** A store that was opened and recovered. */
export interface Running {
  readonly store: Store;
  readonly recovery: Recovery;
  /** As after `kill -9` and a start. */
  crash(): Promise<Running>;
  /** As after a stop and a start. */
  restart(): Promise<Running>;
}

const made: string[] = [];
afterAll(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** Memory where there is some: hundreds of small stores, and none of them outlives a power cut. */
export const MEMORY_DISK: string = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

export function newDirectory(under: string = tmpdir()): string {
  const directory = mkdtempSync(join(under, "slowburn-storage-"));
  made.push(directory);
  return directory;
}

/** What a killed process leaves: everything but its locks. Suffix `-shm` is memory of the dead. */
export function copyFiles(from: string, to: string = newDirectory()): string {
  mkdirSync(to, { recursive: true });
  for (const name of ["slowburn.db", "slowburn.db-wal", "hwm", "slowburn.db.rebuild"]) {
    if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name));
  }
  return to;
}

export interface SqliteOptions extends Partial<StoreSettings> {
  readonly failpoint?: Failpoint;
}

export async function openSqlite(directory: string, options: SqliteOptions = {}): Promise<Store> {
  const { failpoint = noFailpoint, ...settings } = options;
  return connectStore(sameThreadStorage(failpoint), {
    directory,
    durability: "ack",
    now: () => NOW_MS,
    ...settings,
  });
}

export async function runSqlite(
  directory: string = newDirectory(),
  options: SqliteOptions = {},
): Promise<Running> {
  const store = await openSqlite(directory, options);
  const recovery = await store.recover();
  return {
    store,
    recovery,
    crash: async () => {
      const image = copyFiles(directory);
      await store.close().catch(() => {}); // The dead do not answer.
      return runSqlite(image, options);
    },
    restart: async () => {
      await store.close();
      return runSqlite(directory, options);
    },
  };
}

export async function runMemory(store: MemoryStore = createMemoryStore()): Promise<Running> {
  const recovery = await store.recover();
  return {
    store,
    recovery,
    crash: () => runMemory(store.crash()),
    restart: async () => {
      await store.close();
      return runMemory(store.crash());
    },
  };
}

export const bytesOf = (...values: number[]): Uint8Array => Uint8Array.from(values);
export const textBytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
