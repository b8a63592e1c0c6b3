/** What counts in a server, on the test's clock, with the parts that `planEdit` looks at. */
import { AlertEvaluator } from "../../src/alerts/index.ts";
import { Engine, type RuleChange } from "../../src/engine/index.ts";
import { Core } from "../../src/ingest/index.ts";
import { MetricsDecoder } from "../../src/otlp/index.ts";
import { planEdit, type EditPlan, type PlanScope } from "../../src/plan/index.ts";
import { readRuleTexts } from "../../src/rules/index.ts";
import { RETIRED_FOR_MS } from "../../src/server/retired-slos.ts";
import { archiveOf, rulesInForce } from "../../src/server/rules-in-force.ts";
import type { Slo } from "../../src/slo/index.ts";
import { buildRequest, type MetricInput } from "../otlp/request-builder.ts";

export const START = Date.UTC(2026, 4, 1, 12);
const BUCKET = 10_000;

/** SLOs of one native file's text. */
export function slosOf(text: string, file = "rules/shop.yaml"): readonly Slo[] {
  const { slos, problems } = readRuleTexts([{ file, text }], { bucketMs: BUCKET });
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return slos;
}

export class World {
  nowMs = START;
  readonly engine: Engine;
  readonly alerts: AlertEvaluator;
  readonly core: Core;
  readonly #decoder = new MetricsDecoder();

  constructor(maxStreams?: number) {
    const limit = maxStreams === undefined ? {} : { maxStreams };
    this.engine = new Engine({ bucketMs: BUCKET, startMs: START, ...limit });
    const links = { slo: () => "", generator: () => "", dashboard: () => undefined };
    this.alerts = new AlertEvaluator(this.engine, { links });
    const { engine, alerts } = this;
    const archive = { retentionMs: 30 * 86_400_000, maxBytes: 64 * 1024 * 1024, bucketMs: BUCKET };
    this.core = new Core({ engine, alerts, seed: 1, maxSeries: 1000, archive });
  }

  /** As reloads do it: the second takes what the first had rebuilt. */
  load(slos: readonly Slo[]): RuleChange {
    const change = this.begin(slos);
    if (change.pending.length === 0) return change;
    while (this.core.stepRebuild());
    const { rebuilt, notes } = this.begin(slos);
    const rebuiltIds = new Set(rebuilt.map(({ id }) => id));
    const isNotRebuilt = (id: string) => !rebuiltIds.has(id);
    return {
      ...change,
      kept: change.kept.filter(isNotRebuilt),
      rebuilt: [...change.rebuilt, ...rebuilt],
      notes: [...change.notes, ...notes],
    };
  }

  /** One reload: what is to be rebuilt waits. */
  begin(slos: readonly Slo[]): RuleChange {
    const parts = { inForce: this.engine.countedSlos, ...archiveOf(this.core, () => this.nowMs) };
    return this.core.applyRules(rulesInForce(slos, parts, this.nowMs), this.nowMs);
  }

  send(metrics: readonly MetricInput[]): void {
    const { resolver, rows } = this.core.series;
    resolver.begin(this.nowMs);
    this.#decoder.decode(buildRequest({ resource: { "service.name": "shop" }, metrics }), resolver);
    this.core.applyRows(rows.bytes.copy());
    rows.clear();
  }

  advance(ms: number): void {
    for (const end = this.nowMs + ms; this.nowMs < end; this.nowMs += BUCKET) {
      this.engine.tick(this.nowMs + BUCKET);
      this.alerts.evaluate(this.engine.shards, this.nowMs + BUCKET);
    }
  }

  plan(
    slos: readonly Slo[],
    isReplaced: PlanScope = () => true,
    pause: () => Promise<void> = () => Promise.resolve(),
  ): Promise<EditPlan> {
    return planEdit(
      {
        engine: this.engine,
        series: this.core.series.identity,
        archive: archiveOf(this.core, () => this.nowMs),
        tryRebuild: (fork, pending, nowMs) => this.core.tryRebuild(fork, pending, nowMs),
        alerts: () => this.alerts.current(),
        now: () => this.nowMs,
        pause,
        retiredForMs: RETIRED_FOR_MS,
      },
      slos,
      isReplaced,
    );
  }
}
