/** The bound on what all requests under way may hold in memory together (DESIGN section 5). */
const DEFAULT_MAX_BYTES = 128 * 1024 * 1024;

export class HeldBytes {
  readonly maxBytes: number;
  #held = 0;

  constructor(maxBytes: number = DEFAULT_MAX_BYTES) {
    this.maxBytes = maxBytes;
  }

  get heldBytes(): number {
    return this.#held;
  }

  /** One request's share. */
  open(): HeldShare {
    let share = 0;
    return {
      grow: (bytes) => {
        if (this.#held + bytes > this.maxBytes) return false;
        share += bytes;
        this.#held += bytes;
        return true;
      },
      release: () => {
        this.#held -= share;
        share = 0;
      },
    };
  }
}

export interface HeldShare {
  /** False when the bound would be passed: the request is refused as one to retry, and holds no more than before. */
  grow(bytes: number): boolean;
  /** Gives everything back; may be called again. */
  release(): void;
}
