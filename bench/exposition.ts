/**
 * `/metrics` of 100k samples (DESIGN section 9): time of a whole scrape and the longest block of the event loop, beside
 * prom-client serving the same samples. Sketch: 100k lines of some 110 bytes are 11 MB of text; at 0.5 ns a byte to build
 * and copy and 150 ns to print a number, 30 ms. To reach: 150 ms and 20 ms; then 60 ms.
 */
import { buffer } from "node:stream/consumers";
import { setImmediate as turn } from "node:timers/promises";
import { Gauge, Registry } from "prom-client";
import type { ShardView, StreamView } from "../src/engine/index.ts";
import { Exposition, scrape, type ExpositionSource } from "../src/export/index.ts";
import {
  millis,
  parseObjective,
  ppb,
  streamIndex,
  windowsOf,
  workbookPolicy,
} from "../src/slo/index.ts";
import type { Slo } from "../src/slo/index.ts";
import type { BenchRow } from "./row.ts";

const SAMPLE_COUNT = 100_000;
const TARGET_MS = 150;
const TARGET_BLOCK_MS = 20;
const ROUNDS = 7;

interface Measured {
  readonly totalMs: number;
  readonly blockMs: number;
}

export async function benchExposition(sampleCount: number = SAMPLE_COUNT): Promise<BenchRow[]> {
  const source = syntheticSource(sampleCount);
  const exposition = new Exposition(source);
  const drain = () => drained(exposition.write("text"));
  const text = (await buffer(exposition.write("text"))).toString();
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  if (Math.abs(lines.length / sampleCount - 1) > 0.05)
    throw new Error(`the bench's exposition has ${lines.length} samples`);
  const ours = await measure(drain);
  const zipped = await measure(() =>
    drained(scrape(exposition, { accept: undefined, acceptEncoding: "gzip" }).body),
  );
  const registry = promClient(lines);
  const peer = await measure(() => registry.metrics());
  const name = `/metrics, ${lines.length} samples`;
  const peerName = "prom-client";
  return [
    {
      name,
      unit: "ms",
      value: ours.totalMs,
      target: TARGET_MS,
      peer: { name: peerName, value: peer.totalMs },
    },
    {
      name: `${name}, longest block of the event loop`,
      unit: "ms",
      value: ours.blockMs,
      target: TARGET_BLOCK_MS,
      peer: { name: peerName, value: peer.blockMs },
    },
    { name: `${name}, gzip`, unit: "ms", value: zipped.totalMs, target: TARGET_MS },
    {
      name: `${name}, gzip, longest block of the event loop`,
      unit: "ms",
      value: zipped.blockMs,
      target: TARGET_BLOCK_MS,
    },
  ];
}

/** Takes the pieces as a socket does: without joining them, which would block the loop itself. */
async function drained(pieces: AsyncIterable<Uint8Array>): Promise<number> {
  let sizeBytes = 0;
  for await (const piece of pieces) sizeBytes += piece.length;
  return sizeBytes;
}

