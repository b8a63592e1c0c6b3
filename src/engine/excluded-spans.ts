/**
 * Which buckets the exclusions of an SLO leave out: each stretch is widened to the buckets it touches (research/math.md
 * section 8), and where those were rolled into coarser ones before it was declared, to those.
 */
import { spansOf, type Slo } from "../slo/index.ts";
import { BucketRanges, type BucketRange } from "./bucket-ranges.ts";
import type { CountRings } from "./count-rings.ts";

/** One stretch of an exclusion: as the rules have it, and as finest buckets [first, end). */
export interface ExcludedSpan {
  readonly startMs: number;
  readonly endMs: number;
  readonly first: number;
  readonly end: number;
}

export const rangesOf = (spans: readonly ExcludedSpan[]): BucketRanges =>
  BucketRanges.union(spans.map(({ first, end }): BucketRange => [first, end]));

interface Grid {
  readonly bucketMs: number;
  /** Finest buckets of a slice, where slices are counted: one that is touched is excluded whole. */
  readonly sliceWidth: number;
}

/** Stretches that touch (fromMs, toMs], those that were known before as they were then. */
export function declaredSpans(
  { exclusions }: Pick<Slo, "exclusions">,
  known: readonly ExcludedSpan[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  grid: Grid,
): readonly ExcludedSpan[] {
  const knownByName = new Map(known.map((span) => [nameOf(span), span]));
  const spans = new Map<string, ExcludedSpan>();
  for (const exclusion of exclusions ?? [])
    for (const span of spansOf(exclusion, fromMs, toMs)) {
      const name = nameOf(span);
      spans.set(name, knownByName.get(name) ?? onGrid(span, grid));
    }
  return [...spans.values()].sort((a, b) => a.first - b.first || a.end - b.end);
}

const nameOf = ({ startMs, endMs }: { readonly startMs: number; readonly endMs: number }): string =>
  `${startMs}/${endMs}`;

function onGrid(
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
  { bucketMs, sliceWidth }: Grid,
): ExcludedSpan {
  const first = Math.floor(startMs / bucketMs);
  const end = Math.ceil(endMs / bucketMs);
  return { startMs, endMs, ...outward(first, end, sliceWidth) };
}

/** [first, end) widened to multiples of a width. */
const outward = (first: number, end: number, width: number) => ({
  first: Math.floor(first / width) * width,
  end: Math.ceil(end / width) * width,
});

/**
 * Widens spans until of each held bucket it is known what of it is excluded: nothing, all, as much as before, or as much
 * as of its parts, which the next finer ring holds.
 */
export function settled(
  spans: readonly ExcludedSpan[],
  before: BucketRanges,
  { rings, openIndex }: Pick<CountRings, "rings" | "openIndex">,
  sliceWidth: number,
): readonly ExcludedSpan[] {
  for (let next = spans; ;) {
    const unknown = firstUnknown(rangesOf(next), before, rings, openIndex);
    if (unknown === undefined) return next;
    const [start, stop] = unknown;
    next = next.map((span) => {
      if (span.first >= stop || span.end <= start) return span;
      const [first, end] = [Math.min(span.first, start), Math.max(span.end, stop)];
      return { ...span, ...outward(first, end, sliceWidth) };
    });
  }
}

/** A held bucket that ranges cut in a way that nothing held can tell of. */
function firstUnknown(
  ranges: BucketRanges,
  before: BucketRanges,
  rings: CountRings["rings"],
  openIndex: number,
): BucketRange | undefined {
  for (let rung = rings.length - 1; rung > 0; rung--) {
    const { factor, first } = rings[rung]!;
    const finer = rings[rung - 1]!;
    for (const edge of ranges.all.flat()) {
      const j = Math.floor(edge / factor);
      const [start, end] = [j * factor, (j + 1) * factor];
      if (start === edge || j < first || start >= openIndex) continue;
      if (finer.first * finer.factor <= start || ranges.isAlikeWithin(before, start, end)) continue;
      return [start, end];
    }
  }
  return undefined;
}
