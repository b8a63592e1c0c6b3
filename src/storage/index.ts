/**
 * What survives a crash. In: packed journal entries, changed snapshot parts, outbox changes. Out: after a restart, the newest
 * good snapshot, every acknowledged entry after it, the notifications that still wait, and what could not be read back.
 * Promised: an `append` that resolved under `durability: "ack"` survives `kill -9` and a power cut on an honest disk; damage
 * is found by checksums and reported, never passed on as data. The rest is in README.md.
 */
export { openSqliteStore, type StoreSettings } from "./sqlite-store.ts";
export * from "./store.ts";
export { WatchedStore, type WatchPorts } from "./watched-store.ts";
