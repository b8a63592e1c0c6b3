/**
 * The archive: what each series added, minute by minute, long after the engine made counts of it, so that a changed or new
 * SLO is counted from then on as if it had always been there. In: amounts by column and time. Out: the same, summed by
 * cells of time. It knows nothing of series and rules: what a column means is the series room's. No I/O, no clock.
 */
export { Archive, SPREAD, type ArchiveSettings, type ArchiveStats } from "./archive.ts";
export { isArchivePart } from "./archive-parts.ts";
export { PAGE_COLUMNS } from "./block.ts";
export type { BlockCells, FrozenArchive } from "./frozen-archive.ts";
