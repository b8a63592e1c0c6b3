/**
 * What the rules measure of which metrics, under any spelling, and from when on: since then the archive has it. A measure
 * that no rule uses any more is forgotten, since what comes meanwhile is nobody's to archive.
 */
import { metricShape } from "../engine/index.ts";
import type { MetricIdentity } from "../series/index.ts";
import { metricSpellings, type Indicator, type Measure, type Slo } from "../slo/index.ts";

interface MetricList {
  readonly count: number;
  readonly metric: (id: number) => MetricIdentity;
}

interface Measured {
  /** As the rule spells it. */
  readonly metric: string;
  readonly measure: string;
}

/** A measure and since when it is used, ms; `null`: that it was once, and then was not. */
type MeasureMoment = readonly [string, number | null];

/** Of counters and histograms it is archived with every other measure. */
const COUNT = "count";

export class MeasureUse {
  #sinceMs = new Map<string, number>();
  /** What was used once and then was not: what is archived of that time ends in the middle. */
  readonly #left = new Set<string>();
  /** Of each metric that a spelling means, all its spellings; of the first `learnt` metrics. */
  readonly #meanings = new Map<string, readonly (readonly string[])[]>();
  #learnt = 0;

  /** Measures that were used already keep their moment. */
  update(slos: readonly Slo[], nowMs: number): void {
    const next = new Map<string, number>();
    for (const { indicator } of slos) {
      for (const measured of measuresOf(indicator)) {
        for (const key of keysOf(measured)) next.set(key, this.#sinceMs.get(key) ?? nowMs);
      }
    }
    for (const key of this.#sinceMs.keys()) if (!next.has(key)) this.#left.add(key);
    this.#sinceMs = next;
  }

  /**
   * When all that the indicator measures came in use, at once and for the first time, ms: whatever is archived of it came
   * after, late events too. `undefined` when parts of it came before others. `metrics` as `heldSinceMs` takes them.
   */
  firstUsedMs(indicator: Indicator, metrics: MetricList): number | undefined {
    this.#learn(metrics);
    const keys = measuresOf(indicator).flatMap(({ metric, measure }) =>
      (this.#meanings.get(metric) ?? [[metric]])
        .flat()
        .map((each) => keyOf({ metric: each, measure })),
    );
    const moments = new Set(keys.flatMap((key) => this.#sinceMs.get(key) ?? []));
    const [first] = moments;
    return moments.size === 1 && !keys.some((key) => this.#left.has(key)) ? first : undefined;
  }

  /**
   * From when on all is held that the indicator measures, ms; `undefined` when it measures something that no rule did.
   * `metrics` are those that came, the same ones at the front at each call.
   */
  heldSinceMs(indicator: Indicator, metrics: MetricList): number | undefined {
    this.#learn(metrics);
    let latest = 0;
    for (const measured of measuresOf(indicator)) {
      const meant = this.#meanings.get(measured.metric) ?? [[measured.metric]]; // one that never came has its own
      for (const spellings of meant) {
        const since = this.#earliest(spellings, measured.measure);
        if (since === undefined) return undefined;
        latest = Math.max(latest, since);
      }
    }
    return latest;
  }

  #learn({ count, metric }: MetricList): void {
    for (; this.#learnt < count; this.#learnt++) {
      const { name, unit, ...shape } = metric(this.#learnt);
      const spellings = metricSpellings(name, unit, metricShape({ name, unit, ...shape }));
      for (const spelling of spellings) {
        this.#meanings.set(spelling, [...(this.#meanings.get(spelling) ?? []), spellings]);
      }
    }
  }

  #earliest(spellings: readonly string[], measure: string): number | undefined {
    const known = spellings.map((metric) => this.#sinceMs.get(keyOf({ metric, measure })));
    return known.reduce(
      (least, since) => (since === undefined ? least : Math.min(least ?? since, since)),
      undefined,
    );
  }

  toJSON(): readonly MeasureMoment[] {
    return [...this.#sinceMs, ...[...this.#left].map((key) => [key, null] as const)];
  }

  restore(entries: readonly MeasureMoment[]): void {
    this.#sinceMs = new Map();
    for (const [key, sinceMs] of entries) {
      if (sinceMs === null) this.#left.add(key);
      else this.#sinceMs.set(key, sinceMs);
    }
  }
}

const keyOf = ({ metric, measure }: Measured): string => `${measure} of ${metric}`;

function keysOf({ metric, measure }: Measured): readonly string[] {
  const isOfSamples = measure.startsWith("sample");
  const own = keyOf({ metric, measure });
  return isOfSamples ? [own] : [own, keyOf({ metric, measure: COUNT })];
}

function measuresOf(indicator: Indicator): readonly Measured[] {
  switch (indicator.kind) {
    case "events":
      return [{ metric: indicator.total.metric, measure: COUNT }];
    case "latency": {
      const { total, thresholdNanos } = indicator;
      return [{ metric: total.metric, measure: `faster than ${thresholdNanos} ns` }];
    }
    case "counters":
      return [indicator.total, indicator.part].map(({ metric }) => ({ metric, measure: COUNT }));
    case "sums":
      return [...indicator.total, ...indicator.part].map(({ metric, measure }) => ({
        metric,
        measure: measureText(measure),
      }));
    case "composite":
      return [];
  }
}

function measureText(measure: Measure): string {
  switch (measure.kind) {
    case "increase":
      return COUNT;
    case "atMost":
      return `at most ${measure.bound}`;
    case "samples": {
      const { holds } = measure;
      return holds === undefined ? "samples" : `samples ${holds.op} ${holds.value}`;
    }
    case "values":
      return "sample values";
  }
}
