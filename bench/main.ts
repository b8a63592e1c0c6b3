/** `npm run bench [-- [name …] [--peers] [--quick] [--profile]]`: runs benches, prints one table, writes it as JSON. */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import type { BenchSettings } from "./bench-settings.ts";
import { BENCHES } from "./catalog.ts";
import { terminalProgress } from "./progress.ts";
import type { BenchRow } from "./row.ts";
import { renderTable } from "./table.ts";

const RESULTS = "bench/results";
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    peers: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    profile: { type: "boolean", default: false },
  },
});

// `ingest:gzip` asks for one part of a bench
const asked = new Map(
  positionals.map((text) => {
    const [name = "", part] = text.split(":", 2);
    return [name, part];
  }),
);
const unknown = [...asked.keys()].filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(", ")}; there are: ${Object.keys(BENCHES).join(", ")}`);
  process.exit(2);
}

const progress = terminalProgress();
const settings: BenchSettings = {
  isQuick: values.quick,
  withPeers: values.peers,
  progress,
  ...(values.profile ? { profileDirectory: RESULTS } : {}),
};
const rows: BenchRow[] = [];
for (const [name, bench] of Object.entries(BENCHES)) {
  if (asked.size > 0 && !asked.has(name)) continue;
  const part = asked.get(name);
  progress(name);
  try {
    rows.push(...(await bench({ ...settings, ...(part === undefined ? {} : { part }) })));
  } catch (error) {
    console.error(`\n${name}:`, error); // the figures of the others are wanted all the same
    process.exitCode = 1;
  }
}

const machine = `${cpus().length} x ${cpus()[0]?.model ?? "?"}, Node ${process.version}`;
if (values.quick) console.log("\nA quick run checks results; its times and rates mean nothing.");
console.log(`\n${machine}\n\n${renderTable(rows)}`);
const stamp = new Date().toISOString().replaceAll(":", "-").slice(0, 19);
mkdirSync(RESULTS, { recursive: true });
const file = `${RESULTS}/${stamp}.json`;
writeFileSync(file, `${JSON.stringify({ at: stamp, machine, ...values, rows }, undefined, 2)}\n`);
console.log(`\n${file}`);
process.exit(); // whatever a bench left open
