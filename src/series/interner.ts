/**
 * Byte strings to dense ids in order of first sight. With `skip` given, the bytes are a protobuf message whose fields
 * form a set: another order or framing of the same set leads to the same id. That equality is checked by canonical
 * form, which is made again from the stored bytes when needed, so it costs 12 bytes an id and no second copy.
 */
import { grown, moreRows } from "./grown.ts";
import { KeyTable } from "./key-table.ts";
import { canonicalFields, hashFields } from "./wire-attributes.ts";

const FIRST_CAPACITY = 64;
const EMPTY_SLOT = -1;
/** Other encodings kept per id on average; further ones are recognised, slowly, each time. */
const MAX_ALIASES = 4;

export class Interner {
  readonly keys: KeyTable;
  readonly #seed: number;
  /** Field numbers that do not identify; `undefined` when the bytes are no set. */
  readonly #skip: readonly number[] | undefined;
  #firstKeys = new Int32Array(FIRST_CAPACITY);
  #canonicalHashes = new Int32Array(FIRST_CAPACITY);
  #canonicalSlots = new Int32Array(FIRST_CAPACITY * 2).fill(EMPTY_SLOT);
  #count = 0;

  constructor(seed: number, skip?: readonly number[]) {
    this.#seed = seed;
    this.#skip = skip;
    this.keys = new KeyTable(seed);
  }

  get count(): number {
    return this.#count;
  }

  get sizeBytes(): number {
    return this.keys.sizeBytes + this.#firstKeys.length * 16;
  }

  /** The id of known bytes, or -1: then `add`. */
  find(qualifier: number, bytes: Uint8Array, start: number, end: number): number {
    return this.keys.find(qualifier, bytes, start, end);
  }

  /** The id of an equal set under whatever bytes, or -1; slow, for when nothing may be added. */
  findSet(qualifier: number, bytes: Uint8Array, start: number, end: number): number {
    const known = this.find(qualifier, bytes, start, end);
    if (known >= 0 || this.#skip === undefined) return known;
    const message = bytes.subarray(start, end);
    return this.#findCanonical(this.#hashSet(qualifier, message, this.#skip), qualifier, message);
  }

  /** Adds bytes that `find` does not know; returns the id of an equal set, or a new one. */
  add(qualifier: number, bytes: Uint8Array, start: number, end: number): number {
    const id = this.#count;
    if (id === this.#firstKeys.length) this.#grow();
    if (this.#skip !== undefined) {
      const message = bytes.subarray(start, end);
      const hash = this.#hashSet(qualifier, message, this.#skip);
      const known = this.#findCanonical(hash, qualifier, message);
      if (known >= 0) {
        const aliasCount = this.keys.count - this.#count;
        if (aliasCount < this.#count * MAX_ALIASES)
          this.keys.add(qualifier, bytes, start, end, known);
        return known;
      }
      this.#placeCanonical(id, hash);
    }
    this.#firstKeys[this.#count++] = this.keys.add(qualifier, bytes, start, end, id);
    return id;
  }

  #hashSet(qualifier: number, message: Uint8Array, skip: readonly number[]): number {
    return (
      hashFields(this.#seed, message, 0, message.length, skip) ^ Math.imul(qualifier, 0x9e37_79b1)
    );
  }

  /** The id of bytes, known or new. */
  intern(qualifier: number, bytes: Uint8Array, start: number, end: number): number {
    const id = this.find(qualifier, bytes, start, end);
    return id >= 0 ? id : this.add(qualifier, bytes, start, end);
  }

  /** The bytes under which an id was first seen: a view. */
  bytesOf(id: number): Uint8Array {
    return this.keys.bytesOf(this.#firstKeys[id]!);
  }

  qualifierOf(id: number): number {
    return this.keys.qualifierOf(this.#firstKeys[id]!);
  }

  #findCanonical(hash: number, qualifier: number, message: Uint8Array): number {
    const skip = this.#skip ?? [];
    const mask = this.#canonicalSlots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = this.#canonicalSlots[slot]!;
      if (id === EMPTY_SLOT) return -1;
      if (this.#canonicalHashes[id] !== hash || this.qualifierOf(id) !== qualifier) continue;
      const form = canonicalFields(this.bytesOf(id), skip);
      if (Buffer.compare(form, canonicalFields(message, skip)) === 0) return id;
    }
  }

  #placeCanonical(id: number, hash: number): void {
    this.#canonicalHashes[id] = hash;
    const mask = this.#canonicalSlots.length - 1;
    let slot = hash & mask;
    while (this.#canonicalSlots[slot] !== EMPTY_SLOT) slot = (slot + 1) & mask;
    this.#canonicalSlots[slot] = id;
  }

  #grow(): void {
    const capacity = moreRows(this.#firstKeys.length);
    this.#firstKeys = grown(this.#firstKeys, new Int32Array(capacity));
    if (this.#skip === undefined) return;
    this.#canonicalHashes = grown(this.#canonicalHashes, new Int32Array(capacity));
    if (this.#canonicalSlots.length >= capacity * 2) return;
    this.#canonicalSlots = new Int32Array(this.#canonicalSlots.length * 2).fill(EMPTY_SLOT);
    for (let id = 0; id < this.#count; id++) this.#placeCanonical(id, this.#canonicalHashes[id]!);
  }
}
