/**
 * The bytes of keys. Series of one metric share most of their attributes, so a key that is like a recent one is kept as what
 * differs: most take some 20 bytes instead of 170 (bench/series.ts).
 *
 *   whole   the bytes
 *   coded   base key u32 · prefix u16 · middle u16 · middle bytes: the base's first `prefix` bytes, the middle, and as many of
 *           the base's last bytes as are missing. A base is whole.
 */
import { areEqual, ByteArena, offsetOf, viewOf } from "./byte-arena.ts";
import { grown, moreRows } from "./grown.ts";

const HEADER_BYTES = 8;
/** For fewer bytes no key is coded: a whole one is read without the base. */
const LEAST_SAVING = 16;
const MAX_PREFIX = 0xffff;
/** Whole keys that a new one is compared with. */
const RECENT = 8;
/** A key that differs by more than this part of it is kept whole, to be a base, while few are. */
const LIKE = 1 / 4;
const MAX_BASES = 1 / 8;

export class KeyStore {
  readonly #arena = new ByteArena();
  #positions: Uint32Array = new Uint32Array(64);
  /** Negative (~size) when coded. */
  #sizes: Int32Array = new Int32Array(64);
  #count = 0;
  #wholeCount = 0;
  readonly #recent: number[] = [];
  #nextRecent = 0;
  /** The bytes that were last asked for, mostly a request, and a view of them. */
  #seen: Uint8Array = new Uint8Array(0);
  #seenView: DataView = viewOf(this.#seen);

  /** Adds key number `count`. */
  add(bytes: Uint8Array, start: number, end: number): void {
    const key = this.#count++;
    if (key === this.#sizes.length) this.#grow();
    const size = end - start;
    const like = this.#mostAlike(bytes, start, end);
    const middle = size - like.prefix - like.suffix;
    const isAlike = middle <= size * LIKE || this.#wholeCount > 16 + this.#count * MAX_BASES;
    if (like.base >= 0 && isAlike && middle + HEADER_BYTES + LEAST_SAVING <= size) {
      this.#positions[key] = this.#writeCoded(like.base, like.prefix, middle, bytes, start);
      this.#sizes[key] = ~size;
      return;
    }
    this.#positions[key] = this.#arena.reserve(size);
    this.#arena.write(this.#positions[key], bytes, start, end);
    this.#sizes[key] = size;
    this.#wholeCount++;
    this.#recent[this.#nextRecent] = key;
    this.#nextRecent = (this.#nextRecent + 1) % RECENT;
  }

  #writeCoded(
    base: number,
    prefix: number,
    middle: number,
    bytes: Uint8Array,
    start: number,
  ): number {
    const position = this.#arena.reserve(HEADER_BYTES + middle);
    const view = this.#arena.viewOf(position);
    const at = offsetOf(position);
    view.setUint32(at, base, true);
    view.setUint16(at + 4, prefix, true);
    view.setUint16(at + 6, middle, true);
    this.#arena.write(position + HEADER_BYTES, bytes, start + prefix, start + prefix + middle);
    return position;
  }

  /** The recent whole key that shares most with the bytes. */
  #mostAlike(bytes: Uint8Array, start: number, end: number) {
    const size = end - start;
    let base = -1;
    let bestPrefix = 0;
    let bestSuffix = 0;
    for (const key of this.#recent) {
      const position = this.#positions[key]!;
      const chunk = this.#arena.chunkOf(position);
      const from = offsetOf(position);
      const to = from + this.#sizes[key]!;
      const most = Math.min(size, to - from, MAX_PREFIX);
      let prefix = 0;
      while (prefix < most && chunk[from + prefix] === bytes[start + prefix]) prefix++;
      let suffix = 0;
      while (suffix < most - prefix && chunk[to - 1 - suffix] === bytes[end - 1 - suffix]) suffix++;
      if (base >= 0 && prefix + suffix <= bestPrefix + bestSuffix) continue;
      base = key;
      bestPrefix = prefix;
      bestSuffix = suffix;
    }
    return { base, prefix: bestPrefix, suffix: bestSuffix };
  }

  /** Whether key number `key` is `bytes[start, end)`. */
  isKey(key: number, bytes: Uint8Array, start: number, end: number): boolean {
    const stored = this.#sizes[key]!;
    const size = end - start;
    if (stored !== size && stored !== ~size) return false;
    if (bytes !== this.#seen) {
      this.#seen = bytes;
      this.#seenView = viewOf(bytes);
    }
    const arena = this.#arena;
    const position = this.#positions[key]!;
    const view = arena.viewOf(position);
    const at = offsetOf(position);
    if (stored >= 0) return areEqual(view, at, this.#seenView, start, size);
    const base = view.getUint32(at, true);
    const prefix = view.getUint16(at + 4, true);
    const middle = view.getUint16(at + 6, true);
    if (!areEqual(view, at + HEADER_BYTES, this.#seenView, start + prefix, middle)) return false;
    const basePosition = this.#positions[base]!;
    const baseView = arena.viewOf(basePosition);
    const baseAt = offsetOf(basePosition);
    if (!areEqual(baseView, baseAt, this.#seenView, start, prefix)) return false;
    const suffix = size - prefix - middle;
    const baseEnd = baseAt + this.#sizes[base]!;
    return areEqual(baseView, baseEnd - suffix, this.#seenView, end - suffix, suffix);
  }

  /** The bytes of a key: a view or a copy, not to be written to. */
  bytesOf(key: number): Uint8Array {
    const stored = this.#sizes[key]!;
    const position = this.#positions[key]!;
    const at = offsetOf(position);
    const chunk = this.#arena.chunkOf(position);
    if (stored >= 0) return chunk.subarray(at, at + stored);
    const view = this.#arena.viewOf(position);
    const base = this.bytesOf(view.getUint32(at, true));
    const prefix = view.getUint16(at + 4, true);
    const middle = view.getUint16(at + 6, true);
    const bytes = new Uint8Array(~stored);
    bytes.set(base.subarray(0, prefix));
    bytes.set(chunk.subarray(at + HEADER_BYTES, at + HEADER_BYTES + middle), prefix);
    const suffix = bytes.length - prefix - middle;
    bytes.set(base.subarray(base.length - suffix), prefix + middle);
    return bytes;
  }

  /** Bytes that the keys take. */
  get usedBytes(): number {
    return this.#arena.usedBytes;
  }

  get sizeBytes(): number {
    return this.#arena.sizeBytes + this.#sizes.length * 8;
  }

  #grow(): void {
    const capacity = moreRows(this.#sizes.length);
    this.#positions = grown(this.#positions, new Uint32Array(capacity));
    this.#sizes = grown(this.#sizes, new Int32Array(capacity));
  }
}
