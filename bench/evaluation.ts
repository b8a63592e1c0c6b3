/**
 * The whole tick: sums of every lookback, then the alerts of every stream, at 1k, 10k and 100k streams. One stream in a hundred
 * burns and has alerts, one in ten has some errors. To reach: 100k streams x 8 lookbacks in 25 ms, and one SLO at a thousandth of
 * what Prometheus pays for Sloth's rules of the same SLO, 5.9 ms (DESIGN section 9).
 *
 * Sketch: the sums read the closed column (8 bytes a stream), add it to 16 sums and 6 coarse cells and take two columns off
 * two windows: some 30 additions a stream in sequential passes, 3 to 6 ms of 100k. The alerts look at two numbers per tier and
 * stream while the short lookback has no bad events: 6.4 MB, 1 to 2 ms; a firing alert is an object that is stepped, 1 µs.
 *
 * Peers: `naive-tick.ts`, which adds up every window again and also is the judge of sums and alerts; its windows hold the half
 * hour that is measured, and would hold more. With `--peers` that Prometheus, here and now.
 */
import { median } from "simple-statistics";
import { AlertEvaluator } from "../src/alerts/index.ts";
import { Engine } from "../src/engine/index.ts";
import { linksUnder } from "../src/server/alert-links.ts";
import { streamIndex, windowsOf } from "../src/slo/index.ts";
import type { BenchCase } from "./bench-case.ts";
import type { BenchSettings } from "./bench-settings.ts";
import { benchSlo } from "./bench-slo.ts";
import { NaiveTick } from "./naive-tick.ts";
import { slothEvaluationMs } from "./prometheus-rules.ts";
import type { BenchRow, PeerFigure, Target } from "./row.ts";

const BUCKET_MS = 10_000;
const START_MS = 1_700_000_000_000;
/** Over 30 min, so that the short windows lose buckets too. */
const WARM_TICKS = 190;
const MEASURED_TICKS = 31;
/** At the end every stream of a smaller fleet fails: the pages come by the fourth tick. */
const OUTAGE_TICKS = 10;
const NAIVE_ROUNDS = 3;
const TICK_MS = 25;
/** A thousandth and a ten-thousandth of 5.9 ms, in µs. */
const SLO_COST: Target = { name: "one SLO's evaluation", unit: "µs", target: 5.9, beat: 0.59 };

export function evaluationCases(settings: BenchSettings): readonly BenchCase[] {
  const sizes = settings.isQuick ? [100, 200] : [1_000, 10_000, 100_000];
  return sizes.map((streamCount) =>
    streamCount === sizes.at(-1) ? largestCase(streamCount, settings) : smallerCase(streamCount),
  );
}

const nameOf = (streamCount: number): string => `${streamCount} streams x 8 lookbacks`;
const tickFigure = (streamCount: number) => ({
  name: `tick and alerts, ${nameOf(streamCount)}`,
  unit: "ms",
});

function smallerCase(streamCount: number): BenchCase {
  const run = () => {
    const bench = new TickBench(streamCount);
    return [...bench.measure(), bench.measureOutage()];
  };
  return { name: nameOf(streamCount), targets: [], run };
}

function largestCase(streamCount: number, settings: BenchSettings): BenchCase {
  const target: Target = { ...tickFigure(streamCount), target: TICK_MS };
  const run = async () => {
    const [tick, ...others] = new TickBench(streamCount).measure();
    const peers = settings.withPeers ? await prometheusCost(settings) : [];
    const cost = { ...SLO_COST, value: (tick.value * 1000) / streamCount, peers };
    return [{ ...tick, ...target }, ...others, cost];
  };
  return { name: nameOf(streamCount), targets: [target, SLO_COST], run };
}

async function prometheusCost({ progress }: BenchSettings): Promise<readonly PeerFigure[]> {
  progress("evaluation: Prometheus with Sloth's rules");
  const ms = await slothEvaluationMs();
  return ms === undefined ? [] : [{ name: "Prometheus, Sloth's rules", value: ms * 1000 }];
}

/** ms of the two halves of a tick. */
interface Tick {
  readonly sumsMs: number;
  readonly alertsMs: number;
}

const wholeMs = ({ sumsMs, alertsMs }: Tick): number => sumsMs + alertsMs;

