/** What an exposition is made from: narrow views of the engine, alerts and rules, so that the room needs no other. */
import type { ShardView, StreamView } from "../engine/index.ts";
import type { AlertSeverity, Slo, StreamIndex } from "../slo/index.ts";
import type { ExpositionFormat } from "./format.ts";

/** The part of `Engine` that is read; it satisfies it. */
export interface StreamSource {
  readonly shards: readonly ShardView[];
  /** The tick its sums are of, ms; 0 before the first. */
  readonly tickedAtMs: number;
  stream(index: StreamIndex): StreamView | undefined;
}

/** One alert of one stream and severity; those that are not listed are inactive. `AlertView` satisfies it. */
export interface AlertSample {
  /** `StreamView.key`. */
  readonly streamKey: string;
  readonly severity: AlertSeverity;
  /** On absent data, of an SLO as a whole; `streamKey` is its id. */
  readonly kind?: "absent";
  readonly state: "inactive" | "pending" | "firing" | "resolved";
}

export interface RuleFileSample {
  readonly file: string;
  /** False when the file is broken; its last good version, if there was one, keeps running. */
  readonly loaded: boolean;
}

/**
 * Other metrics of the process, whole families in the format asked for. A final `# EOF` is taken off; families must not
 * repeat one of names.ts.
 */
export type MoreMetrics = (format: ExpositionFormat) => Promise<string>;

export interface ExpositionSource {
  readonly engine: StreamSource;
  /** Every loaded SLO, also those without a stream yet. */
  readonly slos: () => readonly Slo[];
  readonly alerts: () => readonly AlertSample[];
  readonly ruleFiles: () => readonly RuleFileSample[];
  readonly version: string;
  readonly more: readonly MoreMetrics[];
  /** Told when one of `more` fails: the scrape goes on without it. */
  readonly onMoreFailed: (error: unknown) => void;
}
