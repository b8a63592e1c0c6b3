/**
 * The alert state machine over all streams, run after each tick. Pure: sums and the clock come in, transitions go out.
 * What it remembers is in the views it shows, so a snapshot of them and the transitions since is the whole of it.
 */
import type { ShardView, StreamReading, StreamView } from "../engine/index.ts";
import {
  isHidden,
  type AlertSeverity,
  type Slo,
  type StreamIndex,
  type Tier,
} from "../slo/index.ts";
import { AbsenceWatch } from "./absence.ts";
import { continued, ended, relabelled } from "./alert-change.ts";
import { leadingTier, stepTiers } from "./alert-step.ts";
import { AlertTable, SEVERITIES, type StreamAlerts } from "./alert-table.ts";
import type { AlertTransition, AlertView } from "./alert.ts";
import {
  annotationsOf,
  endAnnotationsOf,
  endAnnotationsWithout,
  type AlertEnd,
  type AlertLinks,
} from "./annotations.ts";
import { scanShard } from "./burn-scan.ts";
import { planOf, type PolicyPlan } from "./policy-plan.ts";
import { endReason, signalOf, type TickView } from "./signals.ts";
import { decodeAlerts, encodeAlerts } from "./snapshot.ts";

/** A resolved alert stays visible for so long, as in Prometheus. */
const RESOLVED_RETENTION_MS = 15 * 60_000;

/** What of the engine is asked beyond its shards. */
export interface StreamSource {
  /** Those in force; the same array until rules change. */
  readonly slos: readonly Slo[];
  /** Asked for indexes that a shard holds. */
  stream(index: StreamIndex): StreamView | undefined;
  /** Asked for streams that `stream` or `streamsOf` just gave. */
  read(index: StreamIndex): StreamReading | undefined;
  /** None when the SLO is not loaded. */
  streamsOf(sloId: string): readonly StreamView[];
}

export interface EvaluatorSettings {
  readonly links: AlertLinks;
}

/** With what comes of it. */
interface Visit extends TickView {
  readonly plan: PolicyPlan;
  readonly transitions: AlertTransition[];
}

export class AlertEvaluator {
  readonly #source: StreamSource;
  readonly #links: AlertLinks;
  readonly #table = new AlertTable();
  readonly #absence: AbsenceWatch;
  #views: readonly AlertView[] = [];
  #viewParts: readonly (readonly AlertView[])[] = [];
  #masks = new Uint32Array(1024);
  #tick = 0;

  constructor(source: StreamSource, settings: EvaluatorSettings) {
    this.#source = source;
    this.#links = settings.links;
    this.#absence = new AbsenceWatch(settings.links);
  }

