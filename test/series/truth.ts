/**
 * What really happened, and what exporters make of it: processes record events and cut them into exports as SDKs do; the
 * network loses, repeats and reorders the requests. Counts of the events themselves are the truth to compare with.
 */
import fc from "fast-check";
import { buildRequest, type MetricInput } from "../otlp/request-builder.ts";
import { nanos } from "./harness.ts";

/** Thresholds that lie on a bound of every histogram here. */
export const THRESHOLDS: readonly number[] = [0.25, 1];
const BOUNDS = [0.125, 0.25, 0.5, 1, 4];
const VALUES = [0, 0.01, 0.125, 0.2, 0.25, 0.26, 0.7, 1, 1.0001, 3, 4, 100];
const CODES = ["200", "404", "500", "503"];

interface Event {
  /** 0..1 of the process's life. */
  readonly at: number;
  readonly code: number;
  readonly value: number;
}

interface Process {
  /** Processes may share one: a missing service.instance.id. */
  readonly identity: number;
  readonly instrument: "sum" | "explicit" | "exponential";
  readonly temporality: "cumulative" | "delta";
  /** Older SDKs say when the process began, newer ones when the series did, JavaScript the first point's own time. */
  readonly startOf: "process" | "series" | "first-point";
  readonly beginAt: number;
  readonly exportEvery: number;
  readonly exportCount: number;
  readonly events: readonly Event[];
  /** Points a request; the rest of an export goes with the next one. */
  readonly batchSize: number;
  readonly firstScale: number;
}

/** How often a request arrives, and by how many places later than it was sent. */
interface Delivery {
  readonly arrivals: 0 | 1 | 2;
  readonly delays: readonly [number, number];
}

export interface History {
  readonly processes: readonly Process[];
  /** Used in turn, over and over. */
  readonly deliveries: readonly Delivery[];
}

const event: fc.Arbitrary<Event> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  code: fc.nat(CODES.length - 1),
  value: fc.constantFrom(...VALUES),
});

const process: fc.Arbitrary<Process> = fc.record({
  identity: fc.nat(1),
  instrument: fc.constantFrom("sum", "explicit", "exponential"),
  temporality: fc.constantFrom("cumulative", "delta"),
  startOf: fc.constantFrom("process", "series", "first-point"),
  beginAt: fc.nat(120),
  exportEvery: fc.integer({ min: 1, max: 60 }),
  exportCount: fc.integer({ min: 1, max: 6 }),
  events: fc.array(event, { maxLength: 40 }),
  batchSize: fc.integer({ min: 1, max: 5 }),
  firstScale: fc.integer({ min: 0, max: 4 }),
});

const delivery: fc.Arbitrary<Delivery> = fc.record({
  arrivals: fc.constantFrom(0, 1, 1, 1, 2),
  delays: fc.tuple(fc.nat(6), fc.nat(6)),
});

export const history: fc.Arbitrary<History> = fc.record({
  processes: fc.array(process, { minLength: 1, maxLength: 5 }),
  deliveries: fc.array(delivery, { minLength: 1, maxLength: 17 }),
});

/** An event at its own moment, in seconds. */
export interface RealEvent {
  readonly time: number;
  readonly isHistogram: boolean;
  readonly code: string;
  readonly value: number;
}

export const timeOf = ({ beginAt, exportEvery, exportCount }: Process, at: number): number =>
  beginAt + at * exportEvery * exportCount;

export function realEvents({ processes }: History): RealEvent[] {
  return processes.flatMap((process) =>
    process.events.map(({ at, code, value }) => ({
      time: timeOf(process, at),
      isHistogram: process.instrument !== "sum",
      code: CODES[code]!,
      value,
    })),
  );
}

interface SentRequest {
  readonly bytes: Uint8Array;
  readonly time: number;
  /** It has to arrive: a delta, or the last a cumulative sender says. */
  readonly isNeeded: boolean;
}

