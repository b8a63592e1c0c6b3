/** `npm run bench [-- [name[:part] …] [--peers] [--readme] [--quick] [--profile]]`: runs benches, prints one table, writes it as JSON. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { format, resolveConfig } from "prettier";
import { inlineThePointsWay } from "../src/ingest/index.ts";
import { isAsked, runCase } from "./bench-case.ts";
import type { BenchSettings } from "./bench-settings.ts";
import { BENCHES } from "./catalog.ts";
import { terminalProgress } from "./progress.ts";
import { markdownTable, withTable } from "./readme-table.ts";
import type { BenchRow } from "./row.ts";
import { renderTable } from "./table.ts";

const RESULTS = "bench/results";
const README = "README.md";
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    peers: { type: "boolean", default: false },
    readme: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    profile: { type: "boolean", default: false },
  },
});

if (values.readme && (values.quick || values.profile || positionals.length > 0))
  refuse("--readme writes the table of a whole run: no names, no --quick, no --profile");

inlineThePointsWay(); // as the server does
const progress = terminalProgress();
const settings: BenchSettings = {
  isQuick: values.quick,
  withPeers: values.peers,
  progress,
  ...(values.profile ? { profileDirectory: RESULTS } : {}),
};
const cases = Object.entries(BENCHES).flatMap(([benchName, bench]) =>
  bench(settings).map((benchCase) => ({ benchName, ...benchCase })),
);
for (const word of positionals)
  if (!cases.some(({ benchName, name }) => isAsked([word], benchName, name)))
    refuse(`no bench ${word}; there are: ${Object.keys(BENCHES).join(", ")}`);

const rows: BenchRow[] = [];
for (const { benchName, ...benchCase } of cases) {
  if (!isAsked(positionals, benchName, benchCase.name)) continue;
  progress(`${benchName}: ${benchCase.name}`);
  try {
    rows.push(...(await runCase(benchCase)));
  } catch (error) {
    // the figures of the others are wanted all the same
    console.error(`\n${benchName}: ${benchCase.name}:`, error);
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
if (values.readme) await writeReadme();
process.exit(); // whatever a bench left open

/** A table with holes would not be the whole run's. */
async function writeReadme(): Promise<void> {
  if (process.exitCode === 1) {
    console.error(`${README} is as it was, since not every bench gave its figures.`);
    return;
  }
  const text = withTable(readFileSync(README, "utf8"), markdownTable(rows, machine));
  const style = await resolveConfig(README);
  writeFileSync(README, await format(text, { ...style, filepath: README }));
  console.log(README);
}

function refuse(why: string): never {
  console.error(why);
  process.exit(2);
}
