/** Writes what changed since the last snapshot; what a failed one could not write goes with the next. */
import type { SnapshotPart } from "../slo/index.ts";
import type { Store } from "../storage/index.ts";
import type { Core } from "./core.ts";

export class Snapshotter {
  readonly #core: Core;
  readonly #store: Store;
  #unwritten = new Map<string, SnapshotPart>();

  constructor(core: Core, store: Store) {
    this.#core = core;
    this.#store = store;
  }

  /** Call between entries: the state must be that of journal entry `seq`, all of it. */
  async take(seq: number): Promise<void> {
    const parts = this.#unwritten;
    this.#unwritten = new Map();
    for (const part of this.#core.dirtyParts()) parts.set(part.name, part);
    const copies = [...parts.values()].map(({ name, bytes }) => ({ name, bytes: bytes?.slice() }));
    try {
      await this.#store.saveSnapshot(seq, copies);
    } catch (error) {
      for (const [name, part] of parts) {
        if (!this.#unwritten.has(name)) this.#unwritten.set(name, part);
      }
      throw error;
    }
  }
}
