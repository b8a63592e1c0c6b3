/** How slices of time lie on the grid of finest buckets, and how many are held. Slice `j` of w buckets ends with bucket (j+1)*w - 1. */
import type { SliceKind } from "../slo/index.ts";
import type { RungLayout } from "./ladder.ts";

/** Slices whose events are held, so that a late point can still change what they came to: three days of minutes. */
const MAX_HELD_SLICES = 4320;
/** So long after its end a slice without events counts as silent: what batches and queues held back is there by then. */
const SILENCE_AFTER_MS = 60_000;

export interface SliceLayout {
  readonly sliceKind: SliceKind;
  /** Finest buckets of a slice. */
  readonly width: number;
  /** Finest buckets from a slice's end until its silence is judged; at least one. */
  readonly graceCount: number;
  /** Finest buckets after an event until nothing more is made of it: its slice has ended and is not waited for. */
  readonly settleCount: number;
  /** The ring of their events. */
  readonly ring: RungLayout;
}

/** `pastCount`: finest buckets that the longest window holds; `futureCount`: those that can be booked ahead. */
export function sliceLayoutOf(
  sliceKind: SliceKind,
  bucketMs: number,
  { pastCount, futureCount }: { readonly pastCount: number; readonly futureCount: number },
): SliceLayout {
  const width = Math.max(1, Math.ceil(sliceKind.widthMs / bucketMs));
  const graceCount = Math.max(1, Math.ceil(SILENCE_AFTER_MS / bucketMs));
  const longest = Math.max(pastCount, graceCount + 2 * width);
  const held = Math.min(MAX_HELD_SLICES, Math.ceil(longest / width) + 1);
  const ring = {
    factor: width,
    pastCount: held,
    bucketCount: held + 1 + Math.ceil(futureCount / width),
  };
  return { sliceKind, width, graceCount, settleCount: width + graceCount, ring };
}
