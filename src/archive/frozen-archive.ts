/** The archive as it stood at one moment: blocks are never changed, so it costs a list of them. */
import { addCells, type Block } from "./block-cells.ts";
import { PAGE_COLUMNS, type Cells } from "./block.ts";
import { cellCountOf, MAX_CELLS, MINUTE_MS, TIERS } from "./tiers.ts";

/** One block's cells; cell `i` of the page's column `c` is `cells[c * cellCount + i]` and covers `cellMs` from its start. */
export interface BlockCells {
  /** The page's first column. */
  readonly firstColumn: number;
  readonly cellCount: number;
  readonly startMs: number;
  readonly cellMs: number;
  /** Reused by the next `read`. */
  readonly cells: Cells;
}

export class FrozenArchive {
  readonly #blocks: readonly Block[];
  readonly #cells: Cells = new Float64Array(PAGE_COLUMNS * MAX_CELLS);

  constructor(blocks: readonly Block[]) {
    this.#blocks = blocks;
  }

  get blockCount(): number {
    return this.#blocks.length;
  }

  read(index: number): BlockCells {
    const block = this.#blocks[index]!;
    const { tier, range, page } = block;
    const { cellMinutes, blockMinutes } = TIERS[tier]!;
    const cellCount = cellCountOf(TIERS[tier]!);
    const cells = this.#cells.fill(0, 0, PAGE_COLUMNS * cellCount);
    addCells(block, cells, { cellCount, offset: 0, ratio: 1 });
    return {
      firstColumn: page * PAGE_COLUMNS,
      cellCount,
      startMs: range * blockMinutes * MINUTE_MS,
      cellMs: cellMinutes * MINUTE_MS,
      cells,
    };
  }
}
