/**
 * What a snapshot holds of this room, in parts:
 *
 *   series/births/<n>          births since the segment before: ids come back by giving them again
 *   series/heads/<block>       first writer or delta row per series
 *   series/writers/<width>/<block>, series/deltas/<block>   raw rows
 *   series/coverage            export times per context
 *   series/bound-late          since when rules use each series that was known before that, ms
 *   series/meta                JSON: sizes, free rows, epochs, forgotten writers, sliding starts
 */
import { assert, type SnapshotPart } from "../slo/index.ts";
import { BLOCK_ROWS } from "./blocks.ts";
import type { Epoch } from "./coverage.ts";
import { DELTA_STRIDE } from "./delta-pool.ts";
import type { BirthMark } from "./identity.ts";
import { RecordReader, RecordWriter } from "./record-bytes.ts";
import type { SeriesState } from "./series-state.ts";
import { HEAD_STRIDE, type WriterPool } from "./writer-pool.ts";

/** Above this many segments of births they are written again as one. */
const MAX_SEGMENTS = 128;
const NOTHING_BORN: BirthMark = {
  resources: 0,
  scopes: 0,
  metrics: 0,
  contexts: 0,
  bounds: 0,
  series: 0,
};

interface Meta {
  readonly segments: number;
  readonly pools: readonly {
    readonly width: number;
    readonly count: number;
    readonly firstFree: number;
  }[];
  readonly deltaCount: number;
  readonly contexts: number;
  readonly epochs: readonly (readonly [number, readonly Epoch[]])[];
  readonly dropped: readonly (readonly [number, number])[];
  readonly sliding: readonly (readonly [series: number, row: number])[];
}

export class SeriesSnapshots {
  readonly #state: SeriesState;
  #written: BirthMark = NOTHING_BORN;
  #segments = 0;

  constructor(state: SeriesState) {
    this.#state = state;
  }

  /** Copies of the parts that changed since the last call. */
  dirtyParts(): SnapshotPart[] {
    return [
      ...this.#birthParts(),
      ...this.#headParts(),
      ...[...this.#state.accumulator.pools.values()].flatMap(writerParts),
      ...this.#deltaParts(),
      this.#coveragePart(),
      ...this.#boundLateParts(),
      this.#metaPart(),
    ];
  }

  #birthParts(): SnapshotPart[] {
    const { identity } = this.#state;
    const to = identity.mark();
    if (JSON.stringify(to) === JSON.stringify(this.#written)) return [];
    const parts: SnapshotPart[] = [];
    if (this.#segments >= MAX_SEGMENTS) {
      for (let index = 1; index < this.#segments; index++) {
        parts.push({ name: `series/births/${index}`, bytes: undefined });
      }
      this.#segments = 0;
      this.#written = NOTHING_BORN;
    }
    const writer = new RecordWriter();
    identity.writeBirths(writer, this.#written, to);
    parts.push({ name: `series/births/${this.#segments++}`, bytes: writer.copy() });
    this.#written = to;
    return parts;
  }

  #headParts(): SnapshotPart[] {
    const { accumulator } = this.#state;
    const parts = [...accumulator.heads.dirtyBlocks].map((block) => ({
      name: `series/heads/${block}`,
      bytes: bytesOf(accumulator.heads.copy(block * BLOCK_ROWS, BLOCK_ROWS)),
    }));
    accumulator.heads.dirtyBlocks.clear();
    return parts;
  }

  #deltaParts(): SnapshotPart[] {
    const { deltas } = this.#state.accumulator;
    return dirtyBlocks(deltas.dirty, deltas.count).map((block) => ({
      name: `series/deltas/${block}`,
      bytes: bytesOf(
        deltas.rows.slice(
          block * BLOCK_ROWS * DELTA_STRIDE,
          Math.min((block + 1) * BLOCK_ROWS, deltas.count) * DELTA_STRIDE,
        ),
      ),
    }));
  }

  #coveragePart(): SnapshotPart {
    const { accumulator, identity } = this.#state;
    const [last, previous] = accumulator.coverage.copyTimes(identity.contexts.count);
    return { name: "series/coverage", bytes: Buffer.concat([bytesOf(last), bytesOf(previous)]) };
  }

