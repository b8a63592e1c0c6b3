/** The values of a `load` line: samples as in Prometheus's tests (`0+2x21`), or segments of time (`10/s for 1h, +3`). */
import type { LineCursor } from "./line-cursor.ts";
import { parseDurationNanos } from "../slo/index.ts";
import { refuse, type Place } from "./problem-codes.ts";
import type { Amount, Delivery, MetricSpec, Segment, Values } from "./script.ts";

const SAMPLE = /(_|-?\d+(?:\.\d+)?)(?:([+-]\d+(?:\.\d+)?)?x(\d+))?(?=\s|$)/y;
const RATE = /([+-]?)(\d+)(?:\.(\d+))?\/(ms|s|m|h|d)(?![\w.])/y;
const AMOUNT = /([+-])(\d+)(?:\.(\d+))?(?![\w./])/y;
const VALUE = /(-?\d+(?:\.\d+)?)([a-z]+)?(?![\w.])/y;
const LEVEL = /(-?\d+(?:\.\d+)?)(?=\s+for\b)/y;
const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** As in promqltest: a slip of the pen must not fill the memory. */
const MAX_SAMPLES = 1_000_000;
const NANOS_PER_UNIT: Readonly<Record<string, number>> = {
  s: 1e9,
  ms: 1e6,
  us: 1e3,
  ns: 1,
  min: 6e10,
  h: 3.6e12,
};
const PROMPT: Delivery = { isSilent: false, lateMs: 0, againMs: undefined };
const LENGTH_HINT = "write `10/s for 1h`, `+3`, `silent for 5m`, `restart`, or samples: `0+2x21`";

export interface LineTime {
  readonly metric: MetricSpec;
  readonly everyMs: number;
}

export function readValues(cursor: LineCursor, line: LineTime): Values {
  if (cursor.isAtEnd) cursor.refuseNext("values must stand here", LENGTH_HINT);
  const samples = readSamples(cursor, line);
  if (samples !== undefined) return { kind: "samples", samples };
  const segments: Segment[] = [];
  do segments.push(readSegment(cursor, line));
  while (cursor.accept(","));
  cursor.expectEnd("segments are apart by commas, samples by spaces");
  return { kind: "segments", segments };
}

/** `undefined`, and nothing taken, when the line has other words than samples. */
function readSamples(cursor: LineCursor, { metric }: LineTime): (number | undefined)[] | undefined {
  const from = cursor.position;
  if (!cursor.looksAt(/(?:(?:_|-?\d+(?:\.\d+)?)(?:(?:[+-]\d+(?:\.\d+)?)?x\d+)?(?:\s+|$))+$/y))
    return undefined;
  const samples: (number | undefined)[] = [];
  while (!cursor.isAtEnd) {
    const [, first = "", step = "0", times = "0"] = cursor.take(SAMPLE) ?? [];
    const isHole = first === "_";
    const count = Number(times) + (isHole && times !== "0" ? 0 : 1);
    if (samples.length + count > MAX_SAMPLES)
      refuse("wrong-values", cursor.placeFrom(from), `over ${MAX_SAMPLES} samples`);
    for (let k = 0; k < count; k++)
      samples.push(isHole ? undefined : Number(first) + k * Number(step));
  }
  if (metric.kind === "histogram" || metric.kind === "exponential") {
    const hint = "write `10/s at 120ms for 1h`, or `+3 at 120ms`";
    refuse("wrong-values", cursor.placeFrom(from), "a histogram has no samples", hint);
  }
  return samples;
}

function readSegment(cursor: LineCursor, line: LineTime): Segment {
  if (cursor.accept("restart")) return { kind: "restart" };
  if (cursor.accept("reset")) return { kind: "reset" };
  if (cursor.accept("silent")) {
    const lengthMs = readLength(cursor, line);
    return {
      kind: "events",
      amounts: [],
      lengthMs,
      delivery: { ...PROMPT, isSilent: true },
    };
  }
  const from = cursor.position;
  const level = cursor.take(LEVEL)?.[1];
  if (level !== undefined) return readLevel(cursor, line, Number(level), from);
  return readEvents(cursor, line);
}

function readLevel(cursor: LineCursor, line: LineTime, level: number, from: number): Segment {
  const { kind } = line.metric;
  const standsStill = kind === "gauge" || kind === "updown";
  if (!standsStill && level !== 0) {
    const hint = `write \`${level}/s for …\`, or \`+${level}\` for so many in one export`;
    refuse("wrong-values", cursor.placeFrom(from), `a ${kind} has events, not a level`, hint);
  }
  const lengthMs = readLength(cursor, line);
  const delivery = readDelivery(cursor);
  return standsStill
    ? { kind: "level", level, lengthMs, delivery }
    : { kind: "events", amounts: [], lengthMs, delivery };
}

