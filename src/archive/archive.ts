/**
 * Amounts by column and time. A function of what was added, and of `maintain`, which only makes old time coarser and drops
 * what is too old or too much; cells of one time in several blocks add up, so nothing has to happen at once.
 */
import { sharedUpTo, SPREAD_OVER_MS } from "../engine/index.ts";
import type { SnapshotPart } from "../slo/index.ts";
import { ArchiveLog } from "./archive-log.ts";
import { blocksOf, metaPart, partName, readMeta, type BlockName } from "./archive-parts.ts";
import { BlockTable } from "./block-table.ts";
import { addCells, type Block } from "./block-cells.ts";
import type { FrozenArchive } from "./frozen-archive.ts";
import { seal } from "./seal.ts";
import { endOf, MINUTE_MS, minuteOf, TIERS, type Tier } from "./tiers.ts";

/** Over the limit, the oldest goes until this part of it is used. */
const ROOM_AFTER_OVERFLOW = 0.95;

/** Not a minute. */
export const SPREAD = -1;

export interface ArchiveSettings {
  /** How old cells become, ms. */
  readonly retentionMs: number;
  /** In memory, and as much on disk. */
  readonly maxBytes: number;
  /** The engine's finest bucket, ms: what spreads are shared out over. */
  readonly bucketMs: number;
}

export interface ArchiveStats {
  readonly sizeBytes: number;
  readonly blockCount: number;
  /** From when on everything is held, ms; `undefined` before anything is. */
  readonly heldSinceMs: number | undefined;
  /** What is older was dropped for want of room, ms; 0 when nothing was. */
  readonly droppedBeforeMs: number;
  /** Since the process started. */
  readonly droppedBytes: number;
}

export class Archive {
  readonly #settings: ArchiveSettings;
  readonly #log = new ArchiveLog(() => this.#seal());
  readonly #blocks = new BlockTable();
  readonly #one = new Float64Array(1);
  #keptBesides: () => number = () => 0;
  #begunAtMs: number | undefined;
  #droppedBeforeMs = 0;
  #droppedBytes = 0;
  #newestMinute = 0;

  constructor(settings: ArchiveSettings) {
    this.#settings = settings;
  }

  /** From this moment on everything is archived; the first call decides. */
  begin(nowMs: number): void {
    this.#begunAtMs ??= nowMs;
    this.#newestMinute = Math.max(this.#newestMinute, minuteOf(nowMs));
  }

  get stats(): ArchiveStats {
    const droppedBeforeMs = this.#droppedBeforeMs;
    const { sizeBytes } = this;
    return {
      sizeBytes,
      blockCount: this.#blocks.count,
      heldSinceMs: this.heldSinceMs,
      droppedBeforeMs,
      droppedBytes: this.#droppedBytes,
    };
  }

  /** From when on everything is held, ms; `undefined` before anything is. */
  get heldSinceMs(): number | undefined {
    if (this.#begunAtMs === undefined) return undefined;
    return Math.max(this.#begunAtMs, this.#droppedBeforeMs, this.#oldest() * MINUTE_MS);
  }

  get bucketMs(): number {
    return this.#settings.bucketMs;
  }

  get sizeBytes(): number {
    return this.#blocks.sizeBytes + this.#log.sizeBytes + this.#keptBesides();
  }

  /** What else is kept for the archive's sake, bytes: it counts as its own. */
  countBesides(sizeBytes: () => number): void {
    this.#keptBesides = sizeBytes;
  }

  /** Adds what came in (fromMs, timeMs] to a column. */
  add(column: number, fromMs: number, timeMs: number, amount: number): void {
    if (amount === 0) return;
    const minute = this.minuteOf(fromMs, timeMs);
    if (minute === SPREAD) this.#addSpread(column, fromMs, timeMs, amount);
    else this.#addOne(column, minute, amount);
  }

  /** The minute that takes all of what came in (fromMs, timeMs]; `SPREAD` when it is shared out over several. */
  minuteOf(fromMs: number, timeMs: number): number {
    return timeMs - fromMs > SPREAD_OVER_MS ? SPREAD : minuteOf(timeMs);
  }

  /** The hot path of `add`: `amounts[index]`, which came in the minute. */
  addAt(column: number, minute: number, amounts: Float64Array, index: number): void {
    if (amounts[index] !== 0) this.#log.add(column, minute, amounts, index);
  }

  #addOne(column: number, minute: number, amount: number): void {
    this.#one[0] = amount;
    this.#log.add(column, minute, this.#one, 0);
  }

  /** Cell by cell: each gets what the engine's buckets in it get. */
  #addSpread(column: number, fromMs: number, timeMs: number, amount: number): void {
    const { bucketMs } = this.#settings;
    const first = Math.floor(fromMs / bucketMs);
    const last = Math.ceil(timeMs / bucketMs) - 1;
    const bucketCount = last - first + 1;
    const heldMs = this.#oldest() * MINUTE_MS;
    const upTo = (ms: number) => {
      const bucketIndex = Math.min(Math.max(Math.ceil(ms / bucketMs) - first, 0), bucketCount);
      return sharedUpTo(amount, bucketIndex, bucketCount);
    };
    let startMs = Math.max(Math.floor(fromMs / MINUTE_MS) * MINUTE_MS, heldMs);
    let before = upTo(startMs);
    while (startMs < timeMs) {
      const cellMs = this.#tierAt(startMs / MINUTE_MS).cellMinutes * MINUTE_MS;
      const endMs = (Math.floor(startMs / cellMs) + 1) * cellMs;
      const through = upTo(endMs);
      if (through !== before) this.#addOne(column, minuteOf(endMs), through - before);
      before = through;
      startMs = endMs;
    }
  }