  #boundLateParts(): SnapshotPart[] {
    if (!this.#state.isBoundLateDirty) return [];
    this.#state.isBoundLateDirty = false;
    return [{ name: "series/bound-late", bytes: bytesOf(this.#state.boundLateMs) }];
  }

  #metaPart(): SnapshotPart {
    const { accumulator, identity } = this.#state;
    const meta: Meta = {
      segments: this.#segments,
      pools: [...accumulator.pools.values()].map(({ width, count, firstFree }) => ({
        width,
        count,
        firstFree,
      })),
      deltaCount: accumulator.deltas.count,
      contexts: identity.contexts.count,
      epochs: accumulator.coverage.epochs,
      dropped: [...accumulator.droppedStartMs],
      sliding: [...accumulator.sliding.rowOf],
    };
    return { name: "series/meta", bytes: Buffer.from(JSON.stringify(meta)) };
  }

  /** Puts the parts of a snapshot back. The engine must have its streams again before: series are bound on the way. */
  restore(parts: ReadonlyMap<string, Uint8Array>): void {
    const metaBytes = parts.get("series/meta");
    if (metaBytes === undefined) return;
    const meta = JSON.parse(Buffer.from(metaBytes).toString()) as Meta; // checksummed, and written by #metaPart
    const state = this.#state;
    for (let index = 0; index < meta.segments; index++) {
      state.readBirths(new RecordReader(partOf(parts, `series/births/${index}`)));
    }
    this.#written = state.identity.mark();
    this.#segments = meta.segments;
    restoreRows(state, meta, parts);
    const times = wordsOf(Float64Array, partOf(parts, "series/coverage"));
    state.accumulator.coverage.restore(
      meta.epochs,
      times.subarray(0, meta.contexts),
      times.subarray(meta.contexts),
    );
    for (const [series, startMs] of meta.dropped) {
      state.accumulator.droppedStartMs.set(series, startMs);
    }
    for (const [series, row] of meta.sliding) state.accumulator.sliding.rowOf.set(series, row);
    const boundLate = parts.get("series/bound-late");
    if (boundLate !== undefined) state.restoreBoundLate(wordsOf(Float64Array, boundLate));
  }
}

function restoreRows(state: SeriesState, meta: Meta, parts: ReadonlyMap<string, Uint8Array>): void {
  const { accumulator, identity } = state;
  for (let first = 0; first < identity.series.count; first += BLOCK_ROWS) {
    const bytes = parts.get(`series/heads/${first / BLOCK_ROWS}`);
    if (bytes === undefined) continue; // no point of these series came yet
    const heads = wordsOf(Int32Array, bytes);
    const end = Math.min(heads.length, identity.series.count - first);
    for (let index = 0; index < end; index++) accumulator.heads.set(first + index, heads[index]!);
  }
  accumulator.heads.dirtyBlocks.clear();
  for (const { width, count, firstFree } of meta.pools) {
    const pool = accumulator.poolOf(width);
    pool.restore(count, firstFree);
    for (let block = 0; block * BLOCK_ROWS < count; block++) {
      const bytes = partOf(parts, `series/writers/${width}/${block}`);
      const rows = Math.min(BLOCK_ROWS, count - block * BLOCK_ROWS);
      const headBytes = rows * HEAD_STRIDE * 4;
      pool.heads.set(
        wordsOf(Uint32Array, bytes.subarray(0, headBytes)),
        block * BLOCK_ROWS * HEAD_STRIDE,
      );
      pool.values.set(wordsOf(Float64Array, bytes.subarray(headBytes)), block * BLOCK_ROWS * width);
    }
  }
  accumulator.deltas.restore(meta.deltaCount);
  for (let block = 0; block * BLOCK_ROWS < meta.deltaCount; block++) {
    const rows = wordsOf(Uint32Array, partOf(parts, `series/deltas/${block}`));
    accumulator.deltas.rows.set(rows, block * BLOCK_ROWS * DELTA_STRIDE);
  }
}

/** A block holds its rows up to the pool's count, so that a later snapshot of a grown pool writes it again. */
function writerParts(pool: WriterPool): SnapshotPart[] {
  return dirtyBlocks(pool.dirty, pool.count).map((block) => {
    const end = Math.min((block + 1) * BLOCK_ROWS, pool.count);
    const heads = pool.heads.subarray(block * BLOCK_ROWS * HEAD_STRIDE, end * HEAD_STRIDE);
    const values = pool.values.subarray(block * BLOCK_ROWS * pool.width, end * pool.width);
    return {
      name: `series/writers/${pool.width}/${block}`,
      bytes: Buffer.concat([bytesOf(heads), bytesOf(values)]),
    };
  });
}

function dirtyBlocks(dirty: Uint8Array, count: number): number[] {
  const blocks: number[] = [];
  for (let block = 0; block * BLOCK_ROWS < count; block++) {
    if (dirty[block] === 1) blocks.push(block);
  }
  dirty.fill(0);
  return blocks;
}

function bytesOf(words: Int32Array | Uint32Array | Float64Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

/** Bytes of any alignment as words. */
function wordsOf<T>(words: new (buffer: ArrayBuffer) => T, bytes: Uint8Array): T {
  return new words(new Uint8Array(bytes).buffer);
}

function partOf(parts: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  const part = parts.get(name);
  assert(part !== undefined, `a snapshot has the part ${name}`);
  return part;
}
