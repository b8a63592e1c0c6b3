/** What exporters and networks make of a history (truth.ts): processes cut their events into exports; requests are lost, repeated and reordered. */
import { buildRequest, type MetricInput } from "../otlp/request-builder.ts";
import { nanos } from "./harness.ts";
import {
  CODES,
  eventsOf,
  exportTime,
  fallOf,
  startTime,
  turnOf,
  type Arrival,
  type History,
  type Process,
} from "./truth.ts";

const BOUNDS = [0.125, 0.25, 0.5, 1, 4];

interface SentRequest extends Arrival {
  readonly time: number;
  /** It has to arrive: a delta, or the last a cumulative sender says. */
  readonly isNeeded: boolean;
  /** It arrives at its place, and only a copy of it later. */
  readonly isInOrder: boolean;
}

/** The requests in order of arrival. */
export function arrivals(history: History): Arrival[] {
  const sent = history.processes
    .flatMap((process, index) => requestsOf(process, index))
    .sort((a, b) => a.time - b.time);
  const arriving: { readonly place: number; readonly request: Arrival }[] = [];
  sent.forEach((request, place) => {
    const { isNeeded, isInOrder } = request;
    const { arrivals: count, delays } = history.deliveries[place % history.deliveries.length]!;
    const times = isNeeded || isInOrder ? Math.max(1, count) : count;
    const [delay, delayOfCopy] = delays;
    for (const each of [isInOrder ? 0 : delay, delayOfCopy].slice(0, times))
      arriving.push({ place: place + each, request });
  });
  return arriving.sort((a, b) => a.place - b.place).map(({ request }) => request);
}

function requestsOf(process: Process, index: number): SentRequest[] {
  const { temporality, exportCount, batchSize, identity } = process;
  const requests: SentRequest[] = [];
  for (let turn = 1; turn <= exportCount; turn++) {
    if (exportTime(process, turn) <= 0) continue;
    const codes = CODES.map((_, code) => code).filter((code) => hasPoint(process, turn, code));
    for (let first = 0; first < codes.length; first += batchSize) {
      const batch = codes.slice(first, first + batchSize);
      const points = batch.map((code) => pointOf(process, index, turn, code));
      requests.push({
        bytes: buildRequest({
          resource: { "service.name": `service-${identity}` },
          metrics: [metricOf(process, points)],
        }),
        process: index,
        turn,
        codes: batch,
        time: exportTime(process, turn),
        isNeeded: temporality === "delta" || turn === exportCount,
        isInOrder: batch.some((code) => isInOrder(process, turn, code)),
      });
    }
  }
  return requests;
}

/**
 * A fall is seen where the values around it are. A start that slides is seen from its second point on; from then on it may
 * lose exports.
 */
function isInOrder(process: Process, turn: number, code: number): boolean {
  if (process.temporality === "delta") return false;
  if (process.fallAfter > 0) return true;
  const earlier = Array.from({ length: turn - 1 }, (_, at) => at + 1).filter(
    (each) => exportTime(process, each) > 0 && hasPoint(process, each, code),
  );
  return process.startOf === "export-before" && earlier.length < 2;
}

/** No two processes begin or export in the same nanosecond. */
const ownNanos = (time: number, index: number): bigint => nanos(time) + BigInt(index * 7 + 1);

/** Whether the series has a point in this export. */
const hasPoint = (process: Process, turn: number, code: number): boolean =>
  valuesOf(process, turn, code).length > 0;

/** The values that a point holds: of this export, or of all so far; after a fall, of those since. */
function valuesOf(process: Process, turn: number, code: number): readonly number[] {
  const fall = fallOf(process, code);
  const after = process.temporality === "delta" ? turn - 1 : turn > fall ? fall : 0;
  return eventsOf(process, code)
    .filter((each) => turnOf(process, each) > after && turnOf(process, each) <= turn)
    .map(({ value }) => value);
}

/** The point of one series in an export. */
function pointOf(process: Process, index: number, turn: number, code: number): object {
  const start =
    process.temporality === "delta" && process.startOf !== "nothing"
      ? deltaStart(process, turn, code)
      : startTime(process, code, turn);
  return {
    attributes: { code: CODES[code] },
    ...(start !== undefined && { start: ownNanos(start, index) }),
    time: ownNanos(exportTime(process, turn), index),
    ...valueOf(process, turn, valuesOf(process, turn, code)),
  };
}

/** The export before; JavaScript says the first point's own time. */
function deltaStart(process: Process, turn: number, code: number): number {
  const isFirst = eventsOf(process, code).every((each) => turnOf(process, each) >= turn);
  return exportTime(process, process.startOf === "first-point" && isFirst ? turn : turn - 1);
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
