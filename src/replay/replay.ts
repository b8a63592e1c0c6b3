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
  readonly #settings: ReplaySettings;
  readonly #decoder = new MetricsDecoder();
  /** What a disk would hold. */
  readonly #snapshot = new Map<string, Uint8Array>();
  #parts: CountingParts;
  #nowMs: number;
  /** The last bucket's end that was ticked. */
  #tickedMs: number;

  constructor(settings: ReplaySettings) {
    const { startMs, bucketMs = DEFAULT_BUCKET_MS } = settings;
    this.bucketMs = bucketMs;
    this.#settings = settings;
    this.#parts = countingParts(settings, startMs);
    this.#nowMs = startMs;
    this.#tickedMs = Math.floor(startMs / bucketMs) * bucketMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Another one after each `crash`. */
  get engine(): Engine {
    return this.#parts.engine;
  }

  /** Another one after each `crash`. */
  get alerts(): AlertEvaluator {
    return this.#parts.alerts;
  }

  get #core(): Core {
    return this.#parts.core;
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
    const { bucketMs } = this;
    return this.#tickUntil(Math.floor(nowMs / bucketMs) * bucketMs, nowMs);
  }

  /**
   * Moves the clock as `advanceTo` does, but leaves the tick of `nowMs` itself to that: what is sent at this moment is
   * then in it.
   */
  approach(nowMs: number): readonly AlertTransition[] {
    const { bucketMs } = this;
    return this.#tickUntil((Math.ceil(nowMs / bucketMs) - 1) * bucketMs, nowMs);
  }

  #tickUntil(lastMs: number, nowMs: number): readonly AlertTransition[] {
    assert(nowMs >= this.#nowMs, "a replay's clock goes forward");
    const transitions: AlertTransition[] = [];
    const { engine, alerts } = this.#parts;
    while (this.#tickedMs < lastMs) {
      this.#tickedMs += this.bucketMs;
      engine.tick(this.#tickedMs);
      transitions.push(...alerts.evaluate(engine.shards, this.#tickedMs));
    }
    this.#nowMs = nowMs;
    return transitions;
  }

  /** Everything in memory is lost, and comes back from a snapshot of this moment as it does when a server starts again. */
  crash(): void {
    for (const { name, bytes } of this.#core.dirtyParts()) {
      if (bytes === undefined) this.#snapshot.delete(name);
      else this.#snapshot.set(name, bytes.slice());
    }
    this.#parts = countingParts(this.#settings, this.#nowMs);
    this.#core.restore(this.#snapshot, this.#nowMs);
  }
}

interface CountingParts {
  readonly engine: Engine;
  readonly alerts: AlertEvaluator;
  readonly core: Core;
}

function countingParts(settings: ReplaySettings, startMs: number): CountingParts {
  const { bucketMs = DEFAULT_BUCKET_MS, maxSeries = DEFAULT_MAX_SERIES, maxStreams } = settings;
  const engine = new Engine({
    bucketMs,
    startMs,
    ...(maxStreams === undefined ? {} : { maxStreams }),
  });
  const alerts = new AlertEvaluator(engine, { links: NO_LINKS });
  const books = settings.through?.(engine) ?? engine;
  return { engine, alerts, core: new Core({ engine, books, alerts, seed: SEED, maxSeries }) };
}
