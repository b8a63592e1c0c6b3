/**
 * SLOs made of others: what a tick pays for them, beside the tick of their members alone.
 *
 * Sketch: a member is summed once, whoever reads it: two loads and additions a group and window, in sequential passes, 2 ms of
 * 100k groups x 8 windows. A composite is then some ten operations a member and window: 1000 of five members 1 ms.
 *
 * Peer: the same fleet without composites, in the same run. First the numbers are checked against the closed form.
 */
import { median } from "simple-statistics";
import { Engine, type SeriesDescriptor } from "../src/engine/index.ts";
import { MetricKind, Temporality } from "../src/otlp/index.ts";
import type { Slo } from "../src/slo/index.ts";
import type { BenchCase } from "./bench-case.ts";
import type { BenchSettings } from "./bench-settings.ts";
import { benchSlo } from "./bench-slo.ts";
import type { BenchRow } from "./row.ts";

const BUCKET_MS = 10_000;
const START_MS = 1_700_000_000_000;
const WARM_TICKS = 60;
const MEASURED_TICKS = 31;
const MEMBERS = 5;

interface Fleet {
  readonly sloCount: number;
  readonly groupCount: number;
  readonly compositeCount: number;
}

export function compositeCases({ isQuick }: BenchSettings): readonly BenchCase[] {
  const fleets: readonly Fleet[] = isQuick
    ? [{ sloCount: 10, groupCount: 3, compositeCount: 4 }]
    : [
        { sloCount: 2_000, groupCount: 1, compositeCount: 1_000 },
        { sloCount: 1_000, groupCount: 100, compositeCount: 200 },
        { sloCount: 10, groupCount: 10_000, compositeCount: 10 },
      ];
  return fleets.map((fleet) => ({ name: nameOf(fleet), targets: [], run: () => measure(fleet) }));
}

const nameOf = ({ sloCount, groupCount, compositeCount }: Fleet): string =>
  `${compositeCount} composites of ${MEMBERS} of ${sloCount} SLOs x ${groupCount} groups`;

function measure(fleet: Fleet): readonly BenchRow[] {
  const without = tickMs(engineOf(fleet, []));
  const composites = compositesOf(fleet);
  const engine = engineOf(fleet, composites);
  const value = tickMs(engine);
  check(engine, composites);
  const peers = [{ name: "the tick of the members alone", value: without }];
  return [{ name: `sums of a tick, ${nameOf(fleet)}`, unit: "ms", value, peers }];
}

const compositesOf = ({ sloCount, compositeCount }: Fleet): readonly Slo[] =>
  Array.from({ length: compositeCount }, (_, index) =>
    benchSlo(index, {
      id: `journeys/${index}`,
      indicator: {
        kind: "composite",
        rule: "weighted",
        members: Array.from({ length: MEMBERS }, (__, member) => ({
          sloId: benchSlo((index * MEMBERS + member) % sloCount).id,
          weight: member + 1,
        })),
      },
    }),
  );

/** Each group has 100 events a bucket, of which as many are bad as its SLO's number modulo 5 says. */
function engineOf({ sloCount, groupCount }: Fleet, composites: readonly Slo[]): Engine {
  const engine = new Engine({ bucketMs: BUCKET_MS, startMs: START_MS });
  const per = { per: ["route"], groupLimit: groupCount };
  const slos = Array.from({ length: sloCount }, (_, index) => benchSlo(index, per));
  engine.setRules([...slos, ...composites], START_MS);
  for (let index = 0; index < sloCount; index++)
    for (let group = 0; group < groupCount; group++) engine.bind(seriesOf(index, group));
  return engine;
}

const seriesOf = (index: number, group: number): SeriesDescriptor => ({
  metric: {
    name: `requests.${index}`,
    unit: "{request}",
    kind: MetricKind.sum,
    temporality: Temporality.cumulative,
    isMonotonic: true,
  },
  attributes: new Map([["route", `/${group}`]]),
});

const badOf = (slo: Slo): number => Number(slo.id.replace(/^.*-/, "")) % 5;

function tickMs(engine: Engine): number {
  const counted = engine.allStreams().filter(({ slo }) => slo.indicator.kind !== "composite");
  const spans: number[] = [];
  for (let tick = 1; tick <= WARM_TICKS + MEASURED_TICKS; tick++) {
    const nowMs = START_MS + tick * BUCKET_MS;
    for (const { index, slo } of counted)
      engine.book(index, nowMs - 1, nowMs, 100 - badOf(slo), 100);
    const startedAt = performance.now();
    engine.tick(nowMs);
    if (tick > WARM_TICKS) spans.push(performance.now() - startedAt);
  }
  return median(spans);
}

/** Throws unless each is the weighted mean of its members. */
function check(engine: Engine, composites: readonly Slo[]): void {
  for (const { id, indicator } of composites) {
    if (indicator.kind !== "composite") continue;
    let [sum, weights] = [0, 0];
    for (const { sloId, weight } of indicator.members) {
      const [stream] = engine.streamsOf(sloId);
      if (stream === undefined) throw new Error(`${sloId} has no groups`);
      sum += (weight * badOf(stream.slo)) / 100;
      weights += weight;
    }
    const [stream] = engine.streamsOf(id);
    const ratio = stream && engine.read(stream.index).windows[0]?.errorRatio;
    if (!(Math.abs((ratio ?? NaN) - sum / weights) < 1e-9))
      throw new Error(`${id} is ${ratio}, not ${sum / weights}`);
  }
}
