/** `npm run bench [-- [name …] [--peers] [--quick]]`: runs benches, prints one table, writes it as JSON. */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
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
  },
});

const unknown = positionals.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(", ")}; there are: ${Object.keys(BENCHES).join(", ")}`);
  process.exit(2);
}

const progress = terminalProgress();
const rows: BenchRow[] = [];
for (const [name, bench] of Object.entries(BENCHES)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  progress(name);
  rows.push(...(await bench({ isQuick: values.quick, withPeers: values.peers, progress })));
}

const machine = `${cpus().length} x ${cpus()[0]?.model ?? "?"}, Node ${process.version}`;
console.log(`\n${machine}\n\n${renderTable(rows)}`);
const stamp = new Date().toISOString().replaceAll(":", "-").slice(0, 19);
mkdirSync(RESULTS, { recursive: true });
const file = `${RESULTS}/${stamp}.json`;
writeFileSync(file, `${JSON.stringify({ at: stamp, machine, ...values, rows }, undefined, 2)}\n`);
console.log(`\n${file}`);
process.exit(0); // whatever a bench left open
