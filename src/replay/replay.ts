/** A server's counting parts without its sockets, disk and clock: what it is told, when, is all it knows. */
import { AlertEvaluator, type AlertLinks, type AlertTransition } from "../alerts/index.ts";
import { Engine, type RuleChange } from "../engine/index.ts";
import { Core } from "../ingest/index.ts";
import { MetricsDecoder } from "../otlp/index.ts";
import type { BookPorts } from "../series/index.ts";
import { assert, type Slo } from "../slo/index.ts";

export interface ReplaySettings {
  /** Where the clock stands, ms. */
  readonly startMs: number;
  /** Width of the finest bucket, ms; a tick at the end of each. */
  readonly bucketMs?: number;
  readonly maxSeries?: number;
  readonly maxStreams?: number;
  /** What stands between series and engine: an outage that is made up, a watcher. The engine's own booking by default. */
  readonly through?: (engine: Engine) => BookPorts;
}

export interface SendOutcome {
  readonly points: number;
  /** Points that were wrong alone. */
  readonly rejectedPoints: number;
  /** Why; empty when none was. */
  readonly message: string;
}

const DEFAULT_BUCKET_MS = 10_000;
const DEFAULT_MAX_SERIES = 1_000_000;
/** The order of series within a replay is that of their arrival: nothing an attacker could choose. */
const SEED = 1;
/** There is no server to point to. */
const NO_LINKS: AlertLinks = { slo: () => "", generator: () => "", dashboard: () => undefined };

export class Replay {
  readonly bucketMs: number;
  readonly engine: Engine;
  readonly alerts: AlertEvaluator;
  readonly #core: Core;
  readonly #decoder = new MetricsDecoder();
  #nowMs: number;

  constructor(settings: ReplaySettings) {
    const { startMs, bucketMs = DEFAULT_BUCKET_MS, maxSeries, maxStreams, through } = settings;
    this.bucketMs = bucketMs;
    this.#nowMs = startMs;
    this.engine = new Engine({
      bucketMs,
      startMs,
      ...(maxStreams === undefined ? {} : { maxStreams }),
    });
    this.alerts = new AlertEvaluator(this.engine, { links: NO_LINKS });
    this.#core = new Core({
      engine: this.engine,
      books: through?.(this.engine) ?? this.engine,
      alerts: this.alerts,
      seed: SEED,
      maxSeries: maxSeries ?? DEFAULT_MAX_SERIES,
    });
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Puts rules in force now. */
  setRules(slos: readonly Slo[]): RuleChange {
    return this.#core.applyRules(slos, this.#nowMs);
  }

  /** Takes an ExportMetricsServiceRequest (protobuf) now. Throws `MalformedRequest`; nothing of it is counted then. */
  send(request: Uint8Array): SendOutcome {
    const { resolver, rows } = this.#core.series;
    resolver.begin(this.#nowMs);
    try {
      this.#decoder.decode(request, resolver);
    } catch (error) {
      resolver.rollback();
      throw error;
    }
    const { points: rejectedPoints, message } = resolver.tally;
    this.#core.applyRows(rows.bytes.written()); // nothing writes rows while they are applied
    rows.clear();
    return { points: this.#decoder.pointCount, rejectedPoints, message };
  }

  /** Moves the clock, with a tick and an evaluation at every bucket's end on the way; tells what alerts did, in order. */
  advanceTo(nowMs: number): readonly AlertTransition[] {
    assert(nowMs >= this.#nowMs, "a replay's clock goes forward");
    const transitions: AlertTransition[] = [];
    const { bucketMs } = this;
    let dueMs = (Math.floor(this.#nowMs / bucketMs) + 1) * bucketMs;
    for (; dueMs <= nowMs; dueMs += bucketMs) {
      this.engine.tick(dueMs);
      transitions.push(...this.alerts.evaluate(this.engine.shards, dueMs));
    }
    this.#nowMs = nowMs;
    return transitions;
  }
}
