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

/** Counts since the start, each under the word that its attribute says. */
export type CountsByWord = Readonly<Record<string, number>>;

/** Asked at each collection; `undefined` leaves the gauge out. What others count anyway is not counted again here. */
export interface TelemetrySources {
  readonly points: () => PointCounts;
  readonly rejections: () => CountsByWord;
  readonly diagnostics: () => CountsByWord;
  readonly increments: () => CountsByWord;
  readonly journal: () => JournalCounts;
  readonly streams: () => number | undefined;
  readonly series: () => number | undefined;
  /** Bytes on disk. */
  readonly journalBytes: () => number | undefined | Promise<number | undefined>;
  /** `undefined` when nothing is archived. */
  readonly archive: () => ArchiveState | undefined;
  readonly receivers: () => readonly ReceiverState[];
  readonly ruleProblems: () => { readonly errors: number; readonly warnings: number };
}

export interface ArchiveState {
  readonly sizeBytes: number;
  /** How far back it holds everything. */
  readonly reachMs: number;
  /** Since the start, for want of room. */
  readonly droppedBytes: number;
  /** 0 to 1. */
  readonly rebuilt: number;
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
  observeArchive(meter, sources.archive);
  observeReceivers(meter, sources.receivers);
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

function observeArchive(meter: Meter, archive: TelemetrySources["archive"]): void {
  gauge(meter, INSTRUMENTS.archiveSize, () => [[archive()?.sizeBytes]]);
  gauge(meter, INSTRUMENTS.archiveReach, () => {
    const state = archive();
    return [[state && state.reachMs / 1000]];
  });
  counter(meter, INSTRUMENTS.archiveDropped, () => [[archive()?.droppedBytes]]);
  gauge(meter, INSTRUMENTS.rebuildProgress, () => [[archive()?.rebuilt]]);
}

/** Every receiver is reported from zero on: its first failure is an increase. */
function observeReceivers(meter: Meter, receivers: TelemetrySources["receivers"]): void {
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
