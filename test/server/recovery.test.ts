/** What a restart says of the time in which nobody counted. */
import { expect, test } from "vitest";
import { AlertEvaluator } from "../../src/alerts/index.ts";
import { Engine } from "../../src/engine/index.ts";
import { Core, Intake, Snapshotter } from "../../src/ingest/index.ts";
import { recoverCore } from "../../src/server/recovery.ts";
import { streamIndex } from "../../src/slo/index.ts";
import type { Store } from "../../src/storage/index.ts";
import { createMemoryStore } from "../storage/memory-store.ts";
import { sloOf } from "../engine/fixtures.ts";

const START_MS = 1_800_000_000_000;

async function start(store: Store, nowMs: number) {
  const now = () => nowMs;
  const engine = new Engine({ bucketMs: 10_000, startMs: nowMs });
  const links = { slo: () => "", generator: () => "", dashboard: () => undefined };
  const alerts = new AlertEvaluator(engine, { links });
  const core = new Core({ engine, alerts, seed: 1, maxSeries: 10 });
  const { lastSeq } = await recoverCore(store, core, engine, now);
  const intake = new Intake({ core, store, now, onFatal: () => undefined });
  intake.resumeFrom(lastSeq);
  return { engine, core, intake };
}

test.each([
  ["a first start", undefined, { kind: "complete" }],
  ["a stop of two minutes", 120_000, { kind: "complete" }],
  [
    "a longer one",
    3_600_000,
    { kind: "partial", reasons: ["slowburn did not run for 1h: what senders dropped is missing"] },
  ],
] as const)("%s", async (_, stopMs, integrity) => {
  const store = createMemoryStore();
  const { engine, core, intake } = await start(store, START_MS);
  await intake.changeRules([sloOf()]);
  if (stopMs === undefined) {
    expect(engine.read(streamIndex(0)).integrity).toEqual(integrity);
    return;
  }
  await new Snapshotter(core, store).take(intake.appliedSeq);
  const again = await start(store.crash(), START_MS + stopMs);
  expect(again.engine.read(streamIndex(0)).integrity).toEqual(integrity);
});
