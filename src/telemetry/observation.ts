/** Creates the instruments and says where each takes its numbers from. */
import type { Meter, Attributes } from "@opentelemetry/api";
import { DURATION_BOUNDS, INSTRUMENTS } from "./instruments.ts";
import type { Recorder } from "./recorder.ts";

/** Data points since the start. */
export interface PointCounts {
  readonly accepted: number;
  readonly rejected: number;
  /** No rule selects them. */
  readonly unused: number;
}

/** Asked at each collection; `undefined` leaves the gauge out. */
export interface GaugeSources {
  /** The intake counts them anyway; without a source the counter is left out. */
  readonly points?: () => PointCounts;
  readonly streams: () => number | undefined;
  readonly series: () => number | undefined;
  /** Bytes on disk. */
  readonly journalBytes: () => number | undefined | Promise<number | undefined>;
  readonly outboxLength: () => number | undefined;
  readonly ruleProblems: () => { readonly errors: number; readonly warnings: number };
}

type Point = readonly [value: number | undefined, attributes?: Attributes];

/** Counters and gauges are observed when collected; the two histograms take each duration as it comes. */
export function observe(meter: Meter, recorder: Recorder, gauges: GaugeSources): void {
  counter(meter, INSTRUMENTS.requests, () =>
    recorder.requests.map(({ count, ...attributes }) => [count, attributes]),
  );
  const { points } = gauges;
  if (points !== undefined)
    counter(meter, INSTRUMENTS.points, () =>
      Object.entries(points()).map(([outcome, count]: [string, number]) => [count, { outcome }]),
    );
  gauge(meter, INSTRUMENTS.streams, () => [[gauges.streams()]]);
  gauge(meter, INSTRUMENTS.series, () => [[gauges.series()]]);
  gauge(meter, INSTRUMENTS.journalSize, async () => [[await gauges.journalBytes()]]);
  gauge(meter, INSTRUMENTS.outboxLength, () => [[gauges.outboxLength()]]);
  gauge(meter, INSTRUMENTS.ruleProblems, () => {
    const { errors, warnings } = gauges.ruleProblems();
    return [
      [errors, { severity: "error" }],
      [warnings, { severity: "warning" }],
    ];
  });
  const requestSeconds = histogram(meter, INSTRUMENTS.requestDuration);
  const tickSeconds = histogram(meter, INSTRUMENTS.tickDuration);
  recorder.attach(requestSeconds, tickSeconds);
}

interface Instrument {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
}

function counter(
  meter: Meter,
  { name, ...options }: Instrument,
  read: () => readonly Point[],
): void {
  meter.createObservableCounter(name, options).addCallback((result) => {
    for (const [value, attributes] of read())
      if (value !== undefined) result.observe(value, attributes);
  });
}

function gauge(
  meter: Meter,
  { name, ...options }: Instrument,
  read: () => readonly Point[] | Promise<readonly Point[]>,
): void {
  meter.createObservableGauge(name, options).addCallback(async (result) => {
    for (const [value, attributes] of await read())
      if (value !== undefined) result.observe(value, attributes);
  });
}

function histogram(meter: Meter, { name, ...options }: Instrument): (seconds: number) => void {
  const advice = { explicitBucketBoundaries: [...DURATION_BOUNDS] };
  const instrument = meter.createHistogram(name, { ...options, advice });
  return (seconds) => instrument.record(seconds);
}