/** The requests in order of arrival. */
export function arrivals(history: History): Uint8Array[] {
  const sent = history.processes
    .flatMap((process, index) => requestsOf(process, index))
    .sort((a, b) => a.time - b.time);
  const arriving: { readonly place: number; readonly bytes: Uint8Array }[] = [];
  sent.forEach(({ bytes, isNeeded }, place) => {
    const { arrivals: count, delays } = history.deliveries[place % history.deliveries.length]!;
    const times = isNeeded ? Math.max(1, count) : count;
    for (const delay of delays.slice(0, times)) arriving.push({ place: place + delay, bytes });
  });
  return arriving.sort((a, b) => a.place - b.place).map(({ bytes }) => bytes);
}

function requestsOf(process: Process, index: number): SentRequest[] {
  const requests: SentRequest[] = [];
  for (let turn = 1; turn <= process.exportCount; turn++) {
    const points = CODES.flatMap((_, code) => pointOf(process, index, turn, code));
    for (let first = 0; first < points.length; first += process.batchSize) {
      requests.push({
        bytes: buildRequest({
          resource: { "service.name": `service-${process.identity}` },
          metrics: [metricOf(process, points.slice(first, first + process.batchSize))],
        }),
        time: process.beginAt + turn * process.exportEvery,
        isNeeded: process.temporality === "delta" || turn === process.exportCount,
      });
    }
  }
  return requests;
}

/** No two processes begin or export in the same nanosecond. */
const ownNanos = (time: number, index: number): bigint => nanos(time) + BigInt(index * 7 + 1);

/** The point of one series in an export, if there is one. */
function pointOf(process: Process, index: number, turn: number, code: number): object[] {
  const { beginAt, exportEvery, temporality, startOf } = process;
  const endOf = (each: number): number => beginAt + each * exportEvery;
  const turnOf = ({ at }: Event): number => Math.floor(at * process.exportCount) + 1;
  const ofSeries = process.events.filter((each) => each.code === code);
  const events = ofSeries.filter((each) =>
    temporality === "delta" ? turnOf(each) === turn : turnOf(each) <= turn,
  );
  if (events.length === 0) return [];
  const firstTurn = Math.min(...ofSeries.map(turnOf));
  const firstAt = Math.min(...ofSeries.map(({ at }) => timeOf(process, at)));
  const isFirst = turn === firstTurn;
  const startAt =
    temporality === "delta"
      ? startOf === "first-point" && isFirst
        ? endOf(turn)
        : endOf(turn - 1)
      : { process: beginAt, series: firstAt, "first-point": endOf(firstTurn) }[startOf];
  return [
    {
      attributes: { code: CODES[code] },
      start: ownNanos(startAt, index),
      time: ownNanos(endOf(turn), index),
      ...valueOf(
        process,
        turn,
        events.map(({ value }) => value),
      ),
    },
  ];
}

function valueOf({ instrument, firstScale }: Process, turn: number, values: readonly number[]) {
  if (instrument === "sum") return { int: values.length };
  if (instrument === "explicit") {
    const counts = [...BOUNDS, Infinity].map(
      (bound, index) =>
        values.filter((value) => value <= bound && value > (BOUNDS[index - 1] ?? -1)).length,
    );
    return { bounds: BOUNDS, counts };
  }
  const scale = Math.max(0, firstScale - turn + 1); // SDKs lose resolution as values spread
  const positive = values.filter((value) => value > 0);
  const indexes = positive.map((value) => Math.ceil(Math.log2(value) * 2 ** scale) - 1);
  const offset = Math.min(0, ...indexes);
  const counts = Array.from(
    { length: Math.max(0, ...indexes) - offset + 1 },
    (_, at) => indexes.filter((bucket) => bucket === offset + at).length,
  );
  return { scale, zeroCount: values.length - positive.length, positive: { offset, counts } };
}

function metricOf({ instrument, temporality }: Process, points: readonly object[]): MetricInput {
  const body = { temporality, points };
  const named = { name: instrument === "sum" ? "requests" : "duration" };
  if (instrument === "sum") return { ...named, sum: body } as MetricInput;
  if (instrument === "explicit") return { ...named, histogram: body } as MetricInput;
  return { ...named, exponentialHistogram: body } as MetricInput;
}
