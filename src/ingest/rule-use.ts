/** Which metrics the rules use, under any spelling, and from when: events before that moment were nobody's to count. */
import { metricShape } from "../engine/index.ts";
import type { MetricIdentity } from "../series/index.ts";
import { metricSpellings, selectorsOf, type Slo } from "../slo/index.ts";

export class RuleUse {
  #sinceMs = new Map<string, number>();

  /** Metrics that were used already keep their moment. */
  update(slos: readonly Slo[], nowMs: number): void {
    const next = new Map<string, number>();
    for (const { indicator } of slos) {
      for (const { metric } of selectorsOf(indicator)) {
        next.set(metric, this.#sinceMs.get(metric) ?? nowMs);
      }
    }
    this.#sinceMs = next;
  }

  /** The earliest moment since which some rule has used the metric, ms; `undefined` when none does. */
  usedSinceMs(metric: MetricIdentity): number | undefined {
    let earliest: number | undefined;
    for (const spelling of metricSpellings(metric.name, metric.unit, metricShape(metric))) {
      const since = this.#sinceMs.get(spelling);
      if (since !== undefined) earliest = Math.min(earliest ?? since, since);
    }
    return earliest;
  }

  toJSON(): readonly (readonly [string, number])[] {
    return [...this.#sinceMs];
  }

  restore(entries: readonly (readonly [string, number])[]): void {
    this.#sinceMs = new Map(entries);
  }
}
