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

/** Of counters and histograms it is archived with every other measure. */
const COUNT = "count";

export class MeasureUse {
  #sinceMs = new Map<string, number>();
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
    this.#sinceMs = next;
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

  toJSON(): readonly (readonly [string, number])[] {
    return [...this.#sinceMs];
  }

  restore(entries: readonly (readonly [string, number])[]): void {
    this.#sinceMs = new Map(entries);
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
