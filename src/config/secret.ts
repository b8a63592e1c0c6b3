/** A token that cannot be printed by accident: text, JSON and `util.inspect` of it say [REDACTED]. */
import { createHash, timingSafeEqual } from "node:crypto";
import { inspect } from "node:util";

export const REDACTED = "[REDACTED]";

export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
    // What console.log and util.inspect print; a computed method name has no emitted declaration.
    Object.defineProperty(this, inspect.custom, { value: () => REDACTED });
  }

  /** The value itself: for the one place that sends it. */
  reveal(): string {
    return this.#value;
  }

  /** Whether `text` is the value, in a time that tells nothing of it. */
  matches(text: string): boolean {
    const digest = (value: string) => createHash("sha256").update(value).digest();
    return timingSafeEqual(digest(text), digest(this.#value));
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }
}