/** Median of the rounds' times after two warm ones, and the median of their longest gaps between turns. */
async function measure(run: () => Promise<unknown>): Promise<Measured> {
  const totals: number[] = [];
  const blocks: number[] = [];
  for (let round = 0; round < ROUNDS + 2; round++) {
    let running = true;
    let longest = 0;
    const watch = (async () => {
      for (let last = performance.now(); running;) {
        await turn();
        const now = performance.now();
        longest = Math.max(longest, now - last);
        last = now;
      }
    })();
    const start = performance.now();
    await run();
    const total = performance.now() - start;
    running = false;
    await watch;
    if (round < 2) continue;
    totals.push(total);
    blocks.push(longest);
  }
  return { totalMs: median(totals), blockMs: median(blocks) };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

/** Streams of the workbook's policy over 30 days with random sums, until they make `sampleCount` samples. */
function syntheticSource(sampleCount: number): ExpositionSource {
  const base = syntheticSlo(0);
  const windows = windowsOf(base);
  const windowsMs = windows.map(({ lengthMs }) => lengthMs);
  // per SLO: 4 facts and 4 thresholds; per stream: 2 per window, 11 single ones and 2 alert states
  const streamCount = Math.max(1, Math.round(sampleCount / (8 + 2 * windowsMs.length + 13)));
  const slos = Array.from({ length: streamCount }, (_, i) => syntheticSlo(i));
  const views = slos.map((slo, i): StreamView => ({
    index: streamIndex(i),
    slo,
    group: [],
    key: slo.id,
  }));
  const totals = windowsMs.map((_, w) =>
    Float64Array.from({ length: streamCount }, (_v, i) => 1_000 * (w + 1) + ((i * 7919) % 997)),
  );
  const goods = totals.map((column) => column.map((total, i) => total - (i % 53)));
  const shard: ShardView = {
    windows,
    windowsMs,
    calendar: undefined,
    countedMs: 1_800_000_000_000,
    policy: base.alerts,
    slotCount: streamCount,
    streams: Int32Array.from({ length: streamCount }, (_, i) => i),
    budgetPpb: new Float64Array(streamCount).fill(base.objective.budgetPpb),
    goodSums: goods,
    totalSums: totals,
    straddle: undefined,
    newestPointMs: new Float64Array(streamCount).fill(1_800_000_000_123),
    lifetimeGood: goods[0] ?? new Float64Array(streamCount),
    lifetimeTotal: totals[0] ?? new Float64Array(streamCount),
    sinceMs: new Float64Array(streamCount).fill(1_700_000_000_000),
    isPartial: new Uint8Array(streamCount),
  };
  return {
    engine: { shards: [shard], tickedAtMs: 1_800_000_000_000, stream: (index) => views[index] },
    slos: () => slos,
    alerts: () => [],
    ruleFiles: () => [],
    version: "bench",
    more: [],
    onMoreFailed: () => undefined,
  };
}

function syntheticSlo(i: number): Slo {
  const lengthMs = millis(30 * 86_400_000);
  return {
    id: `service-${i % 100}/objective-${i}`,
    service: `service-${i % 100}`,
    name: `objective-${i}`,
    description: "",
    labels: {},
    objective: parseObjective("99.9%") ?? { text: "", goodPpb: ppb(0), budgetPpb: ppb(1) },
    window: { kind: "rolling", lengthMs },
    indicator: { kind: "events", total: { metric: "m", where: [] }, count: "bad", when: [] },
    per: [],
    groupLimit: 200,
    alerts: workbookPolicy(lengthMs, ppb(1_000_000)),
    annotations: {},
    budgeting: { kind: "occurrences" },
    noData: "ignore",
    source: { file: "rules/bench.yaml", line: i + 1, format: "slowburn" },
  };
}

/** The same samples in prom-client's registry; filling it is not part of what is measured. */
function promClient(lines: readonly string[]): Registry {
  const registry = new Registry();
  const gauges = new Map<
    string,
    { labels: Set<string>; rows: [Record<string, string>, number][] }
  >();
  for (const line of lines) {
    const open = line.indexOf("{");
    const close = line.lastIndexOf(" ");
    const name = line.slice(0, open < 0 ? close : open);
    const labels = Object.fromEntries(
      [...line.slice(0, close).matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [
        key,
        value,
      ]),
    );
    const gauge = gauges.get(name) ?? { labels: new Set<string>(), rows: [] };
    gauges.set(name, gauge);
    for (const label of Object.keys(labels)) gauge.labels.add(label);
    gauge.rows.push([labels, Number(line.slice(close + 1))]);
  }
  for (const [name, { labels, rows }] of gauges) {
    const gauge = new Gauge({ name, help: name, labelNames: [...labels], registers: [registry] });
    for (const [row, value] of rows) gauge.set(row, value);
  }
  return registry;
}
