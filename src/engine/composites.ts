/**
 * Composites: streams without events of their own, whose sums are made of their members' (research/math.md section 7).
 * `settle` makes them anew; between two calls of it they are as of the last.
 *
 *   weighted, worst   sums of the members' windows ──> sums of the composite's windows, at every tick   (composite-sums.ts)
 *   all               verdicts of the members' slices ──> a verdict, booked as any slice's is           (joint-slices.ts)
 */
import {
  isComposite,
  type CompositeIndicator,
  type CompositeSlo,
  type Slo,
  type SloWindow,
} from "../slo/index.ts";
import { memberSource } from "./composite-links.ts";
import { makeSums } from "./composite-sums.ts";
import { settleSlices } from "./joint-slices.ts";
import type { Shard } from "./shard.ts";
import type { Stream, Streams } from "./streams.ts";

/** One stream of a member: an SLO that is split into groups has many. */
export interface MemberStream {
  readonly stream: Stream;
  /** By window of the composite: which of the member's it is; -1 when it is not read over it. */
  readonly windowIndexes: Int32Array;
}

export interface Member {
  readonly sloId: string;
  readonly weight: number;
  readonly streams: readonly MemberStream[];
}

export interface Composite {
  readonly stream: Stream;
  readonly rule: CompositeIndicator["rule"];
  readonly members: readonly Member[];
  /** Slices before it are made, unless members' changed since. */
  settledSlice: number;
}

const OTHER_CALENDAR = "is counted over another calendar window, so it is left out of this one's";

export class Composites {
  readonly #streams: Streams;
  #slos: readonly CompositeSlo[] = [];
  #sloById: ReadonlyMap<string, Slo> = new Map();
  #composites: readonly Composite[] = [];
  readonly #byStream = new Map<number, Composite>();
  /** Of the streams when `#composites` was made. */
  #generation = -1;

  constructor(streams: Streams) {
    this.#streams = streams;
  }

  /** `slos`: as they are counted, linked. */
  setRules(slos: readonly Slo[]): void {
    this.#slos = slos.filter(isComposite);
    this.#sloById = new Map(slos.map((slo) => [slo.id, slo]));
    this.#generation = -1;
  }

  /** Streams that came, went or are doubted since the last call of `settle` may be members'. */
  get isBehind(): boolean {
    return this.#slos.length > 0 && this.#generation !== this.#streams.generation;
  }

  /** Makes all composites of what their members count now. */
  settle(): void {
    if (this.#slos.length === 0) return;
    if (this.#generation !== this.#streams.generation) this.#find();
    for (const composite of this.#composites) {
      if (composite.rule === "all") settleSlices(composite);
      else makeSums(composite);
      showState(composite);
    }
    for (const { rule, members } of this.#composites) if (rule === "all") forgetChanges(members);
  }

  /** `undefined` when the stream is no composite's. */
  at(index: number): Composite | undefined {
    return this.#byStream.get(index);
  }

  #find(): void {
    this.#composites = this.#slos.flatMap((slo) => {
      const [stream] = this.#streams.ofSlo(slo.id);
      return stream === undefined ? [] : [this.#compositeOf(slo, stream)];
    });
    this.#byStream.clear();
    for (const composite of this.#composites) this.#byStream.set(composite.stream.index, composite);
    this.#generation = this.#streams.generation;
  }

  #compositeOf(slo: CompositeSlo, stream: Stream): Composite {
    const { rule, members } = slo.indicator;
    return {
      stream,
      rule,
      members: members.map(({ sloId, weight }): Member => {
        const member = this.#sloById.get(sloId);
        const source = member === undefined ? "" : memberSource(slo, member);
        const streams = this.#streams.ofSlo(source).map((each) => ({
          stream: each,
          windowIndexes: indexesOf(stream.shard.windows, each.shard),
        }));
        if (streams.some(({ windowIndexes }) => windowIndexes.includes(-1)))
          this.#streams.note(slo.id, `${sloId} ${OTHER_CALENDAR}`);
        return { sloId, weight, streams };
      }),
      settledSlice: -Infinity,
    };
  }
}

/** Members are read over the windows of their composites, but over one calendar only: -1 where that is another one. */
function indexesOf(windows: readonly SloWindow[], { windows: read }: Shard): Int32Array {
  const texts = read.map((window) => JSON.stringify(window));
  return Int32Array.from(windows, (window) => texts.indexOf(JSON.stringify(window)));
}

/** What is said of a composite beside its sums: data is as new as the newest, as old and as whole as the least so. */
function showState({ stream: { shard, slot, doubts, sinceMs }, rule, members }: Composite): void {
  let newestMs = 0;
  let latestMs = rule === "all" ? sinceMs : 0;
  let isPartial = doubts.size > 0;
  for (const { streams } of members) {
    let memberSinceMs = Infinity; // of the groups, the one that was there first
    for (const { stream } of streams) {
      newestMs = Math.max(newestMs, stream.shard.newestPointMs[stream.slot]!);
      memberSinceMs = Math.min(memberSinceMs, stream.sinceMs);
      isPartial ||= stream.shard.isPartial[stream.slot] === 1;
    }
    if (streams.length > 0) latestMs = Math.max(latestMs, memberSinceMs);
  }
  if (shard.newestPointMs[slot] !== newestMs) shard.isNewestChanged = true;
  shard.newestPointMs[slot] = newestMs;
  shard.sinceMs[slot] = latestMs === 0 ? sinceMs : latestMs;
  shard.isPartial[slot] = isPartial ? 1 : 0;
}

function forgetChanges(members: readonly Member[]): void {
  for (const { streams } of members)
    for (const { stream } of streams)
      if (stream.shard.slices !== undefined) stream.shard.slices.changedFrom = Infinity;
}
