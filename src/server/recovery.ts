/** Brings a core to where it stood: the newest snapshot, then every journal entry after it. */
import type { Engine } from "../engine/index.ts";
import type { Core } from "../ingest/index.ts";
import { formatDuration } from "../slo/index.ts";
import type { OutboxRow, Recovery, Store } from "../storage/index.ts";

/** Senders try again for a minute or two; what a longer stop made them drop is gone where it was sent as deltas. */
const GAP_MS = 120_000;

export interface RecoveryReport {
  readonly isFresh: boolean;
  readonly entryCount: number;
  readonly lastSeq: number;
  readonly outbox: readonly OutboxRow[];
  /** What could not be read back, in sentences. */
  readonly damage: readonly string[];
  readonly durationMs: number;
}

export async function recoverCore(
  store: Store,
  core: Core,
  engine: Engine,
  now: () => number,
): Promise<RecoveryReport> {
  const startedAt = performance.now();
  const recovery = await store.recover();
  core.restore(recovery.parts, now());
  const poison = replay(recovery, core, engine, now());
  for (const { fromMs, toMs, detail } of recovery.damage) engine.markPartial(fromMs, toMs, detail);
  if (!recovery.isFresh) markGap(engine, now());
  engine.tick(now());
  return {
    isFresh: recovery.isFresh,
    entryCount: recovery.entries.length,
    lastSeq: recovery.lastSeq,
    outbox: recovery.outbox,
    damage: [...recovery.damage.map(({ detail }) => detail), ...poison],
    durationMs: performance.now() - startedAt,
  };
}

/** The engine stands at the last sign of life: a snapshot or an entry. */
function markGap(engine: Engine, nowMs: number): void {
  const fromMs = engine.tickedAtMs;
  if (nowMs - fromMs <= GAP_MS) return;
  const span = formatDuration(Math.floor((nowMs - fromMs) / 1000) * 1000);
  engine.markPartial(
    fromMs,
    nowMs,
    `slowburn did not run for ${span}: what senders dropped is missing`,
  );
}

/** Applies the entries. One that breaks an invariant is left out, said and marked, so that it cannot loop the process. */
function replay(recovery: Recovery, core: Core, engine: Engine, nowMs: number): string[] {
  const poison: string[] = [];
  for (const { seq, body } of recovery.entries) {
    try {
      core.recover(body);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      poison.push(`journal entry ${seq} could not be applied and was left out: ${reason}`);
      engine.markPartial(engine.tickedAtMs, nowMs, `journal entry ${seq} was left out`);
    }
  }
  return poison;
}
