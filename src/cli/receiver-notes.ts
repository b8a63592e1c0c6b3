/** What `status` says of receivers that do not take alerts: nothing when all is well. */
import type { ReceiverAnswer } from "../api/index.ts";
import { span } from "./status-text.ts";

/** A line per receiver that fails, or refused for good the last it was sent. `nowMs`: wall clock. */
export function receiverNotes(
  receivers: readonly ReceiverAnswer[],
  nowMs: number,
): readonly string[] {
  return receivers.flatMap((each) => {
    const { receiver, url, failingSince, lastError, givenUp, queueLength } = each;
    const name = `receiver ${receiver} (${url})`;
    if (failingSince !== null) {
      const failedFor = span(Math.max(0, nowMs - Date.parse(failingSince)) / 1000);
      return [`${name} has failed for ${failedFor}: ${lastError}; ${plural(queueLength)} waiting`];
    }
    return lastError === null
      ? []
      : [`${name} did not take ${plural(givenUp)} and will not be told again: ${lastError}`];
  });
}

const plural = (n: number): string => `${n} notification${n === 1 ? "" : "s"}`;
