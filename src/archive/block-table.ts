/** The blocks by name, how much they take, and which of them a snapshot has not got yet. */
import type { SnapshotPart } from "../slo/index.ts";
import { partName, type BlockName } from "./archive-parts.ts";
import { addCells, type Block } from "./block-cells.ts";
import { encodeBlock, PAGE_COLUMNS, type Cells } from "./block.ts";
import { FrozenArchive } from "./frozen-archive.ts";
import { cellCountOf, endOf, MAX_CELLS, TIERS } from "./tiers.ts";

/** What a block costs besides its bytes: its entry, its buffer. */
const OVERHEAD_BYTES = 250;

export class BlockTable {
  readonly #blocks = new Map<string, Block>();
  readonly #dirty = new Set<string>();
  /** Made on first need: what is minutes old has none. */
  #scratch: Cells | undefined;
  sizeBytes = 0;

  get count(): number {
    return this.#blocks.size;
  }

  values(): Iterable<Block> {
    return this.#blocks.values();
  }

  /** Those whose time ended first come first. */
  byAge(): readonly Block[] {
    return [...this.#blocks.values()].sort((a, b) => endOf(a) - endOf(b));
  }

  /** Puts a strip behind a block of the finest tier. */
  append(name: BlockName, strip: Uint8Array): void {
    const block = this.#blocks.get(partName(name));
    if (block === undefined) this.put(name, strip);
    else {
      const bytes = new Uint8Array(block.bytes.length + strip.length);
      bytes.set(block.bytes);
      bytes.set(strip, block.bytes.length);
      this.put(name, bytes);
    }
  }

  /** Lets `add` add to a block's cells, which are zero where there is none; not of the finest tier. `cells` are reused. */
  change(name: BlockName, add: (cells: Cells, cellCount: number) => void): void {
    const cellCount = cellCountOf(TIERS[name.tier]!);
    const cells = (this.#scratch ??= new Float64Array(PAGE_COLUMNS * MAX_CELLS));
    cells.fill(0, 0, PAGE_COLUMNS * cellCount);
    const block = this.#blocks.get(partName(name));
    if (block !== undefined) {
      addCells(block, cells, { cellCount, offset: 0, ratio: 1 });
    }
    add(cells, cellCount);
    this.put(name, encodeBlock(cells, cellCount));
  }

  put(name: BlockName, bytes: Uint8Array): void {
    this.drop(name);
    const key = partName(name);
    this.#dirty.add(key);
    if (bytes.length === 0) return;
    this.#blocks.set(key, { ...name, bytes });
    this.sizeBytes += bytes.length + OVERHEAD_BYTES;
  }

  drop(name: BlockName): void {
    const key = partName(name);
    const block = this.#blocks.get(key);
    if (block === undefined) return;
    this.#blocks.delete(key);
    this.sizeBytes -= block.bytes.length + OVERHEAD_BYTES;
    this.#dirty.add(key);
  }

  /** Page by page, the oldest first. */
  freeze(): FrozenArchive {
    const blocks = [...this.#blocks.values()];
    return new FrozenArchive(blocks.sort((a, b) => a.page - b.page || endOf(a) - endOf(b)));
  }

  /** The parts that changed since the last call. */
  dirtyParts(): SnapshotPart[] {
    const parts = [...this.#dirty].map((name) => ({ name, bytes: this.#blocks.get(name)?.bytes }));
    this.#dirty.clear();
    return parts;
  }

  /** Takes blocks as a snapshot has them. */
  restore(blocks: Iterable<readonly [BlockName, Uint8Array]>): void {
    for (const [name, bytes] of blocks) this.put(name, bytes);
    this.#dirty.clear();
  }

  /** Has the next snapshot remove them. */
  leaveBehind(blocks: Iterable<readonly [BlockName, Uint8Array]>): void {
    for (const [name] of blocks) this.#dirty.add(partName(name));
  }
}
