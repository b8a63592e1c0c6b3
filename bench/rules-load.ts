/**
 * A folder of rule files, read as `serve` reads it: at a start (all new), and again when one of them was edited.
 * Sketch: a file of 700 B is some 130 YAML tokens; lexing, parsing and composing them is what the peer does too; checking
 * against the format, compiling matchers and looking for duplicates come on top and should cost less than that.
 * Peer: `parse` of the yaml package on the same texts, from memory, nothing done with what it gives.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { loadRules } from "../src/rules/index.ts";
import type { BenchCase } from "./bench-case.ts";
import type { BenchSettings } from "./bench-settings.ts";
import { cpuMicros } from "./process-usage.ts";
import type { BenchRow } from "./row.ts";

const WHOLE_FILES = 10_000;
const TINY_FILES = 20;
const FILES_PER_FOLDER_NAME = 5;

export const rulesLoadCases = ({ isQuick }: BenchSettings): readonly BenchCase[] => [
  {
    name: "load 10k rule files",
    targets: [],
    run: () => measure(isQuick ? TINY_FILES : WHOLE_FILES),
  },
];

function measure(fileCount: number): readonly BenchRow[] {
  const directory = mkdtempSync(join(tmpdir(), "slowburn-bench-rules-"));
  try {
    const texts = Array.from({ length: fileCount }, (_, index) => ruleText(index));
    texts.forEach((text, index) => writeFileSync(join(directory, nameOf(index)), text));
    const settings = { bucketMs: 10_000, fileLimit: fileCount, now: () => 1 };
    const peerMs = timed(() => texts.forEach((text) => void parse(text)));
    let set = loadRules(directory, { ...settings, fileLimit: 1 }); // compiled before it counts
    const allMs = timed(() => (set = loadRules(directory, settings)));
    check(set.slos.length === fileCount * 2 && set.problems.length === 0, "every SLO is loaded");
    writeFileSync(join(directory, nameOf(0)), ruleText(0).replace("99.9%", "99.5%"));
    const before = set;
    const editMs = timed(() => (set = loadRules(directory, { ...settings, previous: before })));
    const edited = set.slos.filter((slo, index) => slo !== before.slos[index]);
    check(edited.length === 2, "only the edited file is read anew");
    const peerRate = (fileCount * 1000) / peerMs;
    return [
      {
        name: "rule files loaded, 2 SLOs each",
        unit: "files/CPU s",
        value: (fileCount * 1000) / allMs,
        peers: [{ name: "yaml parse only", value: peerRate }],
      },
      { name: `${fileCount} rule files: all of them`, unit: "CPU ms", value: allMs },
      { name: `${fileCount} rule files: again, one edited`, unit: "CPU ms", value: editMs },
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const nameOf = (index: number): string => `team-${index % FILES_PER_FOLDER_NAME}-${index}.yaml`;

const ruleText = (index: number): string => `apiVersion: slowburn/v1
service: service-${index}
owner: team-${index % 100}
labels: { tier: "1", origin: application }
slos:
  availability:
    description: Answers that are not our fault.
    objective: 99.9%
    window: 30d
    sli:
      metric: http.server.request.duration
      where: { service.name: service-${index}, http.route: { not: [/healthz, /readyz] } }
      bad: { error.type: { exists: true } }
    alerts: workbook
  latency:
    objective: 99%
    sli: { metric: http.server.request.duration, where: { service.name: service-${index} }, faster: 250ms }
    per: [http.route]
`;

/** CPU time, ms. */
const timed = (work: () => void): number => cpuMicros(work) / 1000;

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`it does not hold that ${what}`);
}
