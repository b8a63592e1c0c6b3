/**
 * A block holds the cells of one page of columns over one stretch of time, and only those that are not zero. Of the finest
 * tier it is strips (`strip.ts`); of the others
 *
 *   per column with cells, ascending: columns left out before it (varint) · which cells it has (a bit each) · their amounts
 *
 * A busy counter takes some 1.4 bytes a minute. Blocks are never changed: another takes their place.
 */
import {
  byteReader,
  byteWriter,
  MAX_AMOUNT_BYTES,
  readAmount,
  readVarint,
  writeAmount,
  writeVarint,
  type ByteWriter,
} from "./amount-bytes.ts";

/** Columns of a page. */
export const PAGE_COLUMNS = 1024;

/** Cells of a page, those of a column side by side. */
export type Cells = Float64Array;

/** Where the cells of a finer block go in a coarser one. */
export interface Placing {
  readonly cellCount: number;
  /** The first cell's place. */
  readonly offset: number;
  /** Cells that become one. */
  readonly ratio: number;
}

let scratch: ByteWriter = byteWriter(0);

/** The cells, which are `cellCount` a column, as a block; empty when all are zero. */
export function encodeBlock(cells: Cells, cellCount: number): Uint8Array {
  const bitmapSize = Math.ceil(cellCount / 8);
  const columnSize = 2 + bitmapSize + cellCount * MAX_AMOUNT_BYTES;
  if (scratch.bytes.length < columnSize * PAGE_COLUMNS) {
    scratch = byteWriter(columnSize * PAGE_COLUMNS);
  }
  const { bytes } = scratch;
  let at = 0;
  let next = 0;
  for (let column = 0; column < PAGE_COLUMNS; column++) {
    const base = column * cellCount;
    const bitmapAt = writeVarint(bytes, at, column - next);
    let end = bitmapAt + bitmapSize;
    bytes.fill(0, bitmapAt, end);
    for (let cell = 0; cell < cellCount; cell++) {
      const amount = cells[base + cell]!;
      if (amount === 0) continue;
      bytes[bitmapAt + (cell >> 3)]! |= 1 << (cell & 7);
      end = writeAmount(scratch, end, amount);
    }
    if (end === bitmapAt + bitmapSize) continue; // no cells: written over by the next
    at = end;
    next = column + 1;
  }
  return bytes.slice(0, at);
}

/** Adds a block's cells, `cellCount` a column, to `into`, where they go as `placing` says. */
export function addBlock(
  block: Uint8Array,
  cellCount: number,
  into: Cells,
  placing: Placing,
): void {
  const bitmapSize = Math.ceil(cellCount / 8);
  const reader = byteReader(block);
  let column = 0;
  while (reader.at < block.length) {
    column += readVarint(reader);
    const bitmapAt = reader.at;
    reader.at += bitmapSize;
    const base = column * placing.cellCount + placing.offset;
    for (let cell = 0; cell < cellCount; cell++) {
      if ((block[bitmapAt + (cell >> 3)]! & (1 << (cell & 7))) === 0) continue;
      into[base + Math.floor(cell / placing.ratio)]! += readAmount(reader);
    }
    column++;
  }
}
