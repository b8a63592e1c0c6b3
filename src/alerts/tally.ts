/** What one target has sent and failed to send since the start. */
import type { PostOutcome } from "./post.ts";

export class Tally {
  sent = 0;
  failed = 0;
  deadLettered = 0;
  lastError: string | undefined = undefined;
  lastSentAt: number | undefined = undefined;

  took(alertCount: number, nowMs: number): void {
    this.sent += alertCount;
    this.lastSentAt = nowMs;
    this.lastError = undefined;
  }

  failedWith(outcome: PostOutcome): void {
    this.failed++;
    this.lastError = reasonOf(outcome);
  }

  gaveUp(reason: string): void {
    this.deadLettered++;
    this.lastError = reason;
  }
}

export const reasonOf = (outcome: PostOutcome): string =>
  outcome.kind === "answered" ? `status ${outcome.status}` : outcome.reason;