/** So many SLOs of one stream each, on the parts that count, beside the naive tick. */
class TickBench {
  readonly #streamCount: number;
  readonly #engine = new Engine({ bucketMs: BUCKET_MS, startMs: START_MS });
  readonly #alerts = new AlertEvaluator(this.#engine, {
    links: linksUnder("http://127.0.0.1:4319"),
  });
  readonly #naive: NaiveTick;
  #ticks = 0;
  #bookMs = 0;

  constructor(streamCount: number) {
    this.#streamCount = streamCount;
    const slos = Array.from({ length: streamCount }, (_, index) => benchSlo(index));
    this.#engine.setRules(slos, START_MS);
    this.#naive = new NaiveTick({
      slos,
      lookbackTicks: windowsOf(benchSlo(0)).map(({ lengthMs }) => lengthMs / BUCKET_MS),
      tickMs: BUCKET_MS,
      tickCount: WARM_TICKS + MEASURED_TICKS + OUTAGE_TICKS,
    });
  }

  /** The tick first. */
  measure(): readonly [BenchRow, ...BenchRow[]] {
    for (let tick = 0; tick < WARM_TICKS; tick++) this.#tick(usualBad);
    this.#bookMs = 0;
    const ticks = Array.from({ length: MEASURED_TICKS }, () => this.#tick(usualBad));
    const bookings = this.#streamCount * MEASURED_TICKS;
    const bookNanos = (this.#bookMs * 1e6) / bookings;
    const naiveMs = this.#judge();
    const name = nameOf(this.#streamCount);
    const peers = [{ name: "adding up every window again", value: naiveMs }];
    return [
      { ...tickFigure(this.#streamCount), value: median(ticks.map(wholeMs)), peers },
      { name: `the sums alone, ${name}`, unit: "ms", value: median(ticks.map((it) => it.sumsMs)) },
      { name: `slowest tick, ${name}`, unit: "ms", value: Math.max(...ticks.map(wholeMs)) },
      { name: `book, ${name}`, unit: "ns/increment", value: bookNanos },
    ];
  }

  /** Every stream fails, and has its alerts at the end, or this throws. */
  measureOutage(): BenchRow {
    const spans = Array.from({ length: OUTAGE_TICKS }, () => wholeMs(this.#tick(() => 100)));
    if (this.#burning().size !== this.#streamCount)
      throw new Error("an outage of every stream has not alerted for each");
    const name = `tick that pages for each of ${this.#streamCount} streams`;
    return { name, unit: "ms", value: Math.max(...spans) };
  }

  /** Books an increment of 100 events per stream, then ticks. */
  #tick(badOf: (stream: number, tick: number) => number): Tick {
    const nowMs = START_MS + ++this.#ticks * BUCKET_MS;
    const bad = Int32Array.from({ length: this.#streamCount }, (_, stream) =>
      badOf(stream, this.#ticks),
    );
    const bookedAt = performance.now();
    for (let stream = 0; stream < bad.length; stream++)
      this.#engine.book(streamIndex(stream), nowMs - 1, nowMs - 1, 100 - bad[stream]!, 100);
    const tickedAt = performance.now();
    this.#engine.tick(nowMs);
    const summedAt = performance.now();
    this.#alerts.evaluate(this.#engine.shards, nowMs);
    const endedAt = performance.now();
    this.#bookMs += tickedAt - bookedAt;
    for (const [stream, count] of bad.entries()) this.#naive.book(stream, count, 100);
    this.#naive.closeBucket();
    return { sumsMs: summedAt - tickedAt, alertsMs: endedAt - summedAt };
  }

  /** Median ms of the naive tick; throws when it finds other sums or other alerts. */
  #judge(): number {
    const spans: number[] = [];
    let expected: ReadonlySet<number> = new Set();
    for (let round = 0; round < NAIVE_ROUNDS; round++) {
      const begunAt = performance.now();
      expected = this.#naive.evaluate();
      spans.push(performance.now() - begunAt);
    }
    const { badSums, totalSums } = this.#naive;
    const burning = this.#burning();
    for (let stream = 0; stream < this.#streamCount; stream++) {
      const { windows, stream: view } = this.#engine.read(streamIndex(stream));
      for (const [index, { good, total }] of windows.entries()) {
        const cell = stream * windows.length + index;
        if (total !== totalSums[cell] || total - good !== badSums[cell])
          throw new Error(`a sum of stream ${stream} is wrong`);
      }
      if (burning.has(view.key) !== expected.has(stream))
        throw new Error(`stream ${stream} burns: ${expected.has(stream)}; its alerts differ`);
    }
    if (expected.size === 0) throw new Error("no stream burns");
    return median(spans);
  }

  #burning(): ReadonlySet<string> {
    return new Set(this.#alerts.current().map(({ streamKey }) => streamKey));
  }
}

/** Of 100 events in a tick: one stream in a hundred burns, one in ten has an error in twenty ticks, half its budget. */
function usualBad(stream: number, tick: number): number {
  if (stream % 100 === 0) return 10;
  return stream % 10 === 1 && (tick + stream) % 20 === 0 ? 1 : 0;
}