  /** Steps every alert to the sums of the last tick; `nowMs` never falls. Journal the result before acting on it. */
  evaluate(shards: readonly ShardView[], nowMs: number): readonly AlertTransition[] {
    const transitions: AlertTransition[] = [];
    this.#tick++;
    this.#findUnbound();
    for (const shard of shards) this.#evaluateShard(shard, nowMs, transitions);
    if (this.#settleUnseen(nowMs, transitions))
      for (const shard of shards) this.#evaluateShard(shard, nowMs, transitions);
    const { slos } = this.#source;
    const streamAt = (index: StreamIndex) => this.#source.stream(index);
    for (const change of this.#absence.evaluate(slos, shards, streamAt, nowMs))
      this.#change(change, transitions);
    this.#forgetResolved(nowMs);
    this.#table.prune();
    return transitions;
  }

  /** Steps the streams of a shard that this evaluation has not met yet. */
  #evaluateShard(shard: ShardView, nowMs: number, transitions: AlertTransition[]): void {
    if (this.#masks.length < shard.slotCount) this.#masks = new Uint32Array(shard.slotCount * 2);
    const masks = this.#masks;
    scanShard(shard, masks);
    const plan = planOf(shard.policy);
    const { streams, slotCount } = shard;
    for (let slot = 0; slot < slotCount; slot++) {
      const index = streams[slot] ?? -1;
      const mask = masks[slot] ?? 0;
      if (index < 0 || (mask === 0 && !this.#table.isTracked(index))) continue;
      const stream = this.#source.stream(index as StreamIndex); // a slot holds a StreamIndex or -1
      if (stream === undefined || isHidden(stream.slo)) continue;
      const read = () => this.#source.read(stream.index);
      this.#visit({ shard, slot, mask, plan, stream, nowMs, read, transitions });
    }
  }

  #visit(visit: Visit): void {
    const row = this.#rowOf(visit);
    if (row === undefined || row.seenTick === this.#tick) return;
    row.seenTick = this.#tick;
    if (row.slo !== visit.stream.slo) this.#relabel(row, visit);
    row.slo = visit.stream.slo;
    for (const severity of SEVERITIES) this.#step(row, severity, visit);
  }

  /** The row of the stream; new when something burns, `undefined` when nothing does and nothing is held. */
  #rowOf({ stream, mask }: Visit): StreamAlerts | undefined {
    const bound = this.#table.at(stream.index);
    if (bound?.streamKey === stream.key) return bound;
    if (bound !== undefined) this.#table.unbind(bound); // the index went to another stream
    const row =
      this.#table.row(stream.key) ?? (mask === 0 ? undefined : this.#table.add(stream.key));
    if (row !== undefined) this.#table.bind(row, stream.index);
    return row;
  }

  #step(row: StreamAlerts, severity: AlertSeverity, visit: Visit): void {
    const { plan, stream, nowMs, transitions } = visit;
    const planned = plan[severity];
    const alert = isLive(row[severity]) ? row[severity] : undefined;
    const holdMs = stream.slo.alerts.noDataHoldMs ?? Infinity;
    const tiers = stepTiers(alert, planned, (entry) => signalOf(visit, entry), nowMs, holdMs);
    if (tiers.length > 0) {
      const tier = leadingTier(tiers)?.name ?? "";
      const inhibited = severity === "ticket" && row.page?.state === "firing";
      const part = { severity, tiers, tier, inhibited };
      const text = () => ({
        annotations: this.#annotations(stream, severity, tier, alert?.annotations ?? {}),
        generatorURL: this.#links.generator(stream),
      });
      const transition = continued(alert, stream, part, text, nowMs);
      if (transition !== undefined) this.#change(transition, transitions);
    } else if (alert !== undefined) {
      const reason = endReason(visit, planned, alert.tier);
      const text = (end: AlertEnd) => this.#endAnnotations(stream, alert, end);
      this.#change(ended(alert, reason, text, nowMs), transitions);
    }
  }

  #change(transition: AlertTransition, transitions: AlertTransition[]): void {
    this.applyTransition(transition);
    transitions.push(transition);
  }

  /** After a rule edit or a restart: labels may be others now. */
  #relabel(row: StreamAlerts, { stream, nowMs, transitions }: Visit): void {
    for (const severity of SEVERITIES) {
      const alert = row[severity];
      if (!isLive(alert)) continue;
      for (const transition of relabelled(alert, stream, nowMs))
        this.#change(transition, transitions);
    }
  }

  /** Streams that no shard showed: removed by a rule edit, or moved to another index. True: some moved, look again. */
  #settleUnseen(nowMs: number, transitions: AlertTransition[]): boolean {
    const unseen: StreamAlerts[] = [];
    for (const row of this.#table.rows)
      if (row.seenTick !== this.#tick && (isLive(row.page) || isLive(row.ticket))) unseen.push(row);
    let hasMoved = false;
    unseen.sort((a, b) => (a.streamKey < b.streamKey ? -1 : 1));
    for (const row of unseen) {
      const index = this.#locate(row)?.index;
      if (index !== undefined) {
        hasMoved ||= row.index !== index;
        if (row.index !== index) this.#table.bind(row, index);
        continue;
      }
      for (const severity of SEVERITIES) {
        const alert = row[severity];
        const text = (end: AlertEnd) =>
          endAnnotationsWithout(row.streamKey, alert?.annotations ?? {}, end);
        if (isLive(alert)) this.#change(ended(alert, "stream-removed", text, nowMs), transitions);
      }
    }
    return hasMoved;
  }

  /** After a restart the alerts are known by key only. */
  #findUnbound(): void {
    for (const row of this.#table.rows) {
      if (row.index !== undefined || !(isLive(row.page) || isLive(row.ticket))) continue;
      const index = this.#locate(row)?.index;
      if (index !== undefined) this.#table.bind(row, index);
    }
  }

