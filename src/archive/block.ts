/**
 * A block holds the cells of one page of columns over one stretch of time, and only those that are not zero:
 *
 *   per column with cells, ascending: columns left out before it (varint) · which cells it has (a bit each) · their amounts
 *   amount: a whole number of 0 … 2^51 doubled (varint), or 1 and a double
 *
 * A busy counter takes some 1.4 bytes a minute. Blocks are never changed: another takes their place.
 */

/** Columns of a page. */
export const PAGE_COLUMNS = 1024;
const MAX_VARINT = 2 ** 51;
const MAX_AMOUNT_BYTES = 9;

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

const scratch: { bytes: Uint8Array<ArrayBuffer>; view: DataView } = scratchOf(64 * 1024);

function scratchOf(size: number): { bytes: Uint8Array<ArrayBuffer>; view: DataView } {
  const bytes = new Uint8Array(size);
  return { bytes, view: new DataView(bytes.buffer) };
}

/** The cells, which are `cellCount` a column, as a block; empty when all are zero. */
export function encodeBlock(cells: Cells, cellCount: number): Uint8Array {
  const bitmapSize = Math.ceil(cellCount / 8);
  const columnSize = 2 + bitmapSize + cellCount * MAX_AMOUNT_BYTES;
  if (scratch.bytes.length < columnSize * PAGE_COLUMNS) {
    Object.assign(scratch, scratchOf(columnSize * PAGE_COLUMNS));
  }
  const { bytes, view } = scratch;
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
      end = writeAmount(bytes, view, end, amount);
    }
    if (end === bitmapAt + bitmapSize) continue; // no cells: written over by the next
    at = end;
    next = column + 1;
  }
  return bytes.slice(0, at);
}

function writeAmount(bytes: Uint8Array, view: DataView, at: number, amount: number): number {
  if (amount >= 0 && amount < MAX_VARINT && Number.isInteger(amount)) {
    return writeVarint(bytes, at, amount * 2);
  }
  bytes[at] = 1;
  view.setFloat64(at + 1, amount, true);
  return at + MAX_AMOUNT_BYTES;
}

function writeVarint(bytes: Uint8Array, start: number, value: number): number {
  let at = start;
  let rest = value;
  for (; rest >= 0x1000_0000; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) | 128;
  let low = rest | 0;
  for (; low >= 128; low >>>= 7) bytes[at++] = (low & 127) | 128;
  bytes[at++] = low;
  return at;
}

/** Adds a block's cells, `cellCount` a column, to `into`, where they go as `placing` says. */
export function addBlock(
  block: Uint8Array,
  cellCount: number,
  into: Cells,
  placing: Placing,
): void {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const bitmapSize = Math.ceil(cellCount / 8);
  const reader = { block, view, at: 0 };
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

interface Reader {
  readonly block: Uint8Array;
  readonly view: DataView;
  at: number;
}

function readAmount(reader: Reader): number {
  const code = readVarint(reader);
  if (code !== 1) return code / 2;
  const amount = reader.view.getFloat64(reader.at, true);
  reader.at += 8;
  return amount;
}

function readVarint(reader: Reader): number {
  const { block } = reader;
  let value = 0;
  let scale = 1;
  for (;;) {
    const byte = block[reader.at++]!;
    value += (byte & 127) * scale;
    if (byte < 128) return value;
    scale *= 128;
  }
}
