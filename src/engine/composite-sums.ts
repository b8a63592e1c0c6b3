/**
 * The sums of a weighted composite, or of the worst of some SLOs, per window from those of its members
 * (research/math.md section 7). Members without events in a window are left out of it; with none left, there are no events.
 *
 *   weighted  error ratio  e = sum(w_j e_j) / sum(w_j);  total = sum(total_j);  bad = e total
 *   worst     good and total of the member with the highest e_j; of several the first
 */
import { coarsestMs } from "./ladder.ts";
import { quantised } from "./spread.ts";
import type { Composite, Member } from "./composites.ts";
import type { Shard } from "./shard.ts";

/** A member's counts of one window, its groups together. Reused from window to window. */
interface Counts {
  total: number;
  /** Bad events: surely, by estimate, and at most. */
  least: number;
  bad: number;
  most: number;
}

const counts: Counts = { total: 0, least: 0, bad: 0, most: 0 };
/** What the members come to. */
const made: Counts & { proof: number } = { total: 0, least: 0, bad: 0, most: 0, proof: 0 };

/** Writes the sums of all windows, as of a tick. */
export function makeSums(composite: Composite, tickedAtMs: number): void {
  const { stream, rule, members } = composite;
  const { shard, slot } = stream;
  const ageMs = tickedAtMs - stream.sinceMs;
  const widestMs = coarsestMs(shard.layout.bucketMs);
  for (let k = 0; k < shard.windowsMs.length; k++) {
    const isYoung = ageMs < shard.windowsMs[k]! && shard.windowsMs[k]! < widestMs;
    if (isYoung && isEstimate(members, k, stream.sinceMs)) clear();
    else if (rule === "weighted") weigh(members, k);
    else takeWorst(members, k);
    write(shard, slot, k);
  }
}

/**
 * Whether a lookback that is shorter than the coarsest buckets would be shares of those, of a member that was there before: an
 * outage that is over would page. Nothing is known of it until the composite is as old as the lookback is long.
 */
const isEstimate = (members: readonly Member[], window: number, bornMs: number): boolean =>
  members.some(({ areNew, sums }) => areNew[window] === true && sums!.sinceMs < bornMs);

function clear(): void {
  made.total = made.least = made.bad = made.most = made.proof = 0;
}

/**
 * One bad event of a quiet member moves the ratio as many of a busy one do, and proves no more than one. With e = sum(a_j x_j),
 * a_j the share of one event of member j and x_j its bad events, e is as sure as e^2 / sum(a_j^2 x_j) independent events
 * make it (Fay and Feuer, Statistics in Medicine 16 (1997), section 2): that is the proof.
 */
function weigh(members: readonly Member[], window: number): void {
  let weights = 0;
  let variance = 0;
  clear();
  for (const member of members) {
    read(member, window);
    const { total, least, bad, most } = counts;
    if (!(total > 0)) continue;
    const { weight } = member;
    weights += weight;
    made.total += total;
    made.least += (weight * least) / total;
    made.bad += (weight * bad) / total;
    made.most += (weight * most) / total;
    variance += (weight / total) ** 2 * bad;
  }
  if (weights === 0) return;
  const perWeight = made.total / weights;
  made.proof = variance > 0 ? made.bad ** 2 / variance : 0;
  made.least *= perWeight;
  made.bad *= perWeight;
  made.most *= perWeight;
}

function takeWorst(members: readonly Member[], window: number): void {
  clear();
  let leastShare = 0;
  let mostShare = 0;
  for (const member of members) {
    read(member, window);
    const { total, bad } = counts;
    if (!(total > 0)) continue;
    leastShare = Math.max(leastShare, counts.least / total);
    mostShare = Math.max(mostShare, counts.most / total);
    if (made.total > 0 && bad * made.total <= made.bad * total) continue;
    made.total = total;
    made.bad = bad;
  }
  made.least = leastShare * made.total;
  made.most = mostShare * made.total;
}

/** Each member's share is within [0, 1], whatever separate metrics say for a moment. */
function read({ sums, windowIndexes }: Member, window: number): void {
  const k = windowIndexes[window] ?? -1;
  if (sums === undefined || k < 0) {
    counts.total = counts.least = counts.bad = counts.most = 0;
    return;
  }
  const total = sums.total[k]!;
  const unsure = total - sums.sure[k]!;
  counts.total = total;
  counts.most = within(total, unsure);
  counts.bad = within(total, unsure - sums.estimated[k]!);
  counts.least = within(total, unsure - sums.straddling[k]!);
}

const within = (total: number, bad: number): number => Math.min(total, Math.max(0, bad));

/** Rounded as fractions of events are, so that members that are exactly on budget are so together. */
function write(shard: Shard, slot: number, window: number): void {
  const { total } = made;
  const bad = quantised(made.bad);
  const isEstimate = made.most > made.least;
  const most = isEstimate ? Math.max(bad, quantised(made.most)) : bad;
  shard.counts.totalSums[window]![slot] = total;
  shard.counts.goodSums[window]![slot] = total - most;
  const evidence = evidenceOf(made.proof, bad);
  if (evidence !== 1 || shard.evidence !== undefined)
    shard.openEvidence()[window]![slot] = evidence;
  if (!isEstimate && shard.straddleCounts === undefined) return;
  const straddle = shard.openStraddle();
  straddle.goodSums[window]![slot] = most - bad;
  straddle.totalSums[window]![slot] = isEstimate ? most - Math.min(bad, quantised(made.least)) : 0;
}

/** Members of the same weight and traffic are one service in parts: their events prove what they count. */
function evidenceOf(proof: number, bad: number): number {
  if (!(proof > 0) || !(bad > 0)) return 1;
  const evidence = proof / bad;
  return Math.abs(evidence - 1) < 1e-6 ? 1 : evidence;
}
