/**
 * `/metrics` of 100k samples (DESIGN section 9): time of a whole scrape and the longest block of the event loop, beside
 * prom-client serving the same samples. Sketch: 100k lines of some 110 bytes are 11 MB of text; at 0.5 ns a byte to build
 * and copy and 150 ns to print a number, 30 ms. To reach: 150 ms and 20 ms; then 60 ms.
 */
import { buffer } from "node:stream/consumers";
import { setImmediate as turn } from "node:timers/promises";
import { median } from "simple-statistics";
import type { ShardView, StreamView } from "../src/engine/index.ts";
import { Exposition, METRICS, scrape, type ExpositionSource } from "../src/export/index.ts";
import { burnRate, streamIndex, windowsOf } from "../src/slo/index.ts";
import type { BenchCase } from "./bench-case.ts";
import type { BenchSettings } from "./bench-settings.ts";
import { benchSlo } from "./bench-slo.ts";
import { promClient, samplesOf, type Sample } from "./prom-client-peer.ts";
import type { BenchRow, Target } from "./row.ts";

const ROUNDS = 7;
const WARM_ROUNDS = 2;

export function expositionCases({ isQuick }: BenchSettings): readonly BenchCase[] {
  const sampleCount = isQuick ? 1_000 : 100_000;
  const name = `/metrics, ${sampleCount} samples`;
  const targets = targetsOf(name);
  return [{ name, targets: Object.values(targets), run: () => measureAll(sampleCount, targets) }];
}

type Targets = Readonly<Record<"whole" | "block" | "zipped" | "zippedBlock", Target>>;

function targetsOf(name: string): Targets {
  const block = "longest block of the event loop";
  return {
    whole: { name, unit: "ms", target: 150, beat: 60 },
    block: { name: `${name}, ${block}`, unit: "ms", target: 20 },
    zipped: { name: `${name}, gzip`, unit: "ms", target: 150 },
    zippedBlock: { name: `${name}, gzip, ${block}`, unit: "ms", target: 20 },
  };
}

async function measureAll(sampleCount: number, targets: Targets): Promise<BenchRow[]> {
  const shard = syntheticShard(sampleCount);
  const exposition = new Exposition(sourceOf(shard));
  const samples = samplesOf((await buffer(exposition.write("text"))).toString());
  check(samples, sampleCount, shard);
  const ours = await measure(() => drained(exposition.write("text")));
  const zipped = await measure(() =>
    drained(scrape(exposition, { accept: undefined, acceptEncoding: "gzip" }).body),
  );
  const registry = promClient(samples);
  if (samplesOf(await registry.metrics()).length !== samples.length)
    throw new Error("prom-client serves other samples");
  const peer = await measure(() => registry.metrics());
  const beside = (value: number) => ({ peers: [{ name: "prom-client", value }] });
  return [
    { ...targets.whole, value: ours.totalMs, ...beside(peer.totalMs) },
    { ...targets.block, value: ours.blockMs, ...beside(peer.blockMs) },
    { ...targets.zipped, value: zipped.totalMs },
    { ...targets.zippedBlock, value: zipped.blockMs },
  ];
}

/** Throws unless the text says of each stream what the shard holds. */
function check(samples: readonly Sample[], sampleCount: number, shard: ShardView): void {
  if (Math.abs(samples.length / sampleCount - 1) > 0.05)
    throw new Error(`the bench's exposition has ${samples.length} samples`);
  const sumOf = ({ name }: { readonly name: string }): number =>
    samples.reduce((sum, sample) => (sample.name === name ? sum + sample.value : sum), 0);
  let events = 0;
  let burn = 0;
  for (let slot = 0; slot < shard.slotCount; slot++) {
    events += shard.lifetimeTotal?.[slot] ?? 0;
    for (const [window, goods] of shard.goodSums.entries()) {
      const total = shard.totalSums[window]?.[slot] ?? 0;
      burn += burnRate(goods[slot] ?? 0, total, shard.budgetPpb[slot] ?? 0) ?? 0;
    }
  }
  const saidBurn = sumOf(METRICS.burnRate);
  if (sumOf(METRICS.eventsTotal) !== events || Math.abs(saidBurn / burn - 1) > 1e-9)
    throw new Error("the bench's exposition has other values than its source");
}

interface Measured {
  readonly totalMs: number;
  readonly blockMs: number;
}

/** Takes the pieces as a socket does: without joining them, which would block the loop itself. */
async function drained(pieces: AsyncIterable<Uint8Array>): Promise<number> {
  let sizeBytes = 0;
  for await (const piece of pieces) sizeBytes += piece.length;
  return sizeBytes;
}

/** Median of the rounds' times after the warm ones, and the median of their longest gaps between turns. */
async function measure(run: () => Promise<unknown>): Promise<Measured> {
  const totals: number[] = [];
  const blocks: number[] = [];
  for (let round = 0; round < WARM_ROUNDS + ROUNDS; round++) {
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
    if (round < WARM_ROUNDS) continue;
    totals.push(total);
    blocks.push(longest);
  }
  return { totalMs: median(totals), blockMs: median(blocks) };
}

/** Streams with sums that differ, until they make `sampleCount` samples. */
function syntheticShard(sampleCount: number): ShardView {
  const slo = benchSlo(0);
  const windows = windowsOf(slo);
  const windowsMs = windows.map(({ lengthMs }) => lengthMs);
  // per SLO: 4 facts and 4 thresholds; per stream: 2 per window, 11 single ones and 2 alert states
  const slotCount = Math.max(1, Math.round(sampleCount / (8 + 2 * windowsMs.length + 13)));
  const totalSums = windowsMs.map((_, w) =>
    Float64Array.from({ length: slotCount }, (_v, i) => 1_000 * (w + 1) + ((i * 7919) % 997)),
  );
  const goodSums = totalSums.map((column) => column.map((total, i) => total - (i % 53)));
  return {
    windows,
    windowsMs,
    calendar: undefined,
    countedMs: 1_800_000_000_000,
    policy: slo.alerts,
    slotCount,
    streams: Int32Array.from({ length: slotCount }, (_, i) => i),
    budgetPpb: new Float64Array(slotCount).fill(slo.objective.budgetPpb),
    goodSums,
    totalSums,
    straddle: undefined,
    newestPointMs: new Float64Array(slotCount).fill(1_800_000_000_123),
    lifetimeGood: goodSums[0] ?? new Float64Array(slotCount),
    lifetimeTotal: totalSums[0] ?? new Float64Array(slotCount),
    sinceMs: new Float64Array(slotCount).fill(1_700_000_000_000),
    isPartial: new Uint8Array(slotCount),
  };
}

function sourceOf(shard: ShardView): ExpositionSource {
  const slos = Array.from({ length: shard.slotCount }, (_, i) => benchSlo(i));
  const views = slos.map((slo, i): StreamView => {
    return { index: streamIndex(i), slo, group: [], key: slo.id };
  });
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
