/**
 * Binds a series to the rules at first sight: which roles its metric has, whether its attributes match, and which streams
 * its increments go to. Everything slow about rules happens here, once per series.
 */
import { MetricKind } from "../otlp/index.ts";
import { metricSpellings, type MetricShape, type Slo, type StreamIndex } from "../slo/index.ts";
import { attributeLookup, type LookUpAttribute } from "./attribute-lookup.ts";
import { canMeasure, cutOf, sampleOf, thresholdOf } from "./measure.ts";
import { mergeTargets } from "./merge-targets.ts";
import { rolesByMetric, type Role } from "./roles.ts";
import {
  MAX_THRESHOLDS,
  type SeriesBinding,
  type SeriesDescriptor,
  type Target,
} from "./target.ts";

/** The stream that an SLO counts a group's events in; `undefined` when there is no room for one. */
export type StreamOfGroup = (slo: Slo, group: readonly string[]) => StreamIndex | undefined;
/** Says why a series of an SLO did not bind, or bound with a doubt. */
export type NoteDoubt = (sloId: string, note: string) => void;

/** Metrics whose roles are remembered between series; over it the memory starts anew. */
const MAX_KNOWN_METRICS = 10_000;
/** What the values of the overflow group are. */
export const OVERFLOW_VALUE = "__overflow__";
const UNBOUND: SeriesBinding = { targets: [], thresholds: [] };

export class Binder {
  readonly #streamOf: StreamOfGroup;
  readonly #note: NoteDoubt;
  #roles: ReadonlyMap<string, readonly Role[]> = new Map();
  /** Roles by name, unit and shape of a metric. */
  readonly #rolesOfMetric = new Map<string, readonly Role[]>();

  constructor(streamOf: StreamOfGroup, note: NoteDoubt) {
    this.#streamOf = streamOf;
    this.#note = note;
  }

  setRules(slos: readonly Slo[]): void {
    this.#roles = rolesByMetric(slos);
    this.#rolesOfMetric.clear();
  }

  bind(series: SeriesDescriptor): SeriesBinding {
    const roles = this.#rolesFor(series.metric);
    if (roles.length === 0) return UNBOUND;
    const attribute = attributeLookup(series.attributes);
    const matched = roles.filter(
      (role) =>
        role.matches(attribute) &&
        canMeasure(role.measure, series.metric, (note) => this.#note(role.slo.id, note)),
    );
    const values = matched.map((role) =>
      thresholdOf(role.measure, series.metric, (note) => this.#note(role.slo.id, note)),
    );
    const distinct = [...new Set(values.filter((value) => value !== undefined))];
    const thresholds = distinct.slice(0, MAX_THRESHOLDS).sort((a, b) => a - b);
    const targets = matched.flatMap((role, i): Target[] => {
      const value = values[i];
      const threshold = value === undefined ? -1 : thresholds.indexOf(value);
      if (value !== undefined && threshold < 0) {
        const many = `series of ${series.metric.name} have over ${MAX_THRESHOLDS} thresholds`;
        this.#note(role.slo.id, `${many}, so this one is not counted`);
        return [];
      }
      const stream = this.#streamOf(role.slo, groupOf(role.slo, attribute));
      if (stream === undefined) return [];
      const goodWeight = role.goodWeight(attribute);
      return [
        {
          stream,
          goodWeight,
          totalWeight: role.totalWeight,
          threshold,
          ...cutOf(role.measure),
          ...sampleOf(role.measure),
        },
      ];
    });
    const merged = mergeTargets(targets);
    return merged.length === 0 ? UNBOUND : { targets: merged, thresholds };
  }

  /** The SLOs that are counted from the metric, each once. */
  slosOf(metric: SeriesDescriptor["metric"]): readonly string[] {
    return [...new Set(this.#rolesFor(metric).map((role) => role.slo.id))];
  }

  #rolesFor(metric: SeriesDescriptor["metric"]): readonly Role[] {
    const shape = metricShape(metric);
    const key = `${shape}\n${metric.unit}\n${metric.name}`;
    const known = this.#rolesOfMetric.get(key);
    if (known !== undefined) return known;
    if (this.#rolesOfMetric.size >= MAX_KNOWN_METRICS) this.#rolesOfMetric.clear();
    const spellings = metricSpellings(metric.name, metric.unit, shape);
    const roles = spellings.flatMap((name) => this.#roles.get(name) ?? []);
    this.#rolesOfMetric.set(key, roles);
    return roles;
  }
}

/** What the metric's Prometheus spellings depend on besides name and unit. */
export function metricShape(metric: SeriesDescriptor["metric"]): MetricShape {
  switch (metric.kind) {
    case MetricKind.gauge:
      return "gauge";
    case MetricKind.sum:
      return metric.isMonotonic ? "counter" : "gauge";
    case MetricKind.histogram:
    case MetricKind.exponentialHistogram:
      return "histogram";
    case MetricKind.summary:
      return "summary";
  }
}

/** Absent attributes group under "". What the sender itself folded (`otel.metric.overflow`) goes to the overflow group. */
function groupOf(slo: Slo, attribute: LookUpAttribute): readonly string[] {
  const isFolded = slo.per.length > 0 && attribute("otel.metric.overflow") === "true";
  return slo.per.map((key) => (isFolded ? OVERFLOW_VALUE : (attribute(key) ?? "")));
}
