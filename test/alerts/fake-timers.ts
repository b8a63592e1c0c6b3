/** A clock that moves when told to, and lets what was started settle. */
import type { Timers } from "../../src/alerts/index.ts";

export class FakeTimers implements Timers {
  #now: number;
  #due: { at: number; action: () => void }[] = [];

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, action: () => void): () => void {
    const entry = { at: this.#now + delayMs, action };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((other) => other !== entry);
    };
  }

  /** Moves on, running what comes due at its own moment. */
  async advance(spanMs: number): Promise<void> {
    const end = this.#now + spanMs;
    await settle();
    for (;;) {
      const next = this.#due.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#due = this.#due.filter((entry) => entry !== next);
      this.#now = Math.max(this.#now, next.at);
      next.action();
      await settle();
    }
    this.#now = end;
  }
}

/** Lets promises that need no timer finish. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
