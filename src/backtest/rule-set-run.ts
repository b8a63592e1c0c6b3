/** Rule sets on one engine, fed with a capture: the real engine on the capture's clock, and what the alerts did. */
import type { Engine } from "../engine/index.ts";
import { Replay } from "../replay/index.ts";
import { parseDuration, sliRatio, type Slo } from "../slo/index.ts";
import { detectionOf, type DetectedEpisode } from "./detection.ts";
import { EpisodeLog, type AlertEpisode } from "./episode-log.ts";
import { Injector, isMeant, type Injection } from "./injection.ts";
import { OutageWatch } from "./outage-watch.ts";
import { plain, withOwnIds } from "./shared-slos.ts";

export interface RunSettings {
  /** More than one where `areShareable`. */
  readonly ruleSets: readonly (readonly Slo[])[];
  /** Of the capture's first record, ms: rules are in force from there on. */
  readonly startMs: number;
  readonly bucketMs: number;
  readonly injections: readonly Injection[];
}

/** An SLO at the capture's end, over its window as far as the capture reaches. */
export interface SloOutcome {
  readonly id: string;
  readonly objective: string;
  /** Of all groups together. */
  readonly good: number;
  readonly total: number;
  /** Absent without events. */
  readonly sli?: number;
  /** Of the stream that has least left. */
  readonly budgetRemaining?: number;
  /** That stream, where there are several. */
  readonly worst?: string;
  readonly streamCount: number;
  readonly notes: readonly string[];
}

export interface RuleSetOutcome {
  readonly slos: readonly SloOutcome[];
  readonly episodes: readonly DetectedEpisode[];
  readonly points: number;
  readonly rejectedPoints: number;
  /** Why the first ones were. */
  readonly rejection?: string;
}

export class RuleSetRun {
  readonly #settings: RunSettings;
  /** As they stand in the engine. */
  readonly #ruleSets: readonly (readonly Slo[])[];
  readonly #replay: Replay;
  readonly #log = new EpisodeLog();
  #watch: OutageWatch | undefined;
  #points = 0;
  #rejectedPoints = 0;
  #rejection: string | undefined;

  constructor(settings: RunSettings) {
    this.#settings = settings;
    const { startMs, bucketMs, ruleSets } = settings;
    this.#replay = new Replay({ startMs, bucketMs, through: (engine) => this.#through(engine) });
    this.#ruleSets = withOwnIds(ruleSets);
    this.#replay.setRules([...new Set(this.#ruleSets.flat())]);
  }

  /** A request that came at `atMs`. Throws `MalformedRequest`. */
  take(request: Uint8Array, atMs: number): void {
    this.#advanceTo(atMs);
    const { points, rejectedPoints, message } = this.#replay.send(request);
    this.#points += points;
    this.#rejectedPoints += rejectedPoints;
    if (rejectedPoints > 0) this.#rejection ??= message;
  }

  /** Closes the bucket of the last record. One outcome per rule set. */
  finish(): readonly RuleSetOutcome[] {
    const { bucketMs } = this.#settings;
    this.#advanceTo(Math.ceil(this.#replay.nowMs / bucketMs) * bucketMs);
    const { engine } = this.#replay;
    const rejection = this.#rejection;
    const episodes = this.#log.episodes.map((episode) => this.#detected(episode));
    return this.#ruleSets.map((slos) => {
      const ids = new Set(slos.map(({ id }) => id));
      return {
        slos: slos.map((slo) => outcomeOf(slo, engine)),
        episodes: episodes.filter(({ sloId }) => ids.has(sloId)).map(withPlainIds),
        points: this.#points,
        rejectedPoints: this.#rejectedPoints,
        ...(rejection === undefined ? {} : { rejection }),
      };
    });
  }

  #detected(episode: AlertEpisode): DetectedEpisode {
    const { injections, startMs } = this.#settings;
    const { sloId, streamKey, tier, firedAt } = episode;
    const stream = this.#replay.engine.streamsOf(sloId).find(({ key }) => key === streamKey);
    const recorded = stream === undefined ? [] : (this.#watch?.outagesOf(stream.index) ?? []);
    const longMs = parseDuration(tier.split("/")[0] ?? "") ?? 0;
    const meant = injections.filter(({ spec }) => isMeant(spec, plain(sloId)));
    return detectionOf(episode, meant, { recorded, isEarly: firedAt - longMs < startMs });
  }

  #advanceTo(atMs: number): void {
    this.#log.take(this.#replay.advanceTo(atMs));
  }

  #through(engine: Engine): OutageWatch | Injector {
    const { bucketMs, injections } = this.#settings;
    const watch = new OutageWatch(engine, bucketMs, (stream) => engine.stream(stream).slo);
    this.#watch = watch;
    if (injections.length === 0) return watch;
    return new Injector(watch, injections, (stream) => countedId(engine.stream(stream).slo));
  }
}

const withPlainIds = (episode: DetectedEpisode): DetectedEpisode => ({
  ...episode,
  sloId: plain(episode.sloId),
  streamKey: plain(episode.streamKey),
});

function outcomeOf(slo: Slo, engine: Engine): SloOutcome {
  const readings = engine.streamsOf(slo.id).map(({ index }) => engine.read(index));
  const good = readings.reduce((sum, reading) => sum + reading.good, 0);
  const total = readings.reduce((sum, reading) => sum + reading.total, 0);
  const worst = readings
    .filter(({ budgetProjected }) => budgetProjected !== undefined)
    .reduce<(typeof readings)[number] | undefined>(
      (least, reading) =>
        least === undefined || (reading.budgetProjected ?? 0) < (least.budgetProjected ?? 0)
          ? reading
          : least,
      undefined,
    );
  const sli = sliRatio(good, total);
  return {
    id: plain(slo.id),
    objective: slo.objective.text,
    good,
    total,
    ...(sli === undefined ? {} : { sli }),
    ...(worst?.budgetProjected === undefined ? {} : { budgetRemaining: worst.budgetProjected }),
    ...(worst === undefined || readings.length < 2 ? {} : { worst: plain(worst.stream.key) }),
    streamCount: readings.length,
    notes: engine.notesOf(slo.id),
  };
}

/** Of what is counted of a member for its composite, the member's: it keeps its names. */
const countedId = ({ id, partOf, service, name }: Slo): string =>
  partOf === undefined ? plain(id) : `${service}/${name}`;
