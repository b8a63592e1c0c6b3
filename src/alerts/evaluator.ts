/**
 * The alert state machine over all streams, run after each tick. Pure: sums and the clock come in, transitions go out.
 * What it remembers is in the views it shows, so a snapshot of them and the transitions since is the whole of it.
 */
import type { ShardView, StreamReading, StreamView } from "../engine/index.ts";
import type { AlertSeverity, StreamIndex } from "../slo/index.ts";
import { alertLabels } from "./alert-labels.ts";
import { leadingTier, stepTiers } from "./alert-step.ts";
import { AlertTable, SEVERITIES, type StreamAlerts } from "./alert-table.ts";
import type { AlertTransition, AlertView, ResolveReason, TierState } from "./alert.ts";
import { annotationsOf, type AlertLinks } from "./annotations.ts";
import { scanShard, shortTotalOf } from "./burn-scan.ts";
import { fingerprint } from "./fingerprint.ts";
import { planOf, type PlannedTier, type PolicyPlan } from "./policy-plan.ts";
import { decodeAlerts, encodeAlerts } from "./snapshot.ts";

/** What of the engine is asked beyond its shards. */
export interface StreamSource {
  stream(index: StreamIndex): StreamView | undefined;
  read(index: StreamIndex): StreamReading | undefined;
  allStreams(): Iterable<StreamView>;
}

export interface EvaluatorSettings {
  readonly links: AlertLinks;
  /** Silence holds an alert's state for so long, ms; without end by default. */
  readonly noDataHoldMs?: number;
  /** A resolved alert stays visible for so long, ms; 15 min by default, as in Prometheus. */
  readonly resolvedRetentionMs?: number;
}

/** One tick's view of one stream. */
interface Visit {
  readonly shard: ShardView;
  readonly slot: number;
  readonly mask: number;
  readonly plan: PolicyPlan;
  readonly stream: StreamView;
  readonly nowMs: number;
  readonly transitions: AlertTransition[];
}

export class AlertEvaluator {
  readonly #source: StreamSource;
  readonly #links: AlertLinks;
  readonly #noDataHoldMs: number;
  readonly #resolvedRetentionMs: number;
  readonly #table = new AlertTable();
  #masks = new Uint32Array(1024);
  #tick = 0;

  constructor(source: StreamSource, settings: EvaluatorSettings) {
    this.#source = source;
    this.#links = settings.links;
    this.#noDataHoldMs = settings.noDataHoldMs ?? Infinity;
    this.#resolvedRetentionMs = settings.resolvedRetentionMs ?? 15 * 60_000;
  }

  /** Steps every alert to the sums of the last tick; `nowMs` never falls. Journal the result before acting on it. */
  evaluate(shards: readonly ShardView[], nowMs: number): readonly AlertTransition[] {
    const transitions: AlertTransition[] = [];
    this.#tick++;
    this.#findUnbound();
    for (const shard of shards) this.#evaluateShard(shard, nowMs, transitions);
    if (this.#settleUnseen(nowMs, transitions))
      for (const shard of shards) this.#evaluateShard(shard, nowMs, transitions);
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
      if (stream === undefined) continue;
      this.#visit({ shard, slot, mask, plan, stream, nowMs, transitions });
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
    const { shard, slot, mask, plan, nowMs } = visit;
    const alert = row[severity];
    const planned = plan[severity];
    const isLive = alert !== undefined && alert.state !== "resolved";
    if (planned.length === 0) {
      if (isLive) this.#end(row, alert, "policy-edited", visit.nowMs, visit.transitions);
      return;
    }
    const signalOf = ({ bit, tier }: PlannedTier) =>
      (mask & bit) !== 0 ? "burning" : shortTotalOf(shard, tier, slot) > 0 ? "quiet" : "silent";
    const tiers = stepTiers(alert, planned, signalOf, nowMs, this.#noDataHoldMs);
    if (tiers.length > 0) this.#continue(row, severity, tiers, visit);
    else if (isLive) {
      const isSilent = planned.every((entry) => signalOf(entry) === "silent");
      this.#end(row, alert, isSilent ? "no-data" : "recovered", nowMs, visit.transitions);
    }
  }

  /** Something burns, or is kept: the alert begins, moves on or stays as it is. */
  #continue(
    row: StreamAlerts,
    severity: AlertSeverity,
    tiers: readonly TierState[],
    visit: Visit,
  ): void {
    const { stream, nowMs, transitions } = visit;
    const before = row[severity]?.state === "resolved" ? undefined : row[severity];
    const isFiring = tiers.some((tier) => tier.firedAt !== undefined);
    const inhibited = severity === "ticket" && row.page?.state === "firing";
    const notifies = isFiring && !inhibited && before?.notified !== true;
    if (before?.tiers === tiers && before.inhibited === inhibited && !notifies) return;
    const tier = leadingTier(tiers)?.name ?? "";
    const labels = before?.labels ?? alertLabels(stream, severity);
    const alert: AlertView = {
      streamKey: stream.key,
      sloId: stream.slo.id,
      group: stream.group,
      severity,
      state: isFiring ? "firing" : "pending",
      activeAt: before?.activeAt ?? nowMs,
      ...(isFiring && { firedAt: before?.firedAt ?? nowMs }),
      tier,
      inhibited,
      notified: notifies || before?.notified === true,
      labels,
      annotations: this.#annotations(stream, severity, tier, before?.annotations ?? {}),
      generatorURL: this.#links.generator(stream),
      fingerprint: before?.fingerprint ?? fingerprint(labels),
      tiers,
    };
    this.#table.set(row, severity, alert);
    const kind = before?.state === alert.state ? "updated" : alert.state;
    transitions.push({ kind, at: nowMs, alert, ...(notifies && { notify: "firing" }) });
  }

  /** Firing becomes resolved; pending leaves nothing behind. */
  #end(
    row: StreamAlerts,
    alert: AlertView,
    resolveReason: ResolveReason,
    nowMs: number,
    transitions: AlertTransition[],
  ): void {
    const { streamKey, severity } = alert;
    if (alert.state === "pending") {
      this.#table.set(row, severity, undefined);
      transitions.push({ kind: "inactive", at: nowMs, streamKey, severity });
      return;
    }
    const resolved: AlertView = {
      ...alert,
      state: "resolved",
      resolvedAt: nowMs,
      resolveReason,
      inhibited: false,
      tiers: [],
    };
    this.#table.set(row, severity, resolved);
    const notify = alert.notified ? { notify: "resolved" as const } : {};
    transitions.push({ kind: "resolved", at: nowMs, alert: resolved, ...notify });
  }

