/** What is kept for SLOs that are new or changed, and what is being made of it. */
import { moment, momentOrNull } from "./moment.ts";
import type { ArchiveSample } from "./sources.ts";

export interface ArchiveAnswer {
  readonly bytes: number;
  /** From when on all is held that rules measured. */
  readonly heldSince: string | null;
  /** What is older was dropped to stay within `archive.maxBytes`; null when nothing was. */
  readonly droppedBefore: string | null;
  /** SLOs whose counts are being made of it, and how far that is, 0 to 1. */
  readonly rebuilding: { readonly slos: readonly string[]; readonly progress: number } | null;
}

export const archiveAnswer = (sample: ArchiveSample): ArchiveAnswer => ({
  bytes: sample.sizeBytes,
  heldSince: momentOrNull(sample.heldSinceMs),
  droppedBefore: sample.droppedBeforeMs === 0 ? null : moment(sample.droppedBeforeMs),
  rebuilding: sample.rebuilding && {
    slos: sample.rebuilding.ids,
    progress: sample.rebuilding.ratio,
  },
});
