/** A block and its cells, whichever way they are written. */
import type { BlockName } from "./archive-parts.ts";
import { addBlock, type Cells, type Placing } from "./block.ts";
import { addStrips } from "./strip.ts";
import { cellCountOf, TIERS } from "./tiers.ts";

export interface Block extends BlockName {
  readonly bytes: Uint8Array;
}

/** Adds a block's cells to `into`, where they go as `placing` says. */
export function addCells({ tier, bytes }: Block, into: Cells, placing: Placing): void {
  if (tier === 0) addStrips(bytes, into, placing);
  else addBlock(bytes, cellCountOf(TIERS[tier]!), into, placing);
}
