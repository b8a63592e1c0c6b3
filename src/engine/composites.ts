/**
 * Composites: streams without events of their own, whose sums are made of their members' (research/math.md section 7).
 * Between two calls of `settle` they are as of the last.
 *
 *   weighted, worst   sums of the members' windows ──> sums of the composite's windows, at every tick   (composite-sums.ts)
 *   all               verdicts of the members' slices ──> a verdict, booked as any slice's is           (joint-slices.ts)
 */
import {
  isComposite,
  isOwnWindow,
  type CompositeIndicator,
  type CompositeSlo,
  type Slo,
  type SloWindow,
} from "../slo/index.ts";
import { memberSource } from "./composite-links.ts";
import { makeSums } from "./composite-sums.ts";
import { settleSlices, type IsExcluded } from "./joint-slices.ts";
import { isMissing, MemberSums } from "./member-sums.ts";
import type { PartialMarks } from "./partial-marks.ts";
import type { ShardSet } from "./shard-set.ts";
import type { Stream, Streams } from "./streams.ts";

export interface Member {
  readonly sloId: string;
  readonly weight: number;
  /** `undefined`: no SLO of that id is counted. */
  readonly sums: MemberSums | undefined;
  /** By window of the composite: which of the member's it is; -1 when it is not read over it. */
  windowIndexes: Int32Array;
  /** By window of the composite: whether the member is read over it for composites alone. */
  areNew: readonly boolean[];
  /** `sums.version` that they are of. */
  version: number;
}

export interface Composite {
  readonly stream: Stream;
  readonly rule: CompositeIndicator["rule"];
  readonly members: readonly Member[];
  /** Slices before it are made, unless members' changed since. */
  settledSlice: number;
}

const OTHER_CALENDAR = "is counted over another calendar window, so it is left out of this one's";
const NEVER = -1;

export class Composites {
  readonly #streams: Streams;
  readonly #shards: ShardSet;
  readonly #marks: PartialMarks;
  #sums: readonly MemberSums[] = [];
  #composites: readonly Composite[] = [];
  readonly #byStream = new Map<number, Composite>();
  /** Where the engine stood at the last call of `settle`, and which of its streams there were. */
  #settledIndex = NEVER;
  #seenVersion = NEVER;

  constructor(streams: Streams, shards: ShardSet, marks: PartialMarks) {
    this.#streams = streams;
    this.#shards = shards;
    this.#marks = marks;
  }

