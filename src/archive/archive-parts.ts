/** The archive's parts of a snapshot: a block each, and what is known of the whole. */
import type { SnapshotPart } from "../slo/index.ts";

/** Of all parts that say what was archived, those of the room `series` too. */
const PARTS = "archive/";
const CELLS = `${PARTS}cells/`;
const META = `${PARTS}meta`;

/** Bump when blocks are read differently: those of another format are left behind. */
const FORMAT = 2;

export interface ArchiveMeta {
  /** From when on everything was archived, ms. */
  readonly begunAtMs: number;
  /** What is older was dropped for want of room, ms; 0 when nothing was. */
  readonly droppedBeforeMs: number;
  /** The newest minute that was seen. */
  readonly newestMinute: number;
}

export interface BlockName {
  readonly tier: number;
  /** Which stretch of time, in blocks since the epoch. */
  readonly range: number;
  readonly page: number;
}

export const partName = ({ tier, range, page }: BlockName): string =>
  `${CELLS}${tier}/${range}/${page}`;

export const isArchivePart = (name: string): boolean => name.startsWith(PARTS);

export const metaPart = (meta: ArchiveMeta): SnapshotPart => ({
  name: META,
  bytes: Buffer.from(JSON.stringify({ format: FORMAT, ...meta })),
});

/** `undefined` when there is none, or one of another format. */
export function readMeta(parts: ReadonlyMap<string, Uint8Array>): ArchiveMeta | undefined {
  const bytes = parts.get(META);
  if (bytes === undefined) return undefined;
  const { format, ...meta } = JSON.parse(Buffer.from(bytes).toString()) as ArchiveMeta & {
    readonly format: number;
  }; // written by metaPart; the store has checked it
  return format === FORMAT ? meta : undefined;
}

/** The blocks among the parts. */
export function* blocksOf(
  parts: ReadonlyMap<string, Uint8Array>,
): Generator<readonly [BlockName, Uint8Array]> {
  for (const [name, bytes] of parts) {
    if (!name.startsWith(CELLS)) continue;
    const [tier = 0, range = 0, page = 0] = name.slice(CELLS.length).split("/").map(Number);
    yield [{ tier, range, page }, bytes];
  }
}
