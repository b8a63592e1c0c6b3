/** One writer of one series: a process that counts what its `load` lines say, and exports at each interval. */
import { assert } from "../slo/index.ts";
import type {
  Amount,
  Attributes,
  Delivery,
  MetricSpec,
  Origin,
  Segment,
  SeriesLoad,
} from "./script.ts";
import { newTally, type PointFields, type Tally } from "./tally.ts";

/** A data point on its way. Moments are ms since the epoch. */
export interface Export {
  readonly metric: MetricSpec;
  readonly resource: Attributes;
  readonly attributes: Attributes;
  /** 0 when the sender does not say. */
  readonly startMs: number;
  readonly timeMs: number;
  readonly arrivesMs: number;
  /** So much later it is sent again. */
  readonly againMs: number | undefined;
  readonly fields: PointFields;
}

/** What one export says. */
interface Step {
  readonly timeMs: number;
  /** Done before it. */
  readonly change: (tally: Tally) => void;
  readonly isSent: boolean;
  readonly lateMs: number;
  readonly againMs: number | undefined;
  /** A new start time, ms. */
  readonly restartMs?: number;
}

/** A process begins after the last export of the one before; a start time that is that export's would be a sliding one. */
const RESTART_MS = 1;
const PROMPT = { isSent: true, lateMs: 0, againMs: undefined } as const;

export class Sender {
  readonly #load: SeriesLoad;
  readonly #tally: Tally;
  readonly #origin: Origin["startedMs"];
  readonly #aheadMs: number;
  #startMs: number;
  /** The end of the last interval that was exported. */
  #sentMs: number;
  #steps: Iterator<Step, undefined>;
  #next: Step | undefined;

  /** `epochMs`: the script's moment 0. */
  constructor(load: SeriesLoad, epochMs: number, nowMs: number) {
    const { metric, origin } = load;
    this.#load = load;
    this.#tally = newTally(metric);
    if (origin.counted !== 0) this.#tally.set(origin.counted);
    this.#origin = origin.startedMs;
    this.#aheadMs = origin.aheadMs;
    this.#startMs = typeof origin.startedMs === "number" ? epochMs + origin.startedMs : nowMs;
    this.#sentMs = this.#startMs;
    this.#steps = stepsOf(load, nowMs);
    this.#next = this.#steps.next().value;
  }

  /** Goes on with another line of the same series and writer. */
  resume(load: SeriesLoad, nowMs: number): void {
    assert(this.#next === undefined, "a sender takes one line after the other");
    this.#steps = stepsOf(load, nowMs);
    this.#next = this.#steps.next().value;
  }

  get isBusy(): boolean {
    return this.#next !== undefined;
  }

  /** When it exports next, ms since the epoch. */
  get dueMs(): number | undefined {
    return this.#next?.timeMs;
  }

  /** Takes the export that is due; `undefined` when it is not sent. */
  exportDue(): Export | undefined {
    const step = this.#next;
    assert(step !== undefined, "an export is due");
    this.#next = this.#steps.next().value;
    const { metric, resource, attributes } = this.#load;
    if (step.restartMs !== undefined) {
      this.#startMs = step.restartMs;
      this.#sentMs = step.restartMs;
    }
    step.change(this.#tally);
    if (!step.isSent) return undefined;
    const { lateMs, againMs } = step;
    const startMs = this.#startTime();
    const timeMs = step.timeMs + this.#aheadMs;
    const fields = this.#tally.fields();
    this.#sentMs = step.timeMs;
    if (metric.isDelta) this.#tally.clear();
    const arrivesMs = step.timeMs + lateMs;
    return { metric, resource, attributes, startMs, timeMs, arrivesMs, againMs, fields };
  }

  #startTime(): number {
    if (this.#origin === "unknown") return 0;
    const { isDelta } = this.#load.metric;
    return (isDelta || this.#origin === "sliding" ? this.#sentMs : this.#startMs) + this.#aheadMs;
  }
}

function* stepsOf({ values, everyMs }: SeriesLoad, fromMs: number): Generator<Step, undefined> {
  if (values.kind === "samples") {
    for (const [k, sample] of values.samples.entries()) {
      const change = (tally: Tally) => sample !== undefined && tally.set(sample);
      yield { ...PROMPT, timeMs: fromMs + k * everyMs, change, isSent: sample !== undefined };
    }
    return undefined;
  }
  let timeMs = fromMs;
  let before: (tally: Tally) => void = () => undefined;
  let restartMs: number | undefined;
  for (const segment of values.segments) {
    if (segment.kind === "restart" || segment.kind === "reset") {
      before = (tally) => tally.clear();
      if (segment.kind === "restart") restartMs = timeMs + RESTART_MS;
      continue;
    }
    for (let doneMs = 0; doneMs < segment.lengthMs; doneMs += everyMs) {
      timeMs += everyMs;
      const [first, counted] = [before, changeOf(segment, doneMs, doneMs + everyMs)];
      const change = (tally: Tally) => {
        first(tally);
        counted(tally);
      };
      const { isSilent, lateMs, againMs } = segment.delivery;
      const isSent = !isSilent;
      yield {
        timeMs,
        change,
        isSent,
        lateMs,
        againMs,
        ...(restartMs !== undefined && { restartMs }),
      };
      before = () => undefined;
      restartMs = undefined;
    }
  }
  return undefined;
}

type Lasting = Extract<Segment, { readonly delivery: Delivery }>;

/** What happens in (fromMs, toMs] of the segment. */
function changeOf(segment: Lasting, fromMs: number, toMs: number): (tally: Tally) => void {
  if (segment.kind === "level") return (tally) => tally.set(segment.level);
  return (tally) => {
    for (const amount of segment.amounts)
      tally.add(eventsUntil(amount, toMs) - eventsUntil(amount, fromMs), amount.at);
  };
}

/** Whole events in the first `ms` of a segment: floor(rate x time), on integers. */
function eventsUntil({ numerator, denominator, perMs }: Amount, ms: number): number {
  const scaled = numerator * BigInt(ms);
  const divisor = denominator * BigInt(perMs);
  const floored = scaled / divisor - (scaled < 0n && scaled % divisor !== 0n ? 1n : 0n);
  return Number(floored);
}
