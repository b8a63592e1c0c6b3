import type { BindSeries, DoubtStream, RuleChange, StreamView } from "../engine/index.ts";
import type { BookPorts, MetricIdentity } from "../series/index.ts";
import type { Slo, SnapshotPart, StreamIndex } from "../slo/index.ts";

/** What the core asks of the engine. */
export interface CoreEngine extends BookPorts {
  readonly bind: BindSeries;
  readonly doubt: DoubtStream;
  setRules(slos: readonly Slo[], nowMs: number): RuleChange;
  /** SLOs of the metric are incomplete in (fromMs, toMs]. */
  markMetricPartial(metric: MetricIdentity, fromMs: number, toMs: number, reason: string): void;
  /** Whether some SLO is counted from the metric. */
  isCounted(metric: MetricIdentity): boolean;
  tick(nowMs: number): void;
  readonly tickedAtMs: number;
  readonly countedSlos: readonly Slo[];
  stream(index: StreamIndex): StreamView;
  /** The streams of SLOs that are being rebuilt, and from when on each is to be counted, ms. */
  pendingStreams(): ReadonlyMap<number, number>;
  /** Leaves their counts behind. */
  clearPending(): void;
  /** Books what happened long ago: it is neither late nor too old. */
  bookPast(book: () => void): void;
  /** Counts of the SLOs in (fromMs, toMs] are incomplete. */
  markPartial(fromMs: number, toMs: number, reason: string, sloIds: readonly string[]): void;
  dirtyParts(): SnapshotPart[];
  restore(parts: ReadonlyMap<string, Uint8Array>, nowMs: number): void;
}
