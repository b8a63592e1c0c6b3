/** Waiting for what another process or a socket does; never for time to pass. */
import { setTimeout as wait } from "node:timers/promises";

/** Resolves when `holds` does; what it throws counts as no, and is told when the time is up. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  { withinMs = 20_000, everyMs = 20 }: { withinMs?: number; everyMs?: number } = {},
): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    let failure: unknown;
    try {
      if (await holds()) return;
    } catch (error) {
      failure = error;
    }
    if (Date.now() > deadline)
      throw new Error(`timed out after ${withinMs} ms: ${what}`, { cause: failure });
    await wait(everyMs);
  }
}