  #locate(row: StreamAlerts): StreamView | undefined {
    const sloId = (row.page ?? row.ticket)?.sloId ?? "";
    return this.#source.streamsOf(sloId).find((stream) => stream.key === row.streamKey);
  }

  #forgetResolved(nowMs: number): void {
    this.#absence.forget(nowMs, RESOLVED_RETENTION_MS);
    if (this.#table.resolvedCount === 0) return;
    for (const row of this.#table.rows)
      for (const severity of SEVERITIES) {
        const resolvedAt = row[severity]?.resolvedAt;
        if (resolvedAt !== undefined && nowMs - resolvedAt >= RESOLVED_RETENTION_MS)
          this.#table.set(row, severity, undefined);
      }
  }

  #annotations(
    stream: StreamView,
    severity: AlertSeverity,
    tierName: string,
    otherwise: AlertView["annotations"],
  ): AlertView["annotations"] {
    const tier = tierOf(stream, severity, tierName);
    const reading = this.#source.read(stream.index);
    return tier === undefined || reading === undefined
      ? otherwise
      : annotationsOf(reading, tier, this.#links);
  }

  #endAnnotations(stream: StreamView, alert: AlertView, end: AlertEnd): AlertView["annotations"] {
    const tier = tierOf(stream, alert.severity, alert.tier);
    const reading = this.#source.read(stream.index);
    return tier === undefined || reading === undefined
      ? endAnnotationsWithout(stream.key, alert.annotations, end)
      : endAnnotationsOf(reading, tier, this.#links, end);
  }

  /** Pending, firing and lately resolved alerts by stream key; the same array until one changes. */
  current(): readonly AlertView[] {
    const parts = [this.#table.views(), this.#absence.views()];
    if (parts.some((part, index) => part !== this.#viewParts[index])) {
      this.#viewParts = parts;
      this.#views = parts.flat();
    }
    return this.#views;
  }

  /** The alert with annotations as of the last tick. */
  describe(alert: AlertView): AlertView {
    if (alert.state === "resolved" || alert.kind === "absent") return alert;
    const row = this.#table.row(alert.streamKey);
    const stream = row === undefined ? undefined : this.#locate(row);
    if (stream === undefined) return alert; // removed since the last tick
    const annotations = this.#annotations(stream, alert.severity, alert.tier, alert.annotations);
    return { ...alert, annotations };
  }

  snapshot(): Uint8Array {
    return encodeAlerts(this.current());
  }

  /** Replaces everything by a snapshot. Throws `OperationError` (`alerts-snapshot`) when the bytes are none. */
  restore(bytes: Uint8Array): void {
    this.#table.clear();
    this.#absence.clear();
    for (const alert of decodeAlerts(bytes)) this.#put(alert);
  }

  /** Repeats a journaled transition; also safe when the snapshot already holds it. */
  applyTransition(transition: AlertTransition): void {
    if (transition.kind !== "inactive") return this.#put(transition.alert);
    const row = this.#table.row(transition.streamKey);
    if (row?.[transition.severity] !== undefined)
      this.#table.set(row, transition.severity, undefined);
  }

  #put(alert: AlertView): void {
    if (alert.kind === "absent") return this.#absence.put(alert);
    const row = this.#table.row(alert.streamKey) ?? this.#table.add(alert.streamKey);
    this.#table.set(row, alert.severity, alert);
  }
}

/** The tier of that name, or the most urgent; a policy may have lost all of them. */
function tierOf(stream: StreamView, severity: AlertSeverity, name: string): Tier | undefined {
  const planned = planOf(stream.slo.alerts)[severity];
  return (planned.find((entry) => entry.name === name) ?? planned[0])?.tier;
}

const isLive = (alert: AlertView | undefined): alert is AlertView =>
  alert !== undefined && alert.state !== "resolved";
