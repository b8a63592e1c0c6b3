/** The parts that count, without sockets: many streams under the workbook's policy (8 lookbacks), fed by real requests. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AlertEvaluator } from "../src/alerts/index.ts";
import { Engine } from "../src/engine/index.ts";
import { Core, Intake } from "../src/ingest/index.ts";
import { loadRules } from "../src/rules/index.ts";
import type { Store } from "../src/storage/index.ts";
import { linksUnder } from "../src/server/alert-links.ts";
import { BENCH_SUM_METRIC } from "./otlp-data.ts";
import { OtlpLoad, type LoadTotals } from "./otlp-load.ts";

export interface FleetSettings {
  /** A multiple of 10. */
  readonly streamCount: number;
  /** A multiple of `streamCount`. */
  readonly seriesCount: number;
}

/** So many SLOs share the streams evenly; the others are groups of them. */
const SLO_COUNT = 10;
const BUCKET_MS = 10_000;
const GROUP_LIMIT = 10_000;

export interface Fleet {
  readonly engine: Engine;
  readonly core: Core;
  readonly alerts: AlertEvaluator;
  readonly intake: Intake;
  /** Sends every series once, with data of `nowMs`. */
  feed(nowMs: number): Promise<void>;
  /** What the requests take that it is fed with. */
  readonly requestBytes: number;
  /** What was fed so far. */
  totals(): LoadTotals;
  /** Throws when the streams' counts since the start are not that. */
  check(): void;
}

/** Of the rules that `writeFleetRules` writes. */
export const FLEET_SLOS: readonly string[] = Array.from(
  { length: SLO_COUNT },
  (_, index) => `fleet/shop-${index}`,
);

export function writeFleetRules(rulesDirectory: string): void {
  mkdirSync(rulesDirectory, { recursive: true });
  const slos = Array.from(
    { length: SLO_COUNT },
    (_, index) => `  shop-${index}:
    objective: 99.9%
    window: 30d
    sli:
      metric: ${BENCH_SUM_METRIC}
      where: { server.address: shop-${index}.example }
      bad: { error.type: "500" }
    per: [http.route]
    groupLimit: ${GROUP_LIMIT}
`,
  );
  writeFileSync(
    join(rulesDirectory, "fleet.yaml"),
    `apiVersion: slowburn/v1\nservice: fleet\nslos:\n${slos.join("")}`,
  );
}

/** On a store that is empty. */
export async function startFleet(
  settings: FleetSettings,
  store: Store,
  rulesDirectory: string,
): Promise<Fleet> {
  const { streamCount, seriesCount } = settings;
  const startMs = Date.now();
  let nowMs = startMs;
  const now = (): number => nowMs;
  const engine = new Engine({ bucketMs: BUCKET_MS, startMs });
  const alerts = new AlertEvaluator(engine, { links: linksUnder("http://127.0.0.1:4319") });
  const core = new Core({ engine, alerts, seed: 1, maxSeries: 2_000_000 });
  await store.recover();
  engine.tick(startMs);
  const fail = (error: unknown): never => {
    throw error;
  };
  const intake = new Intake({ core, store, now, onFatal: fail });
  writeFleetRules(rulesDirectory);
  const { slos, problems } = loadRules(rulesDirectory, {
    bucketMs: BUCKET_MS,
    groupLimitMax: GROUP_LIMIT,
    now,
  });
  if (slos.length !== SLO_COUNT) throw new Error(JSON.stringify(problems));
  await intake.changeRules(slos);
  const load = new OtlpLoad(
    {
      kind: "sum",
      pointsPerRequest: Math.min(5_000, seriesCount),
      seriesCount,
      resourceCount: 1,
      spread: { routeCount: streamCount / SLO_COUNT, serverCount: SLO_COUNT },
    },
    startMs,
  );
  return {
    engine,
    core,
    alerts,
    intake,
    feed: async (atMs) => {
      nowMs = Math.max(nowMs, atMs);
      await feedOnce(load, intake, atMs);
    },
    requestBytes: load.sizeBytes,
    totals: () => load.totals(),
    check: () => checkLifetime(engine, load),
  };
}

async function feedOnce(load: OtlpLoad, intake: Intake, atMs: number): Promise<void> {
  for (let index = 0; index < load.requestCount; index++) {
    const { kind } = await intake.handle(load.next(index, atMs));
    if (kind !== "accepted") throw new Error(`a request of the bench was ${kind}`);
  }
}

function checkLifetime(engine: Engine, load: OtlpLoad): void {
  let good = 0;
  let total = 0;
  for (const { lifetimeGood, lifetimeTotal, slotCount } of engine.shards) {
    for (let slot = 0; slot < slotCount; slot++) {
      good += lifetimeGood?.[slot] ?? 0;
      total += lifetimeTotal?.[slot] ?? 0;
    }
  }
  const sent = load.totals();
  if (good !== sent.good || total !== sent.total)
    throw new Error(`the fleet counts ${good} of ${total}, fed was ${sent.good} of ${sent.total}`);
}
