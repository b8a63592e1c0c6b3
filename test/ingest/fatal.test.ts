/** What breaks after an entry is durable: nothing is acknowledged any more, and the state in memory is not to be kept. */
import { expect, test } from "vitest";
import { Core, Intake, type CoreEngine } from "../../src/ingest/index.ts";
import { streamIndex, type Slo } from "../../src/slo/index.ts";
import { createMemoryStore } from "../storage/memory-store.ts";
import { buildRequest } from "../otlp/request-builder.ts";

const NOW_MS = 1_800_000_000_000;
const nanos = (ms: number): bigint => BigInt(NOW_MS + ms) * 1_000_000n;

const slos = [
  { id: "shop/up", indicator: { kind: "events", total: { metric: "requests", where: [] } } },
] as unknown as readonly Slo[]; // as much of one as the core reads

const request = (time: number): Uint8Array =>
  buildRequest({
    metrics: [
      {
        name: "requests",
        sum: { temporality: "delta", points: [{ start: nanos(0), time: nanos(time), int: 1 }] },
      },
    ],
  });

async function startIntake() {
  let failure: Error | undefined;
  const engine: CoreEngine = {
    bind: () => ({
      targets: [{ stream: streamIndex(0), goodWeight: 1, totalWeight: 1, threshold: -1 }],
      thresholds: [],
    }),
    book: () => {
      if (failure !== undefined) throw failure;
    },
    bookStraddle: () => undefined,
    doubt: () => undefined,
    setRules: () => ({
      added: [],
      removed: [],
      kept: [],
      restarted: [],
      rebuilt: [],
      pending: [],
      notes: [],
    }),
    tickedAtMs: 0,
    countedSlos: [],
    stream: () => {
      throw new Error("nothing is rebuilt");
    },
    pendingStreams: () => new Map(),
    clearPending: () => undefined,
    bookPast: () => undefined,
    markPartial: () => undefined,
    tick: () => undefined,
    markMetricPartial: () => undefined,
    dirtyParts: () => [],
    restore: () => undefined,
  };
  const alerts = {
    applyTransition: () => undefined,
    snapshot: () => new Uint8Array(),
    restore: () => undefined,
  };
  const store = createMemoryStore();
  await store.recover();
  const core = new Core({ engine, alerts, seed: 1, maxSeries: 100 });
  const fatal: unknown[] = [];
  const onFatal = (error: unknown) => fatal.push(error);
  const intake = new Intake({ core, store, now: () => NOW_MS, onFatal });
  await intake.changeRules(slos);
  return { intake, fatal, breakWith: (error: Error) => (failure = error) };
}

// A plain error leaves the counts as half changed as a broken invariant does.
test.each([new TypeError("undefined is no number"), new RangeError("offset is out of bounds")])(
  "a durable entry that cannot be applied ends the intake: %s",
  async (error) => {
    const { intake, fatal, breakWith } = await startIntake();
    expect(await intake.handle(request(1))).toMatchObject({ kind: "accepted" });
    const { appliedSeq } = intake;
    breakWith(error);
    expect(await intake.handle(request(2))).toMatchObject({ kind: "unavailable" });
    expect(fatal).toEqual([error]);
    expect(intake.hasFailed).toBe(true);
    expect(intake.appliedSeq).toBe(appliedSeq); // no snapshot may claim the entry that broke
    expect(await intake.handle(request(3))).toMatchObject({ kind: "unavailable" });
  },
);
