/** What the archive needs now and then, and what is to be said when it had to drop something before its time. */
import type { Core } from "../ingest/index.ts";
import type { EventLog } from "../telemetry/index.ts";

const SAY_EVERY_MS = 3_600_000;
/** Work done at a time: a page takes some milliseconds, and the rest waits for the next call. */
const TURN_MS = 5;

export class ArchiveUpkeep {
  readonly #core: Pick<Core, "maintain" | "archiveStats">;
  readonly #log: EventLog;
  readonly #clock: () => number;
  #saidAtMs = -Infinity;
  #saidBytes = 0;

  /** `clock`: monotonic, ms. */
  constructor(
    core: Pick<Core, "maintain" | "archiveStats">,
    log: EventLog,
    clock: () => number = () => performance.now(),
  ) {
    this.#core = core;
    this.#log = log;
    this.#clock = clock;
  }

  maintain(nowMs: number): void {
    const startedAt = this.#clock();
    while (this.#core.maintain(nowMs) && this.#clock() - startedAt < TURN_MS);
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
