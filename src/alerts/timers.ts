/** The clock of delivery, injected so that tests own it. */
export interface Timers {
  /** Ms since the epoch. */
  now(): number;
  /** Runs `action` once after `delayMs`; the result cancels it. */
  after(delayMs: number, action: () => void): () => void;
}

/** The real one; its timers do not keep the process alive. */
export const nodeTimers: Timers = {
  now: Date.now,
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs).unref();
    return () => clearTimeout(timer);
  },
};
