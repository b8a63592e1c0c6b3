/** Which of the known series the indicators of edited rules take: a dry run of the binding, in slices of time. */
import { Binder, OVERFLOW_VALUE, type SeriesDescriptor } from "../engine/index.ts";
import { streamIndex, type Slo } from "../slo/index.ts";
import type { MatchedSeries } from "./slo-plan.ts";

/** The series that are known; `Identity` of the series room satisfies it. */
export interface KnownSeries {
  readonly series: { readonly count: number };
  metricOfSeries(series: number): number;
  metric(id: number): SeriesDescriptor["metric"];
  describe(series: number): SeriesDescriptor;
}

/** Lets others have the event loop when it is their turn. */
export type Pause = () => Promise<void>;

const MAX_NOTES = 16;
/** Series that no rule asks for between two looks at the clock; of the others each takes a look. */
const STEP = 1024;

/** By SLO id. Series that are born meanwhile are not in it. */
export async function matchSeries(
  slos: readonly Slo[],
  known: KnownSeries,
  pause: Pause,
): Promise<ReadonlyMap<string, MatchedSeries>> {
  const tallies = slos.map((slo) => new Tally(slo));
  const indexes = new Map(slos.map(({ id }, index) => [id, index]));
  const tallyOf = (id: string) => tallies[indexes.get(id) ?? -1];
  let series = 0;
  const binder = new Binder(
    ({ id }, group) => {
      tallyOf(id)?.addGroup(group, series);
      return streamIndex(indexes.get(id) ?? 0);
    },
    (id, note) => tallyOf(id)?.addNote(note),
  );
  binder.setRules(slos);
  const isUsed = new Map<number, boolean>();
  for (const { count } = known.series; series < count; series++) {
    if (series % STEP === 0) await pause();
    const metric = known.metricOfSeries(series);
    if (!isUsed.has(metric)) isUsed.set(metric, binder.slosOf(known.metric(metric)).length > 0);
    if (isUsed.get(metric) !== true) continue;
    await pause();
    const countsEvents = new Map<number, boolean>();
    for (const { stream, totalWeight } of binder.bind(known.describe(series)).targets)
      countsEvents.set(stream, countsEvents.get(stream) === true || totalWeight !== 0);
    for (const [index, isTotal] of countsEvents) tallies[index]?.addSeries(isTotal);
  }
  return new Map(tallies.map((tally) => [tally.slo.id, tally.matched]));
}

class Tally {
  readonly slo: Slo;
  #total = 0;
  #part = 0;
  /** The first series of each. */
  readonly #groups = new Map<string, number>();
  readonly #notes = new Set<string>();

  constructor(slo: Slo) {
    this.slo = slo;
  }

  addSeries(isTotal: boolean): void {
    if (isTotal) this.#total++;
    else this.#part++;
  }

  /** Groups beyond the SLO's limit are one. */
  addGroup(group: readonly string[], series: number): void {
    const own = JSON.stringify(group);
    if (this.#groups.has(own)) return;
    const isFull = group.length > 0 && this.#groups.size >= this.slo.groupLimit;
    const key = isFull ? JSON.stringify(group.map(() => OVERFLOW_VALUE)) : own;
    if (!this.#groups.has(key)) this.#groups.set(key, series);
  }

  addNote(note: string): void {
    if (this.#notes.size < MAX_NOTES) this.#notes.add(note);
  }

  get matched(): MatchedSeries {
    const groups = [...this.#groups.values()];
    return { total: this.#total, part: this.#part, groups, notes: [...this.#notes] };
  }
}
