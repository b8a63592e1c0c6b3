/**
 * A strip holds what one page of columns added in one minute:
 *
 *   which minute of the block (varint) · per column an amount, or 0 and how many have none (varint) · 0 0
 *
 * The blocks that are still being filled are strips one after another: a minute more is put behind them, and nothing is
 * written again. Rejected: columns first, as older blocks are, which wrote all minutes of a block again with each that came
 * (20 times as long, `bench/archive.ts`).
 */
import {
  amountOf,
  byteReader,
  byteWriter,
  MAX_AMOUNT_BYTES,
  readVarint,
  writeAmount,
  writeVarint,
} from "./amount-bytes.ts";
import { PAGE_COLUMNS, type Cells, type Placing } from "./block.ts";

const GAP = 0;
/** The minute, each column with a gap before it, the end. */
const scratch = byteWriter(8 + PAGE_COLUMNS * (MAX_AMOUNT_BYTES + 3));

/** `amounts` by column, as a strip; empty when all are zero. */
export function encodeStrip(amounts: Float64Array, minute: number): Uint8Array {
  const { bytes } = scratch;
  const first = writeVarint(bytes, 0, minute);
  let at = first;
  let next = 0;
  for (let column = 0; column < PAGE_COLUMNS; column++) {
    const amount = amounts[column]!;
    if (amount === 0) continue;
    if (column > next) {
      bytes[at] = GAP;
      at = writeVarint(bytes, at + 1, column - next);
    }
    at = writeAmount(scratch, at, amount);
    next = column + 1;
  }
  if (at === first) return bytes.slice(0, 0);
  bytes[at++] = GAP;
  bytes[at++] = 0;
  return bytes.slice(0, at);
}

/** Adds strips one after another to `into`, where they go as `placing` says. */
export function addStrips(strips: Uint8Array, into: Cells, placing: Placing): void {
  const reader = byteReader(strips);
  while (reader.at < strips.length) {
    const cell = placing.offset + Math.floor(readVarint(reader) / placing.ratio);
    let column = 0;
    for (;;) {
      const code = readVarint(reader);
      if (code === GAP) {
        const gap = readVarint(reader);
        if (gap === 0) break;
        column += gap;
      } else {
        into[column * placing.cellCount + cell]! += amountOf(reader, code);
        column++;
      }
    }
  }
}
