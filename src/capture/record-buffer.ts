/** Bytes of a file as they come, from which whole records are cut; what is left of a record waits for the next chunk. */

const FIRST_BYTES = 256 * 1024;

export class RecordBuffer {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_BYTES);
  #start = 0;
  #end = 0;
  /** Up to here there is no line break: what was searched is not searched again. */
  #searched = 0;
  /** Of the first byte that is held, in the (decompressed) file. */
  offset = 0;

  get size(): number {
    return this.#end - this.#start;
  }

  /** Appends a chunk; what `line`, `take` and `peek` returned before is invalid then. */
  push(chunk: Uint8Array): void {
    const { size } = this;
    if (this.#end + chunk.length > this.#bytes.length) {
      const room = this.#bytes.length;
      const home =
        size + chunk.length > room
          ? new Uint8Array(Math.max(room * 2, size + chunk.length))
          : this.#bytes;
      home.set(this.#bytes.subarray(this.#start, this.#end));
      this.#bytes = home;
      this.#searched -= this.#start;
      this.#start = 0;
      this.#end = size;
    }
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** The next line without its break; `undefined` when it has not come whole. */
  line(): Uint8Array | undefined {
    const from = Math.max(this.#searched, this.#start);
    const at = this.#bytes.subarray(0, this.#end).indexOf(LINE_FEED, from);
    this.#searched = this.#end;
    if (at < 0) return undefined;
    const line = this.#bytes.subarray(this.#start, at);
    this.#searched = at + 1;
    this.#drop(at + 1 - this.#start);
    return line;
  }

  /** So many of the next bytes, which stay; `undefined` when they have not come yet. */
  peek(count: number): Uint8Array | undefined {
    if (this.size < count) return undefined;
    return this.#bytes.subarray(this.#start, this.#start + count);
  }

  /** So many bytes after `skipped` ones; `undefined`, and nothing is taken, when they have not come yet. */
  take(skipped: number, count: number): Uint8Array | undefined {
    if (this.size < skipped + count) return undefined;
    const from = this.#start + skipped;
    const taken = this.#bytes.subarray(from, from + count);
    this.#drop(skipped + count);
    return taken;
  }

  /** All that is left. */
  rest(): Uint8Array {
    const { size } = this;
    const rest = this.#bytes.subarray(this.#start, this.#end);
    this.#drop(size);
    return rest;
  }

  #drop(count: number): void {
    this.#start += count;
    this.offset += count;
  }
}

const LINE_FEED = 0x0a;
