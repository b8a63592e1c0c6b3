/**
 * Rebuilding an SLO from the archive: series that moved each minute for a day, then their SLO counts by another filter. What
 * is measured is what `Rebuilder` does, step by step, and the longest step, for which everything else waits; and what the
 * archive takes.
 *
 * Sketch, a minute of a series: a byte or two decoded into a scratch that stays in the cache, then a late point of one stream,
 * in the rings and windows of one slot: 10 + 100 ns. Nothing is allocated per amount.
 */
import { Engine } from "../src/engine/index.ts";
import { Core } from "../src/ingest/index.ts";
import { MetricsDecoder } from "../src/otlp/index.ts";
import { millis, pendingOf, type Slo } from "../src/slo/index.ts";
import type { BenchCase } from "./bench-case.ts";
import type { BenchSettings } from "./bench-settings.ts";
import { benchSlo } from "./bench-slo.ts";
import { BENCH_SUM_METRIC } from "./otlp-data.ts";
import { OtlpLoad } from "./otlp-load.ts";
import { cpuMicros } from "./process-usage.ts";
import type { BenchRow } from "./row.ts";

const START_MS = 1_800_000_000_000;
const BUCKET_MS = 10_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** As the intake's snapshots come; `maintain` comes with each tick. */
const SNAPSHOT_EVERY = 1;
const MAINTAIN_TURNS = 6;

interface Size {
  readonly seriesCount: number;
  readonly minutes: number;
}

export function archiveCases({ isQuick }: BenchSettings): readonly BenchCase[] {
  const size = isQuick
    ? { seriesCount: 200, minutes: 30 }
    : { seriesCount: 10_000, minutes: 24 * 60 };
  const { seriesCount, minutes } = size;
  const name = `${seriesCount} series, ${minutes} min`;
  return [{ name: `rebuild, ${name}`, targets: [], run: () => measure(name, size) }];
}

function measure(name: string, { seriesCount, minutes }: Size): readonly BenchRow[] {
  const engine = new Engine({ bucketMs: BUCKET_MS, startMs: START_MS });
  const core = newCore(engine, seriesCount);
  core.applyRules([OLD], START_MS);
  const load = new OtlpLoad(
    { kind: "sum", seriesCount, pointsPerRequest: 200, resourceCount: 10 },
    START_MS,
  );
  for (let minute = 1; minute <= minutes; minute++) {
    takeRound(core, load, START_MS + minute * MINUTE_MS);
    engine.tick(START_MS + minute * MINUTE_MS);
    if (minute % SNAPSHOT_EVERY === 0) core.dirtyParts();
    for (let turn = 0; turn < MAINTAIN_TURNS; turn++) core.maintain(START_MS + minute * MINUTE_MS);
  }
  const nowMs = START_MS + minutes * MINUTE_MS;
  const sizeBytes = core.archiveStats?.sizeBytes ?? 0;
  core.applyRules([OLD, pendingOf(NEW, millis(START_MS))], nowMs);
  let micros = 0;
  let longest = 0;
  for (let isBusy = true; isBusy;) {
    const step = cpuMicros(() => (isBusy = core.stepRebuild()));
    micros += step;
    longest = Math.max(longest, step);
  }
  const cells = core.rebuild?.cells ?? 0;
  core.applyRules([{ ...NEW, rebuiltFrom: millis(START_MS) }], nowMs);
  engine.tick(nowMs + MINUTE_MS);
  check(engine, load);
  return [
    { name: `rebuilt: ${name}`, unit: "M cells/CPU s", value: cells / micros },
    { name: `longest step: ${name}`, unit: "CPU ms", value: longest / 1000 },
    { name: `archived: ${name}`, unit: "B/series", value: sizeBytes / seriesCount },
  ];
}

function newCore(engine: Engine, maxSeries: number): Core {
  const nothing = new Uint8Array();
  const alerts = {
    applyTransition: () => undefined,
    snapshot: () => nothing,
    restore: () => undefined,
  };
  const archive = { retentionMs: 30 * DAY_MS, maxBytes: 2 ** 30, bucketMs: BUCKET_MS };
  return new Core({ engine, alerts, seed: 1, maxSeries, archive });
}

const decoder = new MetricsDecoder();

function takeRound(core: Core, load: OtlpLoad, nowMs: number): void {
  const { resolver, rows } = core.series;
  for (let index = 0; index < load.requestCount; index++) {
    resolver.begin(nowMs);
    decoder.decode(load.next(index, nowMs), resolver);
    core.applyRows(rows.bytes.copy());
    rows.clear();
  }
}

/** Throws when what was rebuilt is not all that was sent. */
function check(engine: Engine, load: OtlpLoad): void {
  const [stream] = engine.streamsOf(NEW.id);
  const total = stream && engine.read(stream.index).total;
  const sent = load.totals().total;
  if (total !== sent) throw new Error(`rebuilt ${total}, sent ${sent}`);
}

const OLD: Slo = benchSlo(0, {
  indicator: {
    kind: "events",
    total: { metric: BENCH_SUM_METRIC, where: [] },
    count: "bad",
    when: [{ kind: "in", key: "error.type", values: ["500"] }],
  },
});
const NEW: Slo = benchSlo(0, {
  indicator: {
    kind: "events",
    total: { metric: BENCH_SUM_METRIC, where: [] },
    count: "bad",
    when: [{ kind: "exists", key: "error.type", exists: true }],
  },
});
