/** A latency threshold in the unit its metric is recorded in. */

const NANOS_PER_UNIT: ReadonlyMap<string, number> = new Map([
  ["ns", 1],
  ["us", 1e3],
  ["µs", 1e3],
  ["ms", 1e6],
  ["s", 1e9],
  ["min", 60e9],
  ["h", 3600e9],
  ["d", 86_400e9],
]);

/** Last word of the metric's name, where the unit field says nothing. */
const NANOS_PER_SUFFIX: readonly (readonly [RegExp, number])[] = [
  [/[._](?:nanoseconds|nanos|ns)$/, 1],
  [/[._](?:microseconds|micros|us)$/, 1e3],
  [/[._](?:milliseconds|millis|ms)$/, 1e6],
  [/[._](?:seconds|secs|s)$/, 1e9],
  [/[._]minutes$/, 60e9],
  [/[._]hours$/, 3600e9],
];

export interface ThresholdInUnit {
  readonly value: number;
  /** False when neither unit nor name says it, and seconds are assumed. */
  readonly isUnitKnown: boolean;
}

/** Divides once, so that 250 ms of a metric in seconds is the very double 0.25 that its bounds hold. */
export function thresholdInUnit(nanos: number, unit: string, metricName: string): ThresholdInUnit {
  const base = metricName.replace(/_(?:bucket|count)$/, "");
  const perUnit =
    NANOS_PER_UNIT.get(unit.trim()) ?? NANOS_PER_SUFFIX.find(([suffix]) => suffix.test(base))?.[1];
  return { value: nanos / (perUnit ?? 1e9), isUnitKnown: perUnit !== undefined };
}
