/** What one target has sent and failed to send since the start, and what of it an operator must hear of. */
import type { PostOutcome } from "./post.ts";

export type DeliveryChange =
  /** Requests began to fail; notifications wait. Told once, whatever follows. */
  | { readonly kind: "failed"; readonly error: string }
  /** The first that was taken since. */
  | { readonly kind: "recovered"; readonly failedForMs: number }
  /** Notifications that no one will get; at most one a minute, with how many since the one before. */
  | { readonly kind: "given-up"; readonly count: number; readonly error: string };

/** Counters since the start. */
export interface DeliveryFigures {
  /** Alerts that were taken. */
  readonly sent: number;
  /** Requests that failed and are tried again. */
  readonly failed: number;
  /** Alerts given up: refused for good, too old, or over the queue's limit. */
  readonly deadLettered: number;
  readonly lastError: string | undefined;
  readonly lastSentAt: number | undefined;
  /** Requests have failed since, ms since the epoch; `undefined` while they are taken, or none was sent. */
  readonly failingSince: number | undefined;
}

const TELL_EVERY_MS = 60_000;

export class Tally {
  sent = 0;
  failed = 0;
  deadLettered = 0;
  lastError: string | undefined = undefined;
  lastSentAt: number | undefined = undefined;
  /** First failure since the last success, ms since the epoch. */
  failingSince: number | undefined = undefined;
  readonly #now: () => number;
  readonly #tell: (change: DeliveryChange) => void;
  #toldGivenUp = 0;
  #givenUpToldAt = -Infinity;

  constructor(now: () => number, tell: (change: DeliveryChange) => void) {
    this.#now = now;
    this.#tell = tell;
  }

  /** As it stands now. */
  get figures(): DeliveryFigures {
    const { sent, failed, deadLettered, lastError, lastSentAt, failingSince } = this;
    return { sent, failed, deadLettered, lastError, lastSentAt, failingSince };
  }

  took(alertCount: number): void {
    const nowMs = this.#now();
    this.sent += alertCount;
    this.lastSentAt = nowMs;
    this.lastError = undefined;
    if (this.failingSince === undefined) return;
    const failedForMs = nowMs - this.failingSince;
    this.failingSince = undefined;
    this.#tell({ kind: "recovered", failedForMs });
  }

  failedWith(outcome: PostOutcome): void {
    this.failed++;
    const error = reasonOf(outcome);
    this.lastError = error;
    if (this.failingSince !== undefined) return;
    this.failingSince = this.#now();
    this.#tell({ kind: "failed", error });
  }

  gaveUp(error: string): void {
    this.deadLettered++;
    this.lastError = error;
    const nowMs = this.#now();
    if (nowMs - this.#givenUpToldAt < TELL_EVERY_MS) return;
    this.#givenUpToldAt = nowMs;
    this.#tell({ kind: "given-up", count: this.deadLettered - this.#toldGivenUp, error });
    this.#toldGivenUp = this.deadLettered;
  }
}

export const reasonOf = (outcome: PostOutcome): string =>
  outcome.kind === "answered" ? `status ${outcome.status}` : outcome.reason;