  /** `slos`: as they are counted, linked; their streams are there. */
  setRules(slos: readonly Slo[]): void {
    const byId = new Map(slos.map((slo) => [slo.id, slo]));
    const sums = new Map<string, MemberSums>();
    this.#byStream.clear();
    this.#composites = slos.filter(isComposite).flatMap((slo) => {
      const [stream] = this.#streams.ofSlo(slo.id);
      return stream === undefined ? [] : [compositeOf(slo, stream, byId, sums)];
    });
    for (const composite of this.#composites) this.#byStream.set(composite.stream.index, composite);
    this.#sums = [...sums.values()];
    this.#settledIndex = NEVER;
  }

  /** `undefined` when the stream is no composite's. */
  at(index: number): Composite | undefined {
    return this.#byStream.get(index);
  }

  /** Makes all composites of what their members count now. */
  settle(): void {
    if (this.#composites.length === 0) return;
    for (const sums of this.#sums) sums.update(this.#streams);
    for (const composite of this.#composites) this.#make(composite);
    for (const sums of this.#sums) sums.forgetSlices();
    this.#settledIndex = this.#shards.openIndex;
    this.#seenVersion = this.#streams.version;
  }

  /**
   * The same, as far as members changed since: late points, new groups. `isPastChanged`: some bucket that was closed then
   * has changed, if only of others.
   */
  settleChanged(isPastChanged: boolean): void {
    if (this.#composites.length === 0) return;
    if (this.#settledIndex !== this.#shards.openIndex) return this.settle();
    if (!isPastChanged && this.#seenVersion === this.#streams.version) return;
    this.#seenVersion = this.#streams.version;
    const behind = new Set(this.#sums.filter((sums) => sums.isBehind(this.#streams)));
    if (behind.size === 0) return;
    for (const sums of behind) sums.update(this.#streams);
    for (const composite of this.#composites) {
      const isConcerned = composite.members.some(({ sums }) => sums && behind.has(sums));
      if (isConcerned) this.#make(composite);
    }
    for (const sums of this.#sums) sums.forgetSlices();
  }

  #make(composite: Composite): void {
    for (const member of composite.members) this.#link(composite.stream, member);
    if (composite.rule === "all") settleSlices(composite, this.#isExcluded);
    else makeSums(composite, this.#shards.tickedAtMs);
    this.#showState(composite);
  }

  readonly #isExcluded: IsExcluded = (sloId, fromMs, toMs) =>
    this.#streams.exclusions.isExcluded(sloId, fromMs, toMs);

  /** Members are read over the windows of their composites, but over one calendar only. */
  #link({ slo, shard }: Stream, member: Member): void {
    const { sloId, sums } = member;
    if (sums === undefined || member.version === sums.version) return;
    member.version = sums.version;
    member.windowIndexes = indexesOf(shard.windows, sums.windows);
    member.areNew = shard.windows.map((window) => !isOwnWindow(sums.slo, window));
    if (sums.streams.length > 0 && member.windowIndexes.includes(-1))
      this.#streams.note(slo.id, `${sloId} ${OTHER_CALENDAR}`);
  }

  /** What is said of a composite beside its sums: it is as new as the newest of its members, and goes back as far as the eldest. */
  #showState(composite: Composite): void {
    const { stream, rule, members } = composite;
    const { shard, slot } = stream;
    let newestMs = 0;
    let sinceMs = Infinity;
    for (const { sums } of members) {
      if (sums === undefined) continue;
      newestMs = Math.max(newestMs, sums.newestPointMs);
      sinceMs = Math.min(sinceMs, sums.sinceMs);
    }
    if (shard.newestPointMs[slot] !== newestMs) shard.isNewestChanged = true;
    shard.newestPointMs[slot] = newestMs;
    shard.sinceMs[slot] = rule === "all" || sinceMs === Infinity ? stream.sinceMs : sinceMs;
    shard.isPartial[slot] = this.#isPartial(composite) ? 1 : 0;
  }

  /** Whether `reasonsOf` gives any: there seldom are, and it is asked at every tick (bench/composites.ts). */
  #isPartial(composite: Composite): boolean {
    const { stream, members } = composite;
    if (this.#marks.all.length > 0) return this.reasonsOf(composite).length > 0;
    if (stream.doubts.size > 0) return true;
    return members.some((member) => isMissing(member) || member.sums!.doubts.length > 0);
  }

  /** Why its counts are incomplete: its members' are, or one of them is not counted; each reason once. */
  reasonsOf({ stream, members }: Composite): readonly string[] {
    const { oldestMs } = stream.shard;
    const { tickedAtMs } = this.#shards;
    const ids = [stream.slo.id, ...members.flatMap(({ sums }) => sums?.slo.id ?? [])];
    const reasons = [
      ...stream.doubts,
      ...members.filter(isMissing).map(({ sloId }) => `its member ${sloId} is not counted`),
      ...members.flatMap(({ sums }) => sums?.doubts ?? []),
      ...ids.flatMap((id) => this.#marks.reasonsWithin(oldestMs, tickedAtMs, id)),
    ];
    return [...new Set(reasons)];
  }

  /** Of what is counted of members for it alone. */
  partsOf(sloId: string): readonly string[] {
    return this.#sums.filter(({ slo }) => slo.partOf === sloId).map(({ slo }) => slo.id);
  }
}

function compositeOf(
  slo: CompositeSlo,
  stream: Stream,
  byId: ReadonlyMap<string, Slo>,
  known: Map<string, MemberSums>,
): Composite {
  const { rule, members } = slo.indicator;
  const sumsOf = (member: Slo | undefined): MemberSums | undefined => {
    const source = member && byId.get(memberSource(slo, member));
    if (source === undefined) return undefined;
    const sums = known.get(source.id) ?? new MemberSums(source);
    known.set(source.id, sums);
    return sums;
  };
  return {
    stream,
    rule,
    members: members.map(({ sloId, weight }) => ({
      sloId,
      weight,
      sums: sumsOf(byId.get(sloId)),
      windowIndexes: new Int32Array(0),
      areNew: [],
      version: NEVER,
    })),
    settledSlice: -Infinity,
  };
}

function indexesOf(windows: readonly SloWindow[], read: readonly SloWindow[]): Int32Array {
  const texts = read.map((window) => JSON.stringify(window));
  return Int32Array.from(windows, (window) => texts.indexOf(JSON.stringify(window)));
}
