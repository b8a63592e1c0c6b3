/**
 * Alerts on data that stops: one of an SLO as a whole, whichever of its groups the data was of. The age of the newest point
 * decides, but silence counts from the process's own first look on: a server that was down has not heard, and its
 * senders get the rule's span to come back (README, decision 16). So what is not yet firing is in no view.
 */
import type { ShardView, StreamView } from "../engine/index.ts";
import {
  expandTemplate,
  formatDuration,
  isExcludedWithin,
  isHidden,
  spanText,
  streamIndex,
  type AbsentAlert,
  type Slo,
  type StreamIndex,
} from "../slo/index.ts";
import { absentLabels } from "./alert-labels.ts";
import type { AlertTransition, AlertView, ResolveReason } from "./alert.ts";
import { ended } from "./alert-change.ts";
import { endAnnotationsWithout, type AlertEnd, type AlertLinks } from "./annotations.ts";
import { fingerprint } from "./fingerprint.ts";

interface WatchedSlo extends Slo {
  readonly absent: AbsentAlert;
}
const isWatched = (slo: Slo): slo is WatchedSlo => slo.absent !== undefined && !isHidden(slo);

type Change = Exclude<AlertTransition, { readonly kind: "inactive" }>;

export class AbsenceWatch {
  readonly #links: AlertLinks;
  /** By SLO id; resolved ones stay visible for a while. */
  readonly #alerts = new Map<string, AlertView>();
  #slos: readonly Slo[] = [];
  #watched: readonly WatchedSlo[] = [];
  /** By SLO id: the first look of this process, ms. */
  #watchedSince = new Map<string, number>();
  #views: readonly AlertView[] | undefined;

  constructor(links: AlertLinks) {
    this.#links = links;
  }

