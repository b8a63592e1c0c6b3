/**
 * Byte strings (with a number that qualifies them) to dense indexes, by open addressing: a hash of a random seed finds a
 * candidate, memcmp decides. Several keys may lead to one id: other encodings of the same attribute set.
 */
import { grown, moreRows } from "./grown.ts";
import { hashBytes } from "./hash-bytes.ts";
import { KeyStore } from "./key-store.ts";

const FIRST_CAPACITY = 64;
const EMPTY_SLOT = -1;

export class KeyTable {
  readonly #seed: number;
  readonly #keys = new KeyStore();
  #slots = new Int32Array(FIRST_CAPACITY * 2).fill(EMPTY_SLOT);
  #hashes = new Int32Array(FIRST_CAPACITY);
  #qualifiers = new Int32Array(FIRST_CAPACITY);
  #ids = new Int32Array(FIRST_CAPACITY);
  #count = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Number of keys, aliases included. */
  get count(): number {
    return this.#count;
  }

  /** Bytes of all keys. */
  get keyBytes(): number {
    return this.#keys.usedBytes;
  }

  get sizeBytes(): number {
    return this.#keys.sizeBytes + this.#slots.byteLength + this.#hashes.length * 12;
  }

  /** The id of a key, or -1. */
  find(qualifier: number, bytes: Uint8Array, start: number, end: number): number {
    const key = this.#findKey(
      this.#hash(qualifier, bytes, start, end),
      qualifier,
      bytes,
      start,
      end,
    );
    return key < 0 ? -1 : this.#ids[key]!;
  }

  /** Whether the key number `key` is this one; what successor prediction asks instead of a hash. */
  isKey(key: number, qualifier: number, bytes: Uint8Array, start: number, end: number): boolean {
    return this.#qualifiers[key] === qualifier && this.#keys.isKey(key, bytes, start, end);
  }

  /** The number of a key (0 … count - 1, in order of arrival), or -1. */
  findKey(qualifier: number, bytes: Uint8Array, start: number, end: number): number {
    return this.#findKey(this.#hash(qualifier, bytes, start, end), qualifier, bytes, start, end);
  }

  /** The id that a key number leads to. */
  idOf(key: number): number {
    return this.#ids[key]!;
  }

  /** Adds a key that is not there yet and returns its number. */
  add(qualifier: number, bytes: Uint8Array, start: number, end: number, id: number): number {
    if (this.#count === this.#hashes.length) this.#grow();
    const key = this.#count++;
    const hash = this.#hash(qualifier, bytes, start, end);
    this.#hashes[key] = hash;
    this.#keys.add(bytes, start, end);
    this.#qualifiers[key] = qualifier;
    this.#ids[key] = id;
    this.#place(key, hash);
    return key;
  }

  /** The bytes of a key: not to be written to. */
  bytesOf(key: number): Uint8Array {
    return this.#keys.bytesOf(key);
  }

  qualifierOf(key: number): number {
    return this.#qualifiers[key]!;
  }

  #hash(qualifier: number, bytes: Uint8Array, start: number, end: number): number {
    return hashBytes(Math.imul(qualifier, 0x9e37_79b1) ^ this.#seed, bytes, start, end);
  }

  #findKey(hash: number, qualifier: number, bytes: Uint8Array, start: number, end: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const key = slots[slot]!;
      if (key === EMPTY_SLOT) return -1;
      if (this.#hashes[key] === hash && this.isKey(key, qualifier, bytes, start, end)) return key;
    }
  }

  #place(key: number, hash: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot] !== EMPTY_SLOT) slot = (slot + 1) & mask;
    this.#slots[slot] = key;
  }

  #grow(): void {
    const capacity = moreRows(this.#hashes.length);
    this.#hashes = grown(this.#hashes, new Int32Array(capacity));
    this.#qualifiers = grown(this.#qualifiers, new Int32Array(capacity));
    this.#ids = grown(this.#ids, new Int32Array(capacity));
    if (this.#slots.length >= capacity * 2) return;
    this.#slots = new Int32Array(this.#slots.length * 2).fill(EMPTY_SLOT);
    for (let key = 0; key < this.#count; key++) this.#place(key, this.#hashes[key]!);
  }
}