  /** The first minute that retention holds. */
  #oldest(): number {
    return Math.max(this.#newestMinute - this.#settings.retentionMs / MINUTE_MS, 0);
  }

  #tierAt(minute: number): Tier {
    return TIERS[this.#tierIndexAt(minute)] ?? TIERS[2];
  }

  /** The finest tier that still takes the minute. */
  #tierIndexAt(minute: number): number {
    return TIERS.findIndex((tier, index) => minute >= this.#tierFrom(index, tier));
  }

  /** The first minute that a tier takes: a block of the next one is filled at once. */
  #tierFrom(index: number, { keptMinutes, blockMinutes }: Tier): number {
    const step = TIERS[index + 1]?.blockMinutes ?? blockMinutes;
    return keptMinutes === Infinity
      ? -Infinity
      : Math.floor((this.#newestMinute - keptMinutes) / step) * step;
  }

  /** Puts the log into blocks. */
  #seal(): void {
    const { minutes, rowCount } = this.#log;
    for (let row = 0; row < rowCount; row++) {
      this.#newestMinute = Math.max(this.#newestMinute, minutes[row]!);
    }
    const starts = TIERS.map((tier, index) => this.#tierFrom(index, tier));
    seal(this.#log, this.#blocks, starts, this.#oldest());
  }

  /**
   * Drops what is too old or too much, and makes one page of what has grown old coarser, some milliseconds of work; true
   * when there is more to do. To be called now and then.
   */
  maintain(nowMs: number): boolean {
    this.#newestMinute = Math.max(this.#newestMinute, minuteOf(nowMs));
    this.#forgetOld();
    const stale = [...this.#blocks.values()].filter((block) => this.#isStale(block));
    const [first] = stale;
    if (first !== undefined) this.#coarsen(first.tier, successor(first), stale);
    this.#makeRoom();
    return stale.some(
      (block) => first !== undefined && partName(successor(block)) !== partName(successor(first)),
    );
  }

  #isStale({ tier, range }: Block): boolean {
    const { blockMinutes } = TIERS[tier]!;
    return (range + 1) * blockMinutes <= this.#tierFrom(tier, TIERS[tier]!);
  }

  /** Moves blocks of one page and stretch of time into the block of the next tier. */
  #coarsen(tier: number, into: BlockName, stale: readonly Block[]): void {
    const from = TIERS[tier]!;
    const to = TIERS[into.tier]!;
    this.#blocks.change(into, (cells, cellCount) => {
      for (const block of stale) {
        if (block.tier !== tier || partName(successor(block)) !== partName(into)) continue;
        const minutes = block.range * from.blockMinutes - into.range * to.blockMinutes;
        const ratio = to.cellMinutes / from.cellMinutes;
        const placing = { cellCount, offset: minutes / to.cellMinutes, ratio };
        addCells(block, cells, placing);
        this.#blocks.drop(block);
      }
    });
  }

  #forgetOld(): void {
    const oldest = this.#oldest();
    for (const block of this.#blocks.values()) if (endOf(block) <= oldest) this.#blocks.drop(block);
  }

  #makeRoom(): void {
    const { maxBytes } = this.#settings;
    if (this.sizeBytes <= maxBytes) return;
    for (const block of this.#blocks.byAge()) {
      // All pages of a stretch of time go together: since when everything is held is true of all.
      const endMs = endOf(block) * MINUTE_MS;
      const isEnough = this.sizeBytes <= maxBytes * ROOM_AFTER_OVERFLOW;
      if (isEnough && endMs > this.#droppedBeforeMs) return;
      this.#blocks.drop(block);
      this.#droppedBytes += block.bytes.length;
      this.#droppedBeforeMs = Math.max(this.#droppedBeforeMs, endMs);
    }
  }

  /** All that was added until now. */
  freeze(): FrozenArchive {
    this.#log.closeAll();
    this.#seal();
    return this.#blocks.freeze();
  }

  /** The parts that changed since the last call. */
  dirtyParts(): SnapshotPart[] {
    if (this.#begunAtMs === undefined) return [];
    this.#log.closeAll();
    this.#seal();
    this.#makeRoom();
    const meta = {
      begunAtMs: this.#begunAtMs,
      droppedBeforeMs: this.#droppedBeforeMs,
      newestMinute: this.#newestMinute,
    };
    return [...this.#blocks.dirtyParts(), metaPart(meta)];
  }

  /** Continues where `dirtyParts` stood; false when there is nothing to continue. */
  restore(parts: ReadonlyMap<string, Uint8Array>): boolean {
    const meta = readMeta(parts);
    if (meta === undefined) {
      this.#blocks.leaveBehind(blocksOf(parts));
      return false;
    }
    this.#blocks.restore(blocksOf(parts));
    this.#begunAtMs = meta.begunAtMs;
    this.#droppedBeforeMs = meta.droppedBeforeMs;
    this.#newestMinute = meta.newestMinute;
    return true;
  }
}

/** The block of the next tier that takes a block's cells. */
function successor({ tier, range, page }: BlockName): BlockName {
  const minutes = range * TIERS[tier]!.blockMinutes;
  return { tier: tier + 1, range: Math.floor(minutes / TIERS[tier + 1]!.blockMinutes), page };
}
