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

/** One destination of alerts; counts are since the start. */
export interface ReceiverState {
  readonly receiver: string;
  /** Fit for a label: no secrets. */
  readonly url: string;
  readonly sent: number;
  readonly givenUp: number;
  /** Requests. */
  readonly failures: number;
  /** Notifications that wait. */
  readonly waiting: number;
  /** Since the first failure after the last success; 0 while it takes them. */
  readonly outageMs: number;
}

/** Asked at each collection; `undefined` leaves the gauge out. */
export interface GaugeSources {
  /** The intake counts them anyway; without a source the counter is left out. */
  readonly points?: () => PointCounts;
  readonly streams: () => number | undefined;
  readonly series: () => number | undefined;
  /** Bytes on disk. */
  readonly journalBytes: () => number | undefined | Promise<number | undefined>;
  readonly receivers: () => readonly ReceiverState[];
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
  observeReceivers(meter, gauges.receivers);
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

/** Every receiver is reported from zero on: its first failure is an increase. */
function observeReceivers(meter: Meter, receivers: GaugeSources["receivers"]): void {
  const each = (value: (state: ReceiverState) => number) => (): readonly Point[] =>
    receivers().map((state) => [value(state), { receiver: state.receiver, url: state.url }]);
  gauge(
    meter,
    INSTRUMENTS.outboxLength,
    each(({ waiting }) => waiting),
  );
  counter(meter, INSTRUMENTS.notifications, () =>
    receivers().flatMap(({ receiver, url, sent, givenUp }): Point[] => [
      [sent, { receiver, url, outcome: "sent" }],
      [givenUp, { receiver, url, outcome: "given_up" }],
    ]),
  );
  counter(
    meter,
    INSTRUMENTS.receiverFailures,
    each(({ failures }) => failures),
  );
  gauge(
    meter,
    INSTRUMENTS.receiverOutage,
    each(({ outageMs }) => outageMs / 1000),
  );
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
