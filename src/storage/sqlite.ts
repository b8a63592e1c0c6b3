/**
 * better-sqlite3 in the version that this Node line can run.
 *
 * Version 12 aborts the process on Node 24.19 and later of that line when it was compiled there: its objects inherit a cleanup
 * hook whose removal at garbage collection finds no environment (nodejs/node#65446). Version 13 stands on Node-API 10, which
 * has no such hook, and Node 20 does not offer. npm leaves the optional version 13 out where the engine does not match.
 */
import { createRequire } from "node:module";
import type SqliteConstructor from "better-sqlite3";

export type { Database, Statement } from "better-sqlite3";

/** Node-API 10 came with Node 22.14 and 23.6. */
const NODE_API_OF_13 = 10;

const require = createRequire(import.meta.url);
const hasNodeApi = Number(process.versions["napi"]) >= NODE_API_OF_13;

export const Sqlite = require(
  hasNodeApi ? "better-sqlite3-13" : "better-sqlite3",
) as typeof SqliteConstructor;
