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

/** One destination of alerts; `TargetStats` of the alerts room satisfies it. */
export interface ReceiverCounts {
  readonly receiver: string;
  readonly url: string;
  readonly sent: number;
  readonly failed: number;
  readonly deadLettered: number;
  /** ms since the epoch. */
  readonly oldestAt: number | undefined;
}

/** Counts since the start, each under the word that its attribute says. */
export type CountsByWord = Readonly<Record<string, number>>;

/** Asked at each collection; `undefined` leaves the gauge out. What others count anyway is not counted again here. */
export interface TelemetrySources {
  readonly points: () => PointCounts;
  readonly rejections: () => CountsByWord;
  readonly diagnostics: () => CountsByWord;
  readonly increments: () => CountsByWord;
  readonly journal: () => JournalCounts;
  readonly receivers: () => readonly ReceiverCounts[];
  /** Wall clock, ms. */
  readonly now: () => number;
  readonly streams: () => number | undefined;
  readonly series: () => number | undefined;
  /** Bytes on disk. */
  readonly journalBytes: () => number | undefined | Promise<number | undefined>;
  readonly outboxLength: () => number | undefined;
  readonly ruleProblems: () => { readonly errors: number; readonly warnings: number };
}

/** Journal entries since the start. */
export interface JournalCounts {
  readonly entries: number;
  readonly entryBytes: number;
  readonly failedEntries: number;
}

type Point = readonly [value: number | undefined, attributes?: Attributes];

/** Counters and gauges are observed when collected; the two histograms take each duration as it comes. */
export function observe(meter: Meter, recorder: Recorder, sources: TelemetrySources): void {
  counter(meter, INSTRUMENTS.requests, () =>
    recorder.requests.map(({ count, ...attributes }) => [count, attributes]),
  );
  counter(meter, INSTRUMENTS.points, () => byWord("outcome", { ...sources.points() }));
  counter(meter, INSTRUMENTS.rejections, () => byWord("reason", sources.rejections()));
  counter(meter, INSTRUMENTS.diagnostics, () => byWord("kind", sources.diagnostics()));
  counter(meter, INSTRUMENTS.increments, () => byWord("kind", sources.increments()));
  gauge(meter, INSTRUMENTS.streams, () => [[sources.streams()]]);
  gauge(meter, INSTRUMENTS.series, () => [[sources.series()]]);
  gauge(meter, INSTRUMENTS.ruleProblems, () => {
    const { errors, warnings } = sources.ruleProblems();
    return byWord("severity", { error: errors, warning: warnings });
  });
  observeJournal(meter, sources);
  observeOutbox(meter, sources);
  const requestSeconds = histogram(meter, INSTRUMENTS.requestDuration);
  const tickSeconds = histogram(meter, INSTRUMENTS.tickDuration);
  recorder.attach(requestSeconds, tickSeconds);
}

function observeJournal(meter: Meter, { journal, journalBytes }: TelemetrySources): void {
  gauge(meter, INSTRUMENTS.journalSize, async () => [[await journalBytes()]]);
  counter(meter, INSTRUMENTS.journalEntries, () => {
    const { entries, failedEntries } = journal();
    return byWord("outcome", { written: entries, failed: failedEntries });
  });
  counter(meter, INSTRUMENTS.journalIo, () => [[journal().entryBytes]]);
}

function observeOutbox(meter: Meter, { outboxLength, receivers, now }: TelemetrySources): void {
  gauge(meter, INSTRUMENTS.outboxLength, () => [[outboxLength()]]);
  counter(meter, INSTRUMENTS.outboxNotifications, () =>
    receivers().flatMap(({ receiver, url, sent, deadLettered }): Point[] => [
      [sent, { receiver, url, outcome: "sent" }],
      [deadLettered, { receiver, url, outcome: "given_up" }],
    ]),
  );
  counter(meter, INSTRUMENTS.outboxFailures, () =>
    receivers().map(({ receiver, url, failed }) => [failed, { receiver, url }]),
  );
  gauge(meter, INSTRUMENTS.outboxOldestAge, () => {
    const nowMs = now();
    return receivers().map(({ receiver, url, oldestAt = nowMs }) => [
      Math.max(0, nowMs - oldestAt) / 1000,
      { receiver, url },
    ]);
  });
}

const byWord = (attribute: string, counts: CountsByWord): readonly Point[] =>
  Object.entries(counts).map(([word, count]) => [count, { [attribute]: word }]);

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