  /** `slos` is the same array until rules change. The transitions are not applied yet. */
  evaluate(
    slos: readonly Slo[],
    shards: readonly ShardView[],
    streamAt: (index: StreamIndex) => StreamView | undefined,
    nowMs: number,
  ): readonly Change[] {
    if (this.#slos !== slos) this.#watch(slos, nowMs);
    const changes = this.#endUnwatched(nowMs);
    if (this.#watched.length === 0) return changes;
    const newest = newestPoints(shards, streamAt);
    for (const slo of this.#watched)
      changes.push(...this.#step(slo, newest.get(slo.id) ?? 0, nowMs));
    return changes;
  }

  #watch(slos: readonly Slo[], nowMs: number): void {
    this.#slos = slos;
    this.#watched = slos.filter(isWatched);
    this.#watchedSince = new Map(
      this.#watched.map(({ id }) => [id, this.#watchedSince.get(id) ?? nowMs]),
    );
  }

  #step(slo: WatchedSlo, newestPointMs: number, nowMs: number): readonly Change[] {
    const before = this.#alerts.get(slo.id);
    const live = before?.state === "firing" ? before : undefined;
    const { severity, afterMs } = slo.absent;
    const heardAtMs = live === undefined ? (this.#watchedSince.get(slo.id) ?? nowMs) : 0;
    const isAbsent = nowMs - Math.max(newestPointMs, heardAtMs) >= afterMs;
    if (!isAbsent) return live === undefined ? [] : [this.#end(live, "data-returned", nowMs)];
    // What happens in maintenance does not count, nor does that nothing happens.
    if (isExcludedWithin(slo.exclusions, nowMs - afterMs, nowMs))
      return live === undefined ? [] : [this.#end(live, "excluded", nowMs)];
    const labels = absentLabels(slo, severity);
    const newFingerprint = fingerprint(labels);
    if (live?.fingerprint === newFingerprint) return [];
    const begun: AlertView = {
      streamKey: slo.id,
      sloId: slo.id,
      group: [],
      severity,
      kind: "absent",
      state: "firing",
      activeAt: live?.activeAt ?? nowMs,
      firedAt: live?.firedAt ?? nowMs,
      tier: "absent",
      inhibited: false,
      notified: true,
      labels,
      annotations: this.#annotations(slo, newestPointMs, nowMs, labels),
      generatorURL: this.#links.generator(wholeOf(slo)),
      fingerprint: newFingerprint,
      tiers: [],
    };
    const end = live === undefined ? [] : [this.#end(live, "labels-edited", nowMs)];
    return [...end, { kind: "firing", at: nowMs, alert: begun, notify: "firing" }];
  }

  /** Of SLOs that are gone, or whose rule asks for none any more. */
  #endUnwatched(nowMs: number): Change[] {
    const ends: Change[] = [];
    for (const [id, alert] of this.#alerts)
      if (alert.state === "firing" && !this.#watchedSince.has(id)) {
        const isLoaded = this.#slos.some((slo) => slo.id === id);
        ends.push(this.#end(alert, isLoaded ? "policy-edited" : "stream-removed", nowMs));
      }
    return ends;
  }

  #end(alert: AlertView, reason: ResolveReason, nowMs: number): Change {
    const text = (end: AlertEnd) => endAnnotationsWithout(alert.streamKey, alert.annotations, end);
    return ended(alert, reason, text, nowMs) as Change; // it fires, so it leaves something behind
  }

  /** The file's own texts are of burn rates: here they add to what is said, but for the sentence itself. */
  #annotations(
    slo: WatchedSlo,
    newestPointMs: number,
    nowMs: number,
    labels: AlertView["labels"],
  ): AlertView["annotations"] {
    const since =
      newestPointMs > 0
        ? `for ${spanText(nowMs - newestPointMs)}, since ${new Date(newestPointMs).toISOString()}`
        : "since it was loaded";
    const said = Object.entries(slo.alerting?.annotations ?? {}).map(
      ([name, text]) => [name, expandTemplate(text, { labels, value: 1 })] as const, // `absent()` is 1
    );
    const whole = wholeOf(slo);
    const own = {
      runbook_url: slo.runbook,
      dashboard_url: this.#links.dashboard(whole),
      slo_url: this.#links.slo(whole),
      ...Object.fromEntries(said),
      summary: `${slo.id} has had no data ${since}: nothing says whether its objective holds.`,
      description:
        `No data point came that the SLO counts; its rule asks for this alert after ${formatDuration(slo.absent.afterMs)}. ` +
        "Burn rates are held as they were: look at the sender, the Collector on the way, and the metric's name.",
    };
    const present = Object.entries(own).filter((entry): entry is [string, string] => !!entry[1]);
    return Object.fromEntries(present);
  }

  put(alert: AlertView): void {
    this.#alerts.set(alert.sloId, alert);
    this.#views = undefined;
  }

  /** Resolved ones that have been shown for long enough. */
  forget(nowMs: number, retentionMs: number): void {
    for (const [id, { resolvedAt }] of this.#alerts) {
      if (resolvedAt === undefined || nowMs - resolvedAt < retentionMs) continue;
      this.#alerts.delete(id);
      this.#views = undefined;
    }
  }

  clear(): void {
    this.#alerts.clear();
    this.#views = undefined;
  }

  /** By SLO id; the same array until one changes. */
  views(): readonly AlertView[] {
    this.#views ??= [...this.#alerts.values()].sort((a, b) => (a.sloId < b.sloId ? -1 : 1));
    return this.#views;
  }
}

/** Event time of each watched SLO's newest point. */
function newestPoints(
  shards: readonly ShardView[],
  streamAt: (index: StreamIndex) => StreamView | undefined,
): ReadonlyMap<string, number> {
  const newest = new Map<string, number>();
  for (const { streams, slotCount, newestPointMs } of shards)
    for (let slot = 0; slot < slotCount; slot++) {
      const index = streams[slot] ?? -1;
      if (index < 0) continue;
      const slo = streamAt(index as StreamIndex)?.slo; // a slot holds a StreamIndex or -1
      if (slo?.absent === undefined) continue;
      newest.set(slo.id, Math.max(newest.get(slo.id) ?? 0, newestPointMs[slot] ?? 0));
    }
  return newest;
}

/** For links: the SLO without its groups. */
const wholeOf = (slo: Slo): StreamView => ({
  index: streamIndex(0),
  slo,
  group: [],
  key: slo.id,
});
