/** What the archive needs now and then, and what is to be said when it had to drop something before its time. */
import type { Core } from "../ingest/index.ts";
import type { EventLog } from "../telemetry/index.ts";

const SAY_EVERY_MS = 3_600_000;

export class ArchiveUpkeep {
  readonly #core: Pick<Core, "maintain" | "archiveStats">;
  readonly #log: EventLog;
  #saidAtMs = -Infinity;
  #saidBytes = 0;

  constructor(core: Pick<Core, "maintain" | "archiveStats">, log: EventLog) {
    this.#core = core;
    this.#log = log;
  }

  maintain(nowMs: number): void {
    this.#core.maintain(nowMs);
    const stats = this.#core.archiveStats;
    if (stats === undefined || stats.droppedBytes === this.#saidBytes) return;
    if (nowMs - this.#saidAtMs < SAY_EVERY_MS) return;
    this.#saidAtMs = nowMs;
    this.#saidBytes = stats.droppedBytes;
    const { sizeBytes, droppedBytes, droppedBeforeMs } = stats;
    const droppedBefore = new Date(droppedBeforeMs).toISOString();
    this.#log.warn("archive.overflow", { sizeBytes, droppedBytes, droppedBefore });
  }
}
