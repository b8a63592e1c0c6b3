/**
 * What really happened, and how much of it can be known: processes record events and export them as SDKs do (exports.ts), with
 * every start time that senders are known to say. Counts of the events themselves are the truth to compare with.
 */
import fc from "fast-check";

/** Thresholds that lie on a bound of every histogram here. */
export const THRESHOLDS: readonly number[] = [0.25, 1];
const VALUES = [0, 0.01, 0.125, 0.2, 0.25, 0.26, 0.7, 1, 1.0001, 3, 4, 100];
export const CODES: readonly string[] = ["200", "404", "500", "503"];

export interface Event {
  /** 0..1 of the process's life. */
  readonly at: number;
  readonly code: number;
  readonly value: number;
}

/** Moments are seconds; rules watch since 0. */
export interface Process {
  /** Processes may share one: a missing service.instance.id. */
  readonly identity: number;
  readonly instrument: "sum" | "explicit" | "exponential";
  readonly temporality: "cumulative" | "delta";
  /**
   * What the start time of a cumulative point is: when the process began (older SDKs), when the series did (newer ones), the
   * first point's own time (JavaScript), the export before while the value goes on (it slides), or not set.
   */
  readonly startOf: "process" | "series" | "first-point" | "export-before" | "nothing";
  /** Before 0: the process is older than the rules. What it exported until 0 nobody received. */
  readonly beginAt: number;
  readonly exportEvery: number;
  readonly exportCount: number;
  /** After this export its counters begin at zero again, under the same start; 0 for never. */
  readonly fallAfter: number;
  /** Whether a series falls also where the next export shows no lower count. */
  readonly isFallHidden: boolean;
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

/** Even over the process's life (`fc.double` would crowd near 0). Some series have many, some one or none: those begin late. */
const event: fc.Arbitrary<Event> = fc.record({
  at: fc.nat(9_999).map((n) => n / 10_000),
  code: fc.constantFrom(0, 0, 0, 0, 1, 2, 2, 3),
  value: fc.constantFrom(...VALUES),
});

const process: fc.Arbitrary<Process> = fc
  .record({
    identity: fc.nat(1),
    instrument: fc.constantFrom("sum", "explicit", "exponential"),
    temporality: fc.constantFrom("cumulative", "cumulative", "delta"),
    startOf: fc.constantFrom("process", "series", "first-point", "export-before", "nothing"),
    beginAt: fc.nat(120),
    exportsBefore: fc.constantFrom(undefined, undefined, 0, 1, 2),
    exportEvery: fc.integer({ min: 1, max: 60 }),
    exportCount: fc.integer({ min: 1, max: 6 }),
    fallAfter: fc.constantFrom(0, 0, 1, 2, 3),
    isFallHidden: fc.boolean(),
    events: fc.array(event, { maxLength: 40, size: "medium" }),
    batchSize: fc.integer({ min: 1, max: 5 }),
    firstScale: fc.integer({ min: 0, max: 4 }),
  })
  .map(({ exportsBefore, ...each }) => ({ ...each, beginAt: beginOf(each, exportsBefore) }));

/** Of a process that exported so often until the rules began, or a little less than that; else after them. */
function beginOf(
  { beginAt, exportEvery, exportCount }: Pick<Process, "beginAt" | "exportEvery" | "exportCount">,
  exportsBefore: number | undefined,
): number {
  if (exportsBefore === undefined) return beginAt;
  return -(exportsBefore % exportCount) * exportEvery - (beginAt % exportEvery);
}

const delivery: fc.Arbitrary<Delivery> = fc.record({
  arrivals: fc.constantFrom(0, 1, 1, 1, 2),
  delays: fc.tuple(fc.nat(6), fc.nat(6)),
});

/** Anything that senders and networks do: of some of it only bounds can be said. */
export const wildHistory: fc.Arbitrary<History> = fc.record({
  processes: fc.array(process, { minLength: 1, maxLength: 5 }),
  deliveries: fc.array(delivery, { minLength: 1, maxLength: 17 }),
});

/**
 * Histories of which bounds can be said: a start that is not set tells no processes apart, nor does one that slides, which
 * is not known to before its second point (`history` has it).
 */
export const boundedHistory: fc.Arbitrary<History> = wildHistory.map((past) => ({
  ...past,
  processes: past.processes.map((process, index): Process => {
    if (process.startOf === "export-before") return { ...process, startOf: "series" };
    return process.startOf === "nothing" ? { ...process, identity: 2 + index } : process;
  }),
}));

/** Histories of which every event can be counted, or is known not to be (`countable`). */
export const history: fc.Arbitrary<History> = wildHistory.map((past) => ({
  ...past,
  processes: past.processes.map(asCountable),
}));

const isOld = ({ beginAt }: Process): boolean => beginAt < 0;

/**
 * A start that is old, slides, or is not set tells no processes apart: such a process needs an identity of its own. Which
 * series an old process did not have before is seen only in exports that are whole. A fall that the next value hides is
 * not seen at all (exports.ts delivers a process that falls in order, for the same reason).
 */
function asCountable(process: Process, index: number): Process {
  const { startOf, identity, batchSize } = process;
  const isAlone = isOld(process) || startOf === "export-before" || startOf === "nothing";
  return {
    ...process,
    identity: isAlone ? 2 + index : identity,
    batchSize: isOld(process) ? CODES.length : batchSize,
    isFallHidden: false,
  };
}

/** Of an event in seconds, to the millisecond. */
export const timeOf = ({ beginAt, exportEvery, exportCount }: Process, at: number): number =>
  Math.round((beginAt + at * exportEvery * exportCount) * 1000) / 1000;
/** Exports count from 1. */
export const exportTime = ({ beginAt, exportEvery }: Process, turn: number): number =>
  beginAt + turn * exportEvery;
/** The export that first has an event. */
export const turnOf = ({ exportCount }: Process, { at }: Event): number =>
  Math.floor(at * exportCount) + 1;
export const eventsOf = ({ events }: Process, code: number): readonly Event[] =>
  events.filter((each) => each.code === code);

/** The export after which a cumulative series begins at zero again, 0 for none: a fall that is to be seen needs a lower count. */
export function fallOf(process: Process, code: number): number {
  const { fallAfter, isFallHidden } = process;
  if (fallAfter === 0) return 0;
  const turns = eventsOf(process, code).map((each) => turnOf(process, each));
  const before = turns.filter((turn) => turn <= fallAfter);
  const next = Math.min(...turns.filter((turn) => turn > fallAfter));
  return isFallHidden || turns.filter((turn) => turn === next).length < before.length
    ? fallAfter
    : 0;
}

/** What the exports of a series say its start is, in seconds. `turn` is one that has the series. */
export function startTime(process: Process, code: number, turn: number): number | undefined {
  const { startOf, beginAt } = process;
  const events = eventsOf(process, code);
  switch (startOf) {
    case "process":
      return beginAt;
    case "series":
      return Math.min(...events.map(({ at }) => timeOf(process, at)));
    case "first-point":
      return exportTime(process, Math.min(...events.map((each) => turnOf(process, each))));
    case "export-before":
      return exportTime(process, turn - 1);
    case "nothing":
      return undefined;
  }
}

/** An event at its own moment, in seconds. */
export interface RealEvent {
  readonly time: number;
  readonly isHistogram: boolean;
  readonly code: string;
  readonly value: number;
}

const realEvent = (process: Process, { at, code, value }: Event): RealEvent => ({
  time: timeOf(process, at),
  isHistogram: process.instrument !== "sum",
  code: CODES[code]!,
  value,
});

/** A request of one export of one process, as it arrived. */
export interface Arrival {
  readonly bytes: Uint8Array;
  /** Index of the process in its history. */
  readonly process: number;
  readonly turn: number;
  /** The series that it has points of. */
  readonly codes: readonly number[];
}

/** Whether events of an export are counted; `arrived` is what came of their process, in order, `first` what came first of their series. */
type IsCounted = (
  process: Process,
  turn: number,
  code: number,
  first: Arrival,
  arrived: readonly Arrival[],
) => boolean;

function eventsWhere(
  { processes }: History,
  arrived: readonly Arrival[],
  isCounted: IsCounted,
): RealEvent[] {
  return processes.flatMap((process, index) => {
    const ofProcess = arrived.filter((each) => each.process === index);
    return process.events
      .filter((each) => {
        const first = ofProcess.find(({ codes }) => codes.includes(each.code));
        const turn = turnOf(process, each);
        return first !== undefined && isCounted(process, turn, each.code, first, ofProcess);
      })
      .map((each) => realEvent(process, each));
  });
}

/** Deltas count when they arrive, and all do. */
const isOfDelta = (process: Process, turn: number): boolean =>
  process.temporality === "delta" && exportTime(process, turn) > 0;

/** Whether a cumulative series is known from its beginning. Starts lie some nanoseconds past their millisecond (exports.ts). */
function isKnownWhole(process: Process, code: number, first: Arrival): boolean {
  const start = startTime(process, code, first.turn);
  return start !== undefined && start > -0.001;
}

/** Whether an earlier export had series of the same start, and not this one. */
function wasAbsent(
  process: Process,
  code: number,
  first: Arrival,
  arrived: readonly Arrival[],
): boolean {
  const start = startTime(process, code, first.turn);
  const isSame = ({ turn, codes }: Arrival): boolean =>
    codes.some((other) => startTime(process, other, turn) === start);
  const before = arrived.slice(0, arrived.indexOf(first));
  return start !== undefined && before.some((each) => each.turn < first.turn && isSame(each));
}

/**
 * The events that a `history` lets one count (DESIGN 4.3, 4.4; research/otlp.md section 3). A delta counts whenever it
 * arrives. A cumulative series counts in full when its start shows that it began under the rules, or when an earlier export
 * of its process lacked it; else what came after the first point that arrived.
 */
export const countable = (past: History, arrived: readonly Arrival[]): RealEvent[] =>
  eventsWhere(past, arrived, (process, turn, code, first, ofProcess) => {
    if (process.temporality === "delta") return isOfDelta(process, turn);
    const fall = fallOf(process, code);
    if (turn <= fall && first.turn > fall) return false; // nobody heard of it
    const isWhole =
      isKnownWhole(process, code, first) || wasAbsent(process, code, first, ofProcess);
    return isWhole || turn > first.turn;
  });

/**
 * Of a wild history, what is counted at least. A fall that a later value hides takes off what was there before it; where
 * the first point was a baseline too, nothing is sure. Of a histogram whose buckets contradict one another latency is not
 * counted.
 */
export const surelyCounted = (past: History, arrived: readonly Arrival[]): RealEvent[] =>
  eventsWhere(past, arrived, (process, turn, code, first) => {
    if (process.temporality === "delta") return isOfDelta(process, turn);
    const isWhole = isKnownWhole(process, code, first);
    if (process.fallAfter === 0) return isWhole || turn > first.turn;
    return isWhole && process.instrument === "sum" && turn > process.fallAfter;
  });

/** What is counted at most: nothing that did not happen, nothing twice. */
export const possiblyCounted = (past: History, arrived: readonly Arrival[]): RealEvent[] =>
  eventsWhere(
    past,
    arrived,
    (process, turn) => process.temporality === "cumulative" || isOfDelta(process, turn),
  );