function readEvents(cursor: LineCursor, line: LineTime): Segment {
  const from = cursor.position;
  if (line.metric.kind === "gauge") {
    const hint = "write `5 for 10m`, or samples: `5 5 6 7`";
    refuse("wrong-values", cursor.placeFrom(from), "a gauge has levels, not events", hint);
  }
  const isInOneExport = cursor.looksAt(/[+-]\d+(?:\.\d+)?(?![\w./])/y);
  const amounts: Amount[] = [];
  do amounts.push(readAmount(cursor, line));
  while (cursor.accept("and"));
  const hasLength = !isInOneExport || cursor.looksAt(/for\b/y);
  const lengthMs = hasLength ? readLength(cursor, line) : line.everyMs;
  for (const amount of amounts) checkAmount(amount, lengthMs, cursor.placeFrom(from));
  return { kind: "events", amounts, lengthMs, delivery: readDelivery(cursor) };
}

function checkAmount(amount: Amount, lengthMs: number, place: Place): void {
  const events = amount.numerator * BigInt(lengthMs);
  const divisor = amount.denominator * BigInt(amount.perMs);
  if (events % divisor !== 0n) {
    const hint = "take a length, or a rate, that makes it whole";
    refuse("fraction-of-event", place, "that is no whole number of events", hint);
  }
  if (events / divisor > BigInt(Number.MAX_SAFE_INTEGER))
    refuse("wrong-values", place, "that is more events than can be counted");
}

/** `10/s`, or `+3`: so many in one export; of a histogram, `at` a value. */
function readAmount(cursor: LineCursor, line: LineTime): Amount {
  const from = cursor.position;
  const rate = cursor.take(RATE);
  const match = rate ?? cursor.take(AMOUNT);
  if (match === undefined) cursor.refuseNext("an amount must stand here", LENGTH_HINT);
  const [, sign = "", whole = "", decimals = "", unit] = match;
  const numerator = BigInt(whole + decimals) * (sign === "-" ? -1n : 1n);
  if (numerator < 0n && line.metric.kind !== "updown")
    refuse("wrong-values", cursor.placeFrom(from), `a ${line.metric.kind} only grows`);
  return {
    numerator,
    denominator: 10n ** BigInt(decimals.length),
    perMs: unit === undefined ? line.everyMs : UNIT_MS[unit as keyof typeof UNIT_MS],
    at: readEventValue(cursor, line, from),
  };
}

/** In the metric's unit. */
function readEventValue(
  cursor: LineCursor,
  { metric }: LineTime,
  from: number,
): number | undefined {
  const isHistogram = metric.kind === "histogram" || metric.kind === "exponential";
  if (!cursor.accept("at")) {
    if (!isHistogram) return undefined;
    const hint = "write `at 120ms` after the amount";
    refuse("wrong-values", cursor.placeFrom(from), "a histogram's events have a value", hint);
  }
  if (!isHistogram) refuse("wrong-values", cursor.placeFrom(from), "only histograms take values");
  const [text = "", number = "", unit] = cursor.take(VALUE) ?? [];
  if (number === "") cursor.refuseNext("a value must stand here, as in 120ms or 0.12");
  if (unit === undefined) return Number(number);
  const nanos = parseDurationNanos(text.trim());
  const nanosPerUnit = NANOS_PER_UNIT[metric.unit];
  if (nanos === undefined || nanosPerUnit === undefined) {
    const message = `that is no value of a metric in "${metric.unit}"`;
    refuse("wrong-values", cursor.placeFrom(from), message, "declare its unit: `unit s`");
  }
  return nanos / nanosPerUnit;
}

function readLength(cursor: LineCursor, { everyMs }: LineTime): number {
  cursor.expect("for", LENGTH_HINT);
  const from = cursor.position;
  const lengthMs = cursor.duration("a length");
  if (lengthMs === 0 || lengthMs % everyMs !== 0) {
    const hint = "the interval stands after `load`: `load 10s`";
    refuse("off-grid", cursor.placeFrom(from), "no multiple of the export interval", hint);
  }
  return lengthMs;
}

function readDelivery(cursor: LineCursor): Delivery {
  const delivery = { ...PROMPT };
  for (;;) {
    if (cursor.accept("silent")) delivery.isSilent = true;
    else if (cursor.accept("late")) delivery.lateMs = cursor.duration("how late");
    else if (cursor.accept("twice")) delivery.againMs = cursor.acceptDuration() ?? 0;
    else return delivery;
  }
}