  /** After a rule edit or a restart: a live alert whose labels are others now ends under the old and goes on under the new. */
  #relabel(row: StreamAlerts, { stream, nowMs, transitions }: Visit): void {
    for (const severity of SEVERITIES) {
      const alert = row[severity];
      if (alert === undefined || alert.state === "resolved") continue;
      const labels = alertLabels(stream, severity);
      const newFingerprint = fingerprint(labels);
      if (newFingerprint === alert.fingerprint) continue;
      if (alert.notified) this.#end(row, alert, "labels-edited", nowMs, transitions);
      const relabelled: AlertView = {
        ...alert,
        labels,
        fingerprint: newFingerprint,
        notified: false,
      };
      this.#table.set(row, severity, relabelled);
      transitions.push({ kind: "updated", at: nowMs, alert: relabelled });
    }
  }

  /** Streams that no shard showed: removed by a rule edit, or moved to another index. True: some moved, look again. */
  #settleUnseen(nowMs: number, transitions: AlertTransition[]): boolean {
    const unseen = this.#table.rows.filter(
      (row) => row.seenTick !== this.#tick && (isLive(row.page) || isLive(row.ticket)),
    );
    if (unseen.length === 0) return false;
    let hasMoved = false;
    const live = new Map(
      [...this.#source.allStreams()].map((stream) => [stream.key, stream.index]),
    );
    unseen.sort((a, b) => (a.streamKey < b.streamKey ? -1 : 1));
    for (const row of unseen) {
      const index = live.get(row.streamKey);
      if (index !== undefined) {
        hasMoved ||= row.index !== index;
        if (row.index !== index) this.#table.bind(row, index);
        continue;
      }
      for (const severity of SEVERITIES) {
        const alert = row[severity];
        if (isLive(alert)) this.#end(row, alert, "stream-removed", nowMs, transitions);
      }
    }
    return hasMoved;
  }

  /** After a restart the alerts are known by key only. */
  #findUnbound(): void {
    const unbound = this.#table.rows.filter((row) => row.index === undefined);
    if (!unbound.some((row) => isLive(row.page) || isLive(row.ticket))) return;
    const keys = new Map(unbound.map((row) => [row.streamKey, row]));
    for (const stream of this.#source.allStreams()) {
      const row = keys.get(stream.key);
      if (row !== undefined) this.#table.bind(row, stream.index);
    }
  }

  #forgetResolved(nowMs: number): void {
    for (const row of this.#table.rows)
      for (const severity of SEVERITIES) {
        const resolvedAt = row[severity]?.resolvedAt;
        if (resolvedAt !== undefined && nowMs - resolvedAt >= this.#resolvedRetentionMs)
          this.#table.set(row, severity, undefined);
      }
  }

  #annotations(
    stream: StreamView,
    severity: AlertSeverity,
    tierName: string,
    otherwise: AlertView["annotations"],
  ): AlertView["annotations"] {
    const planned = planOf(stream.slo.alerts)[severity];
    const tier = (planned.find((entry) => entry.name === tierName) ?? planned[0])?.tier;
    const reading = this.#source.read(stream.index);
    return tier === undefined || reading === undefined
      ? otherwise
      : annotationsOf(reading, tier, this.#links);
  }

  /** Pending, firing and lately resolved alerts by stream key; the same array until one changes. */
  current(): readonly AlertView[] {
    return this.#table.views();
  }

  /** The alert with annotations as of the last tick. */
  describe(alert: AlertView): AlertView {
    const row = this.#table.row(alert.streamKey);
    const stream = row?.index === undefined ? undefined : this.#source.stream(row.index);
    if (stream?.key !== alert.streamKey || alert.state === "resolved") return alert;
    const annotations = this.#annotations(stream, alert.severity, alert.tier, alert.annotations);
    return { ...alert, annotations };
  }

  snapshot(): Uint8Array {
    return encodeAlerts(this.current());
  }

  /** Replaces everything by a snapshot. Throws `OperationError` (`alerts-snapshot`) when the bytes are none. */
  restore(bytes: Uint8Array): void {
    this.#table.clear();
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
    const row = this.#table.row(alert.streamKey) ?? this.#table.add(alert.streamKey);
    this.#table.set(row, alert.severity, alert);
  }
}

const isLive = (alert: AlertView | undefined): alert is AlertView =>
  alert !== undefined && alert.state !== "resolved";
