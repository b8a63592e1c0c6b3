/** What the known series say of the metrics that rules name: for the lints that need a running server. */
import { metricShape, thresholdInUnit } from "../engine/index.ts";
import { nearestName, type MetricFacts, type RunningFacts } from "../rules/index.ts";
import { metricSpellings } from "../slo/index.ts";
import type { KnownSeries, Pause } from "./series-matching.ts";

/** Explicit bounds of a series' buckets, where they are known. */
export type BoundsOfSeries = (series: number) => readonly number[] | undefined;

/** Series that nobody asks for between two looks at the clock. */
const STEP = 1024;
/** Of one metric; what is beyond is not told. */
const MAX_KEYS = 256;
const MAX_BOUNDS = 16;

/** `names`: as rules call them. Takes series that are there when it comes to them. */
export async function metricFacts(
  names: readonly string[],
  known: KnownSeries,
  boundsOf: BoundsOfSeries,
  pause: Pause,
): Promise<Omit<RunningFacts, "rates">> {
  const asked = new Set(names);
  const collectors = new Map<number, Collector | undefined>();
  for (let series = 0; series < known.series.count; series++) {
    if (series % STEP === 0) await pause();
    const metric = known.metricOfSeries(series);
    if (!collectors.has(metric)) collectors.set(metric, collectorFor(known.metric(metric), asked));
    const collector = collectors.get(metric);
    if (collector === undefined) continue;
    await pause();
    collector.add(known.describe(series).attributes, boundsOf(series));
  }
  const metrics = [...collectors.values()].flatMap((each) =>
    each === undefined ? [] : [each.facts],
  );
  const seen = new Set(metrics.flatMap(({ spellings }) => spellings));
  const unseen = names.filter((name) => !seen.has(name));
  const others = unseen.length === 0 ? [] : [...collectors.keys()].map((id) => spelled(known, id));
  return {
    metrics,
    unseen: new Map(unseen.map((name) => [name, nearestName(name, others.flat())])),
  };
}

function spelled(known: KnownSeries, id: number): readonly string[] {
  const metric = known.metric(id);
  return metricSpellings(metric.name, metric.unit, metricShape(metric));
}

function collectorFor(
  metric: ReturnType<KnownSeries["metric"]>,
  asked: ReadonlySet<string>,
): Collector | undefined {
  const spellings = metricSpellings(metric.name, metric.unit, metricShape(metric));
  return spellings.some((name) => asked.has(name)) ? new Collector(metric, spellings) : undefined;
}

class Collector {
  readonly #metric: ReturnType<KnownSeries["metric"]>;
  readonly #spellings: readonly string[];
  readonly #keys = new Set<string>();
  readonly #bounds = new Map<string, readonly number[]>();
  #seriesCount = 0;

  constructor(metric: ReturnType<KnownSeries["metric"]>, spellings: readonly string[]) {
    this.#metric = metric;
    this.#spellings = spellings;
  }

  add(attributes: ReadonlyMap<string, unknown>, bounds: readonly number[] | undefined): void {
    this.#seriesCount++;
    for (const key of attributes.keys()) if (this.#keys.size < MAX_KEYS) this.#keys.add(key);
    if (bounds === undefined || this.#bounds.size >= MAX_BOUNDS) return;
    this.#bounds.set(bounds.join(), bounds);
  }

  get facts(): MetricFacts {
    const { name, unit } = this.#metric;
    return {
      name,
      unit,
      spellings: this.#spellings,
      nanosPerUnit: 1e9 / thresholdInUnit(1e9, unit, name).value,
      seriesCount: this.#seriesCount,
      attributeKeys: [...this.#keys],
      bounds: [...this.#bounds.values()],
    };
  }
}
